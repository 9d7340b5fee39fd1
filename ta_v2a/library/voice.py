"""The recordings of a library in place of a vocoder: what an engine sketched, sounded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError
from ta_v2a.library.choosing import ranked
from ta_v2a.library.library import Library
from ta_v2a.library.mixing import mixed_blocks
from ta_v2a.library.placing import Outline, Placement
from ta_v2a.library.planning import EVENT_DB, FLOOR_DB, Stretch, planned
from ta_v2a.media.reading.opening import shown_name

if TYPE_CHECKING:
    from ta_v2a.engine.foley import Sketch

_NAMED = 8  # kinds, to a user whose words fit none


@dataclass(frozen=True)
class Wanted:
    """What recordings are asked for, before anything is generated.

    Attributes:
        stretches: of the clip, one after the other; without kinds the generated sound chooses.
        reason: where the kinds come from: "prompt", "picture", "cues" or "sound".
    """

    stretches: tuple[Stretch, ...]
    reason: str


@dataclass(frozen=True)
class Voiced:
    """A clip's recordings, placed.

    Attributes:
        placements: in order of time.
        channels: 2 if a recording that is used has two, else 1.
        duration_s, seed: of the sound.
        noise_db: of the noise that stands for room tone where no recording has any; None: not needed.
    """

    placements: tuple[Placement, ...]
    channels: int
    duration_s: float
    seed: int
    noise_db: float | None

    def blocks(self, library: Library) -> Iterator[Float[np.ndarray, "channels samples"]]:
        """The sound at 48 kHz, exactly as long as the picture."""
        return mixed_blocks(
            self.placements, library, self.duration_s, self.channels, self.noise_db, self.seed
        )

    def account(self) -> list[dict[str, Any]]:
        """What was used where, ready for JSON: one row a placement."""
        return [
            {
                "file": each.recording.path,
                "kind": each.recording.told["kind"],
                "role": each.role,
                "at_s": round(max(0.0, each.at_s), 4),
                "end_s": round(min(self.duration_s, each.at_s + each.length_s), 4),
                "from_s": round(each.from_s, 4),
                "gain_db": round(each.gain_db, 2),
                "licence": each.recording.told["licence"] or None,
                "author": each.recording.told["author"] or None,
                "source": each.recording.told["source"] or None,
            }
            for each in self.placements
        ]


def asked_of(
    library: Library, prompt: str, cues: Sequence[Cue], duration_s: float, understood: bool, label: str = ""
) -> Wanted:
    """The kinds that prompt, cues or the picture's label ask for, stretch by stretch.

    Args:
        understood: whether the words of the prompt name a sound that is known anywhere; if not, and the
            library has nothing of that name either, the prompt counts as none.
        label: what the picture shows, for a missing prompt.

    Raises:
        UserError: the prompt or a cue asks for a sound, and the library has none such.
    """
    kinds, reason = _kinds(library, prompt), "prompt"
    if prompt.strip() and not kinds and understood:
        raise _nothing(library, "prompt", prompt)
    if not kinds and label:
        kinds, reason = _kinds(library, label), "picture"
    told = []
    for cue in cues:
        own = _kinds(library, cue.text)
        if not own:
            raise _nothing(library, "cue", cue.text)
        told.append((cue, own))
    edges = sorted({0.0, duration_s, *(min(t, duration_s) for cue in cues for t in (cue.start_s, cue.end_s))})
    stretches: list[Stretch] = []
    for start, stop in pairwise(edges):
        own = next((found for cue, found in reversed(told) if cue.start_s <= start < cue.end_s), kinds)
        if stretches and stretches[-1].kinds == own:
            stretches[-1] = Stretch(stretches[-1].start_s, stop, own)
        else:
            stretches.append(Stretch(start, stop, own))
    return Wanted(tuple(stretches), reason if kinds else "cues" if told else "sound")


def _kinds(library: Library, text: str) -> tuple[str, ...]:
    return tuple(each.kind for each in library.vocabulary.asked(text)) if text.strip() else ()


def _nothing(library: Library, name: str, text: str) -> UserError:
    kinds = library.kinds
    more = f" and {len(kinds) - _NAMED} more" if len(kinds) > _NAMED else ""
    has = f"{', '.join(kinds[:_NAMED])}{more}"
    folder = shown_name(library.folder)
    return UserError(
        f"the library {folder} has nothing for the {name} “{shown_name(text[:60])}”; it has: {has}"
    )


def voiced(library: Library, wanted: Wanted, sketch: "Sketch", seed: int, row: int = 0) -> Voiced:
    """Chooses and places recordings for one sound of a sketch; the same seed gives the same ones.

    Raises:
        UserError: no recording that fits can be read.
    """
    onsets = None if sketch.onsets is None else sketch.onsets[row]
    outline = Outline.of(sketch.mel[row], onsets, sketch.clock.hop_samples / sketch.clock.sample_rate_hz)
    chance = np.random.default_rng([seed, row])
    stretches = [
        each if each.kinds else Stretch(each.start_s, each.stop_s, _nearest(library, outline, each, chance))
        for each in wanted.stretches
    ]
    placements = planned(outline, stretches, library, chance)
    if not placements:
        path, why = next(iter(library.unusable.items()), ("", ""))
        example = f" ({shown_name(path)} {why})" if path else ""
        kinds = ", ".join(dict.fromkeys(kind for each in stretches for kind in each.kinds))
        advice = f"run ta-v2a library index {shown_name(library.folder)}"
        raise UserError(f"no recording of {kinds} can be used{example}: {advice}")
    toned = any(each.role in ("texture", "room tone") for each in placements)
    channels = max(each.recording.analysis.channels for each in placements)
    noise = None if toned else EVENT_DB + FLOOR_DB
    return Voiced(tuple(placements), min(2, channels), sketch.duration_s, seed, noise)


def _nearest(
    library: Library, outline: Outline, stretch: Stretch, chance: np.random.Generator
) -> tuple[str, ...]:
    """The kind of the recording whose colour comes nearest to the generated one."""
    part = outline.within(stretch.start_s, stretch.stop_s)
    loud = part.level_db >= np.percentile(part.level_db, 75)
    order = ranked(library.of_kinds(library.kinds), part.shape(loud), chance)
    return (order[0].told["kind"],) if order else ()
