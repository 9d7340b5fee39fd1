"""Measuring files once: every extractor on every clip, in a bounded pool, kept by content, so that a
second run reads nothing again."""

import hashlib
import os
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation.folders.baselines import ALTERATIONS, STATIC
from ta_v2a.evaluation.folders.pairs import Bad, Files, Pair, Side, Task
from ta_v2a.evaluation.metrics.agreement import read_sound
from ta_v2a.evaluation.networks.extractors import Arrays, Extractor, Modality, PictureInput
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.atomic import output_error
from ta_v2a.system.provenance import code_digest, file_sha256
from ta_v2a.system.user_files import made_folder

LEAST_S = 0.5
MOST_RATIO = 2.0  # a generated clip twice as long as its reference is not its partner
SILENT_PEAK = 1e-4
COLUMNS = ("sound", "picture", "text", "true_sound", "true_picture")
MEASURING = (
    "ta_v2a.evaluation.folders.baselines",
    "ta_v2a.evaluation.networks.align_judge",
    "ta_v2a.evaluation.networks.extractors",
    "ta_v2a.evaluation.networks.published",
)
"""Modules that what is measured of a clip depends on."""


@dataclass(frozen=True)
class MeasuredInput:
    """One input of an extractor: a content, possibly altered, and whose it is."""

    content: str
    side: Side
    name: str
    altered: str = ""


def _facts(wave: np.ndarray, rate: int) -> Arrays:
    if len(wave) < LEAST_S * rate:
        raise UserError(f"too short: {len(wave) / rate:.3f} s of sound, at least {LEAST_S} s are needed")
    if not np.isfinite(wave).all():
        raise UserError("unreadable: its samples are not finite numbers")
    return {"duration_s": np.asarray(len(wave) / rate), "peak": np.asarray(np.abs(wave).max())}


FACTS = Extractor("facts", "sound", _facts, 16_000)


