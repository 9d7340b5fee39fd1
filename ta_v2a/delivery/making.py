"""The takes of an order: made, brought to one loudness, ranked, written with all that goes along."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from math import isinf
from pathlib import Path
from typing import Any

from ta_v2a.delivery.job import Order
from ta_v2a.delivery.places import Spool
from ta_v2a.delivery.preparing import Ready
from ta_v2a.delivery.project import Project
from ta_v2a.delivery.ranking import Judge, ranked_takes
from ta_v2a.delivery.rendering import Rendering
from ta_v2a.delivery.sidecars import origin, provenance_of, sidecar_of, write_record
from ta_v2a.delivery.splicing import Base
from ta_v2a.delivery.stems import sources_of, write_stems
from ta_v2a.delivery.takes import Level, Take, levelled, spooled, spooled_take, write_take
from ta_v2a.engine.arguments import chosen_scales
from ta_v2a.handoff.export import write_export
from ta_v2a.handoff.session import Session, SoundFile
from ta_v2a.library.account import write_account
from ta_v2a.media.loudness import gain_to
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.writing.broadcast import Broadcast, Marker

_TICKS = 1000  # of progress
TakeRow = dict[str, Any]


@dataclass(frozen=True)
class Wishes:
    """All that making takes needs.

    Attributes:
        order, ready: what was asked, and what of it is settled.
        rendering: makes the sounds.
        account: the CSV of what was used of a library.
        onsets: times in s at which something hits, for markers.
    """

    order: Order
    ready: Ready
    rendering: Rendering
    account: Path | None
    onsets: tuple[float, ...]

    @property
    def clip(self) -> Clip:
        return self.ready.clip

    def markers(self) -> tuple[Marker, ...]:
        """Cues with their lengths, and onsets, in order of time."""
        duration_s = self.clip.duration_s
        cues = [
            Marker(cue.start_s, cue.text, min(cue.end_s, duration_s) - cue.start_s)
            for cue in self.rendering.words.cues
        ]
        onsets = [Marker(time_s, "onset") for time_s in self.onsets]
        return tuple(sorted([*cues, *onsets], key=lambda each: (each.time_s, each.name)))

    def told(self, take: Take) -> Broadcast | None:
        """What a Broadcast Wave says of a take, before its loudness."""
        if not self.order.bwf:
            return None
        date, time = self.ready.made_at
        words = self.rendering.words.prompt or "sound made from the picture"
        return Broadcast(
            start_s=self.ready.start_s or 0.0,
            description=f"{words} (seed {take.seed})",
            reference=f"seed {take.seed}"[:32],
            date=date,
            time=time,
            markers=self.markers(),
        )


def made_takes(
    wishes: Wishes, report: TakeRow, advance: Callable[[int, int], None], notice: Callable[[str], None]
) -> tuple[list[TakeRow], Level, TakeRow]:
    """(the takes' reports, the level that they share, what else the order's report tells).

    All takes are made before the first file is written. A project has each of them as soon as it is made.

    Args:
        report: the order's, as far as it is known before.
    """
    order, ready, rendering = wishes.order, wishes.ready, wishes.rendering
    extra = len(sources_of(rendering.words)) if order.stems and rendering.recordings is None else 0
    each = 1 + extra  # runs of the engine for one take

    def share(run: float, index: int) -> None:
        advance(round(_TICKS * (index * each + run)), _TICKS * order.takes * each)

    def stem_share(index: int, run: float) -> None:
        share(1 + run * extra, index)

    project = ready.project
    with ExitStack() as spools:
        number = None
        if project is not None:
            spools.enter_context(project.begun())
            number = project.add("order", **_order_record(wishes, report))
        made = []
        for index in range(order.takes):
            take = _made(wishes, index, spools.enter_context(Spool()), share)
            made.append(take)
            if project is not None and number is not None:
                _keep_raw(project, number, index, take)
        level = Level(_gain_db(wishes, made), order.ceiling_dbtp)
        more: TakeRow = {"loudness": {"target_lufs": order.loudness, "gain_db": round(level.gain_db, 2)}}
        scores = _scores(wishes, made, level)
        rows = []
        for index, (take, place) in enumerate(zip(made, ready.where.places, strict=True)):
            row = write_take(
                take,
                place,
                wishes.clip,
                level,
                _film_original(wishes),
                ready.where.film,
                ready.asked,
                wishes.told(take),
            )
            row |= {} if scores is None else {"agreement": scores[index]}
            if order.stems:
                beside = Path(row["wav"])
                row["stems"] = write_stems(
                    take,
                    rendering,
                    level,
                    beside,
                    wishes.clip,
                    order.rate_hz,
                    partial(stem_share, index),
                )
            rows.append(row)
        if scores is not None:
            order_of = ranked_takes([score["score"] for score in scores])
            more["ranking"] = [at + 1 for at in order_of]
            for at in order_of:
                notice(_ranking_line(at + 1, rows[at]))
        if wishes.account is not None:
            write_account(wishes.account, [(take.seed, take.used or []) for take in made], level.gain_db)
        _write_along(wishes, {**report, **more}, rows, more)
        if project is not None and number is not None:
            more["project"] = _kept(wishes, number, made, level, rows, more)
    return rows, level, more


def _made(wishes: Wishes, index: int, spool: Spool, share: Callable[[float, int], None]) -> Take:
    rendering, seed = wishes.rendering, wishes.ready.seed + index
    found = rendering.take(seed, lambda run: share(run, index))
    base = rendering.base
    where = {} if base is None else {"base": base, "made": rendering.made}
    return spooled_take(seed, found.blocks, spool, found.channels, found.used, voices=found.voices, **where)


def _gain_db(wishes: Wishes, made: list[Take]) -> float:
    base = wishes.ready.base
    if base is not None and base.gain_db is not None:
        return base.gain_db
    wanted = wishes.order.loudness
    return 0.0 if wanted is None else gain_to(wanted, [take.loudness for take in made])


def _film_original(wishes: Wishes):
    """Own sound that is in the take already is not mixed in again."""
    base, original = wishes.ready.base, wishes.order.original
    return "replace" if base is not None and not base.again and original == "mix" else original


def _scores(wishes: Wishes, made: list[Take], level: Level) -> list[TakeRow] | None:
    """How the takes agree with picture and words, where there is a choice or somebody compares them later."""
    if len(made) == 1 and wishes.ready.project is None:
        return None
    rendering = wishes.rendering
    lag_s = chosen_scales(rendering.engine.settings, rendering.scales).lag_s
    words = rendering.words
    judge = Judge(rendering.engine, rendering.video, wishes.clip.duration_s, words.prompt, words.cues, lag_s)
    return [judge.agreement(block.T for block in levelled(take, level)).as_json() for take in made]


def _ranking_line(number: int, row: TakeRow) -> str:
    told = row["agreement"]
    parts = ", ".join(
        f"{name} {told[name]:.2f}" for name in ("timing", "picture", "text") if told[name] is not None
    )
    return f"take {number} (seed {row['seed']}) agrees {told['score']:.3f}: {parts}"


def _write_along(wishes: Wishes, report: TakeRow, rows: list[TakeRow], more: TakeRow) -> None:
    """Credentials, provenance and editors' files."""
    order, ready = wishes.order, wishes.ready
    origins = origin(wishes.clip, order.preset) if order.provenance or ready.credentials is not None else None
    for row in rows:
        files = [Path(row[kind]) for kind in ("film", "wav") if row[kind]]
        if ready.credentials is not None and origins is not None:
            told = {
                key: value for key, value in provenance_of(origins, report, row).items() if key != "files"
            }
            for path in files:
                ready.credentials.sign(path, told)
        if order.provenance and origins is not None:
            beside = sidecar_of(files[0])
            write_record(beside, provenance_of(origins, report, row))
            row["provenance"] = str(beside)
    if ready.exports:
        session = _session(wishes, rows, more.get("ranking", [1])[0])
        for path in ready.exports:
            write_export(path, session)
        more["exports"] = [str(path) for path in ready.exports]


