"""Stems: one WAV a source or cue, the ambience apart, that sum to the mix to the last bit."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.delivery.places import Spool, written_beside
from ta_v2a.delivery.rendering import Rendering
from ta_v2a.delivery.takes import Level, Take, levelled, spooled
from ta_v2a.delivery.wording import OrderWords
from ta_v2a.engine.cues import Cue
from ta_v2a.engine.stretches import Span
from ta_v2a.errors import UserError
from ta_v2a.media.loudness import louder, peak_limited
from ta_v2a.media.parting import Alone, is_steady, parts_of
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples, resampled
from ta_v2a.media.writing.broadcast import FULL_SCALE, wave_head, whole_numbers, write_numbers
from ta_v2a.media.writing.marks import mark_of

AMBIENCE = "ambience"
MOST_STEMS = 12
_LEVEL_SAMPLES = DELIVERY_HZ // 20
_JOINTS = re.compile(r"[,;]|\s+(?:and|while|as|then|followed by|with)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class StemSource:
    """Something that gets a stem of its own.

    Attributes:
        name: its words, or its kind in a library.
        words: what is said where it sounds alone.
        start_s, stop_s: where it may be heard.
    """

    name: str
    words: OrderWords
    start_s: float = 0.0
    stop_s: float = inf


def sources_of(words: OrderWords) -> list[StemSource]:
    """The sources that a prompt names, and the cues.

    Raises:
        UserError: there are too many.
    """
    found = [StemSource(name, replace(words, prompt=name, cues=[])) for name in _named(words.prompt)]
    found += [
        StemSource(cue.text, replace(words, prompt="", cues=[_full(cue)]), cue.start_s, cue.end_s)
        for cue in words.cues
    ]
    if not found:
        found = [StemSource("sound", words)]
    if len(found) > MOST_STEMS:
        raise UserError(f"{len(found)} sources and cues are more than the {MOST_STEMS} that get stems")
    return found


def _full(cue: Cue) -> Cue:
    return replace(cue, strength=1.0)


def _named(prompt: str) -> list[str]:
    """The clauses of a prompt that name a sound; others go with the one before."""
    from prompts.known import understood

    found: list[str] = []
    for clause in (each.strip() for each in _JOINTS.split(prompt)):
        if not clause:
            continue
        if understood(clause).names_a_sound or not found:
            found.append(clause)
        else:
            found[-1] += f", {clause}"
    return list(dict.fromkeys(found))


def write_stems(
    take: Take,
    rendering: Rendering,
    level: Level,
    beside: Path,
    clip: Clip,
    rate_hz: int,
    advance: Callable[[float], None],
) -> list[dict[str, Any]]:
    """Writes a take's stems beside its WAV; rows for JSON: source, file.

    The mix is what the WAV holds. Of a library, each kind is a stem as it was laid. The engine makes all at
    once: each source is made alone from the same noise, and the mix is parted by what they are
    (`ta_v2a.media.parting`). The ambience is the mix less all stems, in whole numbers.

    Args:
        beside: the take's WAV.
        advance: told the share that is done.

    Raises:
        UserError: the disk is full.
    """
    with ExitStack() as spools:
        if take.voices:
            names, stems = _laid(take, rendering, level, spools)
        else:
            names, stems = _parted(take, rendering, level, spools, advance)
        channels = take.all_channels
        with ExitStack() as numbers:
            files = [numbers.enter_context(Spool()) for _ in (*names, AMBIENCE)]
            _balance(lambda: levelled(take, level), stems, channels, rate_hz, clip, files)
            rows = []
            for place, (name, file) in enumerate(zip((*names, AMBIENCE), files, strict=True), 1):
                label = AMBIENCE if place > len(names) else f"{place}-{_slug(name)}"
                path = beside.with_name(f"{beside.stem}.{label}.wav")
                samples = picture_samples(clip.duration_s, rate_hz)
                head = wave_head(rate_hz, channels, samples, mark_of(clip))
                blocks = _numbers(file, channels)
                made = written_beside(path, clip, partial(write_numbers, blocks=blocks, head=head))
                rows.append({"source": name, "file": str(made)})
    return rows


def _told_on(advance: Callable[[float], None], done: int, all_of_them: int, share: float) -> None:
    advance((done + share) / all_of_them)


def _slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.casefold()).strip("-")[:40].strip("-") or "sound"


def _numbers(spool: Spool, channels: int) -> Iterator[np.ndarray]:
    spool.seek(0)
    while data := spool.read(4 * channels << 17):
        yield np.frombuffer(data, np.int32).reshape(-1, channels)


def _balance(
    mix: Callable[[], Iterator[np.ndarray]],
    stems: Sequence[Spool],
    channels: int,
    rate_hz: int,
    clip: Clip,
    files: Sequence[Spool],
) -> None:
    """The numbers of every stem, and of the ambience: what the mix has and they have not."""
    samples = picture_samples(clip.duration_s, rate_hz)
    whole = _Pieces(resampled(mix(), DELIVERY_HZ, rate_hz, samples))
    parts = [
        _Pieces(resampled((block.T for block in spooled(each, channels)), DELIVERY_HZ, rate_hz, samples))
        for each in stems
    ]
    while (count := whole.ready()) > 0:
        for each in parts:
            count = min(count, each.ready())
        rest = whole_numbers(whole.take(count)).astype(np.int64)
        for each, file in zip(parts, files[:-1], strict=True):
            own = whole_numbers(each.take(count))
            rest -= own
            file.write(own.tobytes())
        if np.abs(rest).max(initial=0) >= FULL_SCALE:
            raise UserError("the stems of this take are louder than 24 bits hold; lower --loudness")
        files[-1].write(rest.astype(np.int32).tobytes())


class _Pieces:
    """Blocks (n, channels) taken in any lengths."""

    def __init__(self, blocks: Iterator[np.ndarray]):
        self._blocks = blocks
        self._held: np.ndarray | None = None

    def ready(self) -> int:
        """Samples that can be taken; 0 at the end."""
        while self._held is None or not len(self._held):
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._held = block
        return len(self._held)

    def take(self, count: int) -> np.ndarray:
        assert self._held is not None
        found, self._held = self._held[:count], self._held[count:]
        return found


def _laid(take: Take, rendering: Rendering, level: Level, spools: ExitStack) -> tuple[list[str], list[Spool]]:
    """A library's stems, by kind; they get the mix's gain, its limiter's too."""
    assert rendering.recordings is not None
    kinds = list(
        dict.fromkeys(
            each.recording.told["kind"]
            for voice in take.voices
            for each in voice.placements
            if each.role != "room tone"
        )
    )
    mono = max(voice.channels for voice in take.voices)

    def of_kind(kind: str) -> Iterator[np.ndarray]:
        voices = tuple(
            replace(
                voice,
                placements=tuple(
                    each
                    for each in voice.placements
                    if each.recording.told["kind"] == kind and each.role != "room tone"
                ),
                noise_db=None,
            )
            for voice in take.voices
        )
        blocks = rendering.voiced(voices, mono)
        return rendering.placed(blocks) if rendering.placing is not None and mono == 1 else blocks

    channels = take.channels
    raw = [_Pieces(block.T for block in of_kind(kind)) for kind in kinds]
    sums = _Pieces(spooled(take.spool, channels))

    def together() -> Iterator[np.ndarray]:
        while (count := sums.ready()) > 0:
            for each in raw:
                count = min(count, each.ready())
            yield np.hstack([sums.take(count), *(each.take(count) for each in raw)])

    stems = [spools.enter_context(Spool()) for _ in kinds]
    for block in peak_limited(louder(together(), level.gain_db), level.ceiling_dbtp, deciding=channels):
        for index, stem in enumerate(stems, 1):
            own = block[:, index * channels : (index + 1) * channels]
            stem.write(np.ascontiguousarray(own, np.float32).tobytes())
    return kinds, stems