class Store:
    """Arrays by what was read and what read it, the code of this package included, one small npz each;
    written whole or not at all.

    Raises:
        UserError: if the folder cannot be made or written.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder, self.code = made_folder(folder), code_digest(MEASURING)

    def path(self, source: MeasuredInput, extractor: Extractor) -> Path:
        """Where the arrays of an extractor on a source lie."""
        read = f"{source.content}|{source.altered}|{extractor.identity}|{self.code}"
        key = hashlib.sha256(read.encode()).hexdigest()
        return self.folder / key[:2] / f"{key}.npz"

    def has(self, source: MeasuredInput, extractor: Extractor) -> bool:
        return self.path(source, extractor).is_file()

    def save(self, source: MeasuredInput, extractor: Extractor, arrays: Arrays) -> None:
        path = self.path(source, extractor)
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            path.parent.mkdir(exist_ok=True)
            # Renamed but not forced to the disk as results are: there are dozens a clip, and what a power
            # cut takes is measured again.
            with part.open("wb") as stream:
                named: dict[str, Any] = arrays  # the stub takes every name for the flag `allow_pickle`
                np.savez(stream, **named)
            part.replace(path)
        except OSError as error:
            raise output_error(path, error) from None
        finally:
            part.unlink(missing_ok=True)

    def load(self, source: MeasuredInput, extractor: Extractor, name: str) -> np.ndarray | None:
        """One array, or None where the extractor gave none of that name.

        Raises:
            UserError: if it was not measured.
        """
        if extractor.by_file:
            if source.altered:
                raise UserError(f"{extractor.key} cannot read altered input")
            return extractor.run(source.side, source.name).get(name)
        try:
            with np.load(self.path(source, extractor), allow_pickle=False) as held:
                return held[name] if name in held.files else None
        except Exception as error:  # a damaged file may be refused in any way
            reason = one_line(error)
            raise UserError(
                f"{source.name}: the cache lacks {extractor.key} ({reason}); remove {self.folder} and run "
                f"again"
            ) from error


def _fact(store: Store, source: MeasuredInput, name: str) -> float:
    """A number of `FACTS`, which every sound has."""
    value = store.load(source, FACTS, name)
    assert value is not None
    return float(value)


@dataclass(frozen=True)
class MeasurementOrder:
    """What is to be measured of every pair.

    Args:
        extractors: all of them.
        task: decides whose sound and whose picture stand together.
        altered: pairs whose reference is also measured altered, for the baselines.
    """

    extractors: list[Extractor]
    task: Task
    altered: frozenset[str] = frozenset()

    def of(self, modality: Modality) -> list[Extractor]:
        return [extractor for extractor in self.extractors if extractor.modality == modality]


@dataclass
class Measured:
    """Sources of the usable pairs, by column, in the order of `pairs`; and everything that was left out."""

    pairs: list[Pair] = field(default_factory=list)
    columns: dict[str, list[MeasuredInput]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    bad: list[Bad] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    lengths_differ: list[str] = field(default_factory=list)


class _Unusable(Exception):
    def __init__(self, side: Side, reason: str) -> None:
        super().__init__(reason)
        self.side, self.reason = side, reason


def measure_pairs(
    pairs: list[Pair],
    order: MeasurementOrder,
    store: Store,
    jobs: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Measured:
    """Runs every extractor on every pair, unless the store has it already; clips that
    fail are listed, never replaced.

    Args:
        pairs: as `pair_folders` gives them.
        order: what to measure.
        store: where results are kept.
        jobs: clips worked on at once; twice as many wait, however long the list.
        progress: called with (clips done, clips).
    """
    import cv2
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    result = Measured()
    try:
        for done, (pair, outcome) in enumerate(
            in_threads(lambda pair: (pair, _measure_pair(pair, order, store)), pairs, jobs), 1
        ):
            if isinstance(outcome, Bad):
                result.bad.append(outcome)
            else:
                result.pairs.append(pair)
                for name, source in outcome.items():
                    result.columns[name].append(source)
            if progress is not None:
                progress(done, len(pairs))
    finally:
        torch.set_num_threads(threads)
    _look_at_lengths(result, order.task, store)
    result.columns = {name: column for name, column in result.columns.items() if column}
    return result


def in_threads(function: Callable[[Any], Any], items: Iterable[Any], jobs: int) -> Iterator[Any]:
    """`map` in threads, results in order, at most 3 * `jobs` begun and not yet handed out."""
    waiting: deque[Future] = deque()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) >= 3 * max(1, jobs):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _measure_pair(pair: Pair, order: MeasurementOrder, store: Store) -> dict[str, MeasuredInput] | Bad:
    try:
        return _columns(pair, order, store)
    except _Unusable as error:
        return Bad(pair.name, error.side, error.reason)


def _columns(pair: Pair, order: MeasurementOrder, store: Store) -> dict[str, MeasuredInput]:
    altered = pair.name in order.altered
    out: dict[str, MeasuredInput] = {}
    if order.task != "a2v":
        out["sound"] = _sound(pair.generated, "generated", pair, order, store, False)
    out["true_sound"] = _sound(pair.reference, "reference", pair, order, store, altered)
    out.setdefault("sound", out["true_sound"])
    if pair.reference.picture is not None and order.of("picture"):
        out["true_picture"] = _picture(pair.reference.picture, "reference", pair, order, store, altered)
        out["picture"] = out["true_picture"]
        if order.task != "v2a":
            made = pair.generated.picture
            assert made is not None  # `pair_folders` leaves the others out
            out["picture"] = _picture(made, "generated", pair, order, store, False)
    if pair.prompt is not None:
        out["text"] = source = MeasuredInput(
            hashlib.sha256(pair.prompt.encode()).hexdigest(), "reference", pair.name
        )
        _fill(source, order.of("text"), store, lambda extractor: extractor.run(pair.prompt))
    return out


def _fill(
    source: MeasuredInput, extractors: list[Extractor], store: Store, run: Callable[[Extractor], Arrays]
) -> None:
    """Runs what the store lacks.

    Raises:
        _Unusable: if an extractor cannot read the input.
    """
    for extractor in extractors:
        try:
            if extractor.by_file:
                extractor.run(source.side, source.name)
            elif not store.has(source, extractor):
                store.save(source, extractor, run(extractor))
        except UserError as error:
            raise _Unusable(source.side, str(error)) from error


def _sound(
    files: Files, side: Side, pair: Pair, order: MeasurementOrder, store: Store, altered: bool
) -> MeasuredInput:
    path = files.heard
    if path.stat().st_size == 0:
        raise _Unusable(side, "empty: the file has 0 bytes")
    extractors = [FACTS, *order.of("sound")]
    source = MeasuredInput(_hash(path, side), side, pair.name)
    waves: dict[int, np.ndarray] = {}  # by rate, decoded when first needed

    def wave(rate_hz: int) -> tuple[np.ndarray, int]:
        rate = rate_hz or native_rate(path)
        if rate not in waves:
            read = read_sound(path, rate)
            if read is None or not len(read):
                raise UserError(f"{path}: holds no sound")
            waves[rate] = read
        return waves[rate], rate

    _fill(source, extractors, store, lambda extractor: extractor.run(*wave(extractor.rate_hz)))
    for name in ALTERATIONS if altered else ():
        changed = MeasuredInput(source.content, side, pair.name, name)

        def run(extractor: Extractor, name: str = name) -> Arrays:
            heard, rate = wave(extractor.rate_hz)
            return extractor.run(ALTERATIONS[name](heard, rate, int(source.content[:8], 16)), rate)

        _fill(changed, [extractor for extractor in extractors if not extractor.by_file], store, run)
    return source


def _picture(
    path: Path, side: Side, pair: Pair, order: MeasurementOrder, store: Store, altered: bool
) -> MeasuredInput:
    if path.stat().st_size == 0:
        raise _Unusable(side, "empty: the file has 0 bytes")
    source = MeasuredInput(_hash(path, side), side, pair.name)
    wanted = [(source, False)] + (
        [(MeasuredInput(source.content, side, pair.name, STATIC), True)] if altered else []
    )
    for one, static in wanted:
        missing = [e for e in order.of("picture") if (not static if e.by_file else not store.has(one, e))]
        if missing:
            try:
                given = PictureInput(probe(path), static)
            except UserError as error:
                raise _Unusable(side, str(error)) from error
            if given.clip.duration_s < LEAST_S:
                raise _Unusable(
                    side,
                    f"too short: {given.clip.duration_s:.3f} s of picture, at least {LEAST_S} s are needed",
                )

            def run(extractor: Extractor, given: PictureInput = given) -> Arrays:
                return extractor.run(given)

            _fill(one, missing, store, run)
    return source


def _hash(path: Path, side: Side) -> str:
    try:
        return file_sha256(path)
    except UserError as error:
        raise _Unusable(side, str(error)) from error


def native_rate(path: Path) -> int:
    """The sample rate of a file's first sound track.

    Raises:
        UserError: if it cannot be read or has none.
    """
    import av

    try:
        with open_media(path) as container:
            if container.streams.audio and container.streams.audio[0].rate:
                return int(container.streams.audio[0].rate)
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    raise UserError(f"{path}: holds no sound")


def _look_at_lengths(result: Measured, task: Task, store: Store) -> None:
    """Takes out pairs of quite different lengths; names those that differ by more
    than 0.1 s, and silent sounds."""
    keep = []
    for index, pair in enumerate(result.pairs):
        made, true = result.columns["sound"][index], result.columns["true_sound"][index]
        made_s, true_s = (_fact(store, source, "duration_s") for source in (made, true))
        if max(made_s, true_s) > MOST_RATIO * min(made_s, true_s):
            result.bad.append(
                Bad(pair.name, "generated", f"mismatched: lasts {made_s:.2f} s, its reference {true_s:.2f} s")
            )
            continue
        keep.append(index)
        if abs(made_s - true_s) > 0.1:
            result.lengths_differ.append(pair.name)
        if task != "a2v" and _fact(store, made, "peak") < SILENT_PEAK:
            result.silent.append(pair.name)
    result.pairs = [result.pairs[index] for index in keep]
    result.columns = {
        name: [column[index] for index in keep] if column else [] for name, column in result.columns.items()
    }


def default_cache() -> Path:
    """Where measurements are kept unless the user says otherwise."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ta-v2a" / "evaluation"