def _session(wishes: Wishes, rows: list[TakeRow], best: int) -> Session:
    ready = wishes.ready
    sounds = []
    for number, row in enumerate(rows, 1):
        name = "sound" if len(rows) == 1 else f"take {number}"
        stems = row.get("stems", ())
        sounds.append(SoundFile(name, Path(row["wav"]), muted=bool(stems) or number != best))
        sounds += [
            SoundFile(f"{name}: {stem['source']}", Path(stem["file"]), muted=number != best) for stem in stems
        ]
    return Session(
        wishes.clip.path.stem,
        wishes.clip.path,
        wishes.clip.duration_s,
        ready.rate,
        ready.start_s or 0.0,
        wishes.order.rate_hz,
        sounds,
        wishes.markers(),
    )


def _order_record(wishes: Wishes, report: TakeRow) -> TakeRow:
    order, ready = asdict(wishes.order), wishes.ready
    order["cues"] = [_closed(cue) for cue in order["cues"]]
    made = wishes.rendering.made
    parts: TakeRow = {} if ready.base is None else {"made": [made.start_s, made.stop_s]}
    if ready.base is not None and ready.base.gain_db is not None:
        parts["base"] = _base_facts(ready.base, None) | {"gain_db": ready.base.gain_db}
    return {"order": order, "seed": ready.seed, "takes": wishes.order.takes, "understood": report, **parts}


def _keep_raw(project: Project, number: int, index: int, take: Take) -> None:
    """Puts a take away before it has its loudness, or within the older take whose loudness it gets."""
    base = take.base
    if base is None or base.gain_db is None:
        project.keep_raw(number, index, spooled(take.spool, take.channels), take.channels)
        return
    whole = levelled(take, Level(base.gain_db))
    project.keep_raw(number, index, (block.T for block in whole), take.all_channels)


def _base_facts(base: Base, seed: int | None) -> TakeRow:
    """Of an older sound, what a take's record tells."""
    region = [base.span.start_s, base.span.stop_s]
    return {"region": region, "redo_of": base.take, "noise_seed": seed if base.seed is None else base.seed}


def _closed(cue: Any) -> Any:
    """A cue that JSON holds: without an end it goes on to the clip's."""
    if isinstance(cue, dict) and isinf(cue["end_s"]):
        return {**cue, "end_s": None}
    return cue


def _kept(
    wishes: Wishes, number: int, made: list[Take], level: Level, rows: list[TakeRow], more: TakeRow
) -> TakeRow:
    """Adds the takes to the project, and chooses the best."""
    project, base = wishes.ready.project, wishes.ready.base
    assert project is not None
    numbers = []
    for index, (take, row) in enumerate(zip(made, rows, strict=True)):
        facts: TakeRow = {"seed": take.seed, "gain_db": level.gain_db, "report": row}
        if base is not None:
            facts |= _base_facts(base, take.seed)
        numbers.append(project.keep(number, index, levelled(take, level), wishes.clip.duration_s, **facts))
    best = numbers[more.get("ranking", [1])[0] - 1]
    project.add("chosen", take=best)
    return {"folder": str(project.folder), "takes": numbers, "current": best}