def _parted(
    take: Take, rendering: Rendering, level: Level, spools: ExitStack, advance: Callable[[float], None]
) -> tuple[list[str], list[Spool]]:
    """The engine's stems, by masks."""
    found = sources_of(rendering.words)
    whole, seed = replace(rendering, placing=None), take.seed
    if rendering.base is not None:  # the mix is the whole clip's
        seed = take.seed if rendering.base.seed is None else rendering.base.seed
        whole = replace(whole, base=None, spans=(Span(0.0, rendering.clip.duration_s),))
    models = []
    for index, source in enumerate(found):
        spool = spools.enter_context(Spool())
        made = whole.take(seed, partial(_told_on, advance, index, len(found)), source.words)
        for block in made.blocks:
            spool.write(np.ascontiguousarray(block.T, np.float32).tobytes())
        steady = is_steady(np.concatenate([_levels_db(block[:, 0]) for block in spooled(spool, 1)]))
        stop_s = min(source.stop_s, rendering.clip.duration_s + 1)
        models.append(Alone(_reader(spool, 1), source.start_s, stop_s, steady))
    final, channels = spools.enter_context(Spool()), take.all_channels
    samples = 0
    for block in levelled(take, level):
        samples += block.shape[1]
        final.write(np.ascontiguousarray(block.T, np.float32).tobytes())
    stems = [spools.enter_context(Spool()) for _ in found]
    for pieces in parts_of(_reader(final, channels), samples, channels, models, DELIVERY_HZ):
        for stem, piece in zip(stems, pieces, strict=True):
            stem.write(np.ascontiguousarray(piece, np.float32).tobytes())
    return [source.name for source in found], stems


def _levels_db(wave: np.ndarray) -> np.ndarray:
    """Level of every 50 ms in dB."""
    rows = wave[: len(wave) // _LEVEL_SAMPLES * _LEVEL_SAMPLES].reshape(-1, _LEVEL_SAMPLES)
    return 10 * np.log10(np.maximum(np.square(rows).mean(axis=1), 1e-12))


def _reader(spool: Spool, channels: int) -> Callable[[int, int], np.ndarray]:
    """Samples of a spooled sound by their places; zeros outside of it."""

    def read(first: int, stop: int) -> np.ndarray:
        found = np.zeros((stop - first, channels), np.float32)
        begin = max(0, first)
        spool.seek(4 * channels * begin)
        data, wanted = b"", 4 * channels * (stop - begin)
        while len(data) < wanted and (more := spool.read(wanted - len(data))):
            data += more
        held = np.frombuffer(data, np.float32).reshape(-1, channels)
        found[begin - first : begin - first + len(held)] = held
        return found

    return read
