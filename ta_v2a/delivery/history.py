"""A project's takes as a user sees them: listed, stepped through, compared, written as films."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.delivery.places import deliver, destination
from ta_v2a.delivery.project import Project, Record
from ta_v2a.errors import UserError
from ta_v2a.media.loudness import measured
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.sound import BLOCK_SAMPLES, DELIVERY_HZ
from ta_v2a.media.writing.broadcast import exact_samples
from ta_v2a.system.provenance import file_sha256

_APART_S = 0.1  # differences nearer than this are told as one
_WORDS = ("prompt", "negative_prompt", "cues", "settings", "preset", "hits")


def take_row(project: Project, record: Record, current: int | None) -> dict[str, Any]:
    """One take, ready for JSON: when it was made, of what, how well it agrees, where it lies."""
    order = next(each for each in project.records() if each["record"] == record["order"])
    told = record.get("report") or {}
    return {
        "take": record["take"],
        "current": record["take"] == current,
        "at": record["at"],
        "seed": record["seed"],
        "prompt": order["understood"]["prompt"],
        "region": record.get("region"),
        "redo_of": record.get("redo_of"),
        "agreement": told.get("agreement"),
        "loudness_lufs": told.get("loudness_after_lufs"),
        "recovered": bool(record.get("recovered")),
        "sound": str(project.sound(record)),
    }


def listed_takes(project: Project) -> dict[str, Any]:
    """All takes of a project, ready for JSON."""
    project.settle()
    state = project.state()
    takes = [take_row(project, record, state.current) for record in state.takes.values()]
    at = {"undo": max(0, state.at), "redo": len(state.history) - 1 - state.at if state.history else 0}
    return {"project": str(project.folder), "clip": project.about["clip"], "takes": takes, "steps": at}


def step(project: Project, way: str) -> dict[str, Any]:
    """One step back ("undo") or forth ("redo") among the takes that counted.

    Raises:
        UserError: there is no further one.
    """
    with project.locked():
        state = project.state()
        if way == "undo" and state.at < 1:
            raise UserError(f"{shown_name(project.folder)}: nothing to undo")
        if way == "redo" and state.at + 1 >= len(state.history):
            raise UserError(f"{shown_name(project.folder)}: nothing to redo")
        project.add(way)
        return {"project": str(project.folder), "current": project.state().current}


def choose(project: Project, number: int) -> dict[str, Any]:
    """A take that counts from now on.

    Raises:
        UserError: there is none of that number.
    """
    with project.locked():
        project.add("chosen", take=project.take(number)["take"])
        return {"project": str(project.folder), "current": number}


def compared(project: Project, one: int, other: int) -> dict[str, Any]:
    """What differs between two takes: words and settings, agreement, loudness, and where the sounds differ.

    Raises:
        UserError: there is no such take, or its sound was changed.
    """
    rows = [project.take(number) for number in (one, other)]
    told = []
    for record in rows:
        path = project.sound(record)
        if file_sha256(path) != record["sha256"]:
            raise UserError(
                f"{shown_name(path)}: is not the sound that was recorded as take {record['take']}"
            )
        found = measured(exact_samples(block) for block in _numbers_of(path))
        row = take_row(project, record, None)
        told.append({**row, "loudness_lufs": found.integrated_lufs, "true_peak_dbtp": found.true_peak_dbtp})
    orders = [
        next(each for each in project.records() if each["record"] == record["order"])["understood"]
        for record in rows
    ]
    words = {name: [each.get(name) for each in orders] for name in _WORDS}
    spans, rms = _differences(*(project.sound(record) for record in rows))
    return {
        "takes": told,
        "differs": {name: pair for name, pair in words.items() if pair[0] != pair[1]},
        "identical": not spans,
        "difference_db": rms,
        "spans_s": spans,
    }


def write_take_film(project: Project, number: int | None, output: str) -> dict[str, Any]:
    """A film, or a .wav, of a take: its own 24 bits.

    Raises:
        UserError: the clip is gone or another one, or the film cannot be written.
    """
    record, about = project.take(number), project.about
    clip = probe(about["clip"])
    if file_sha256(clip.path) != about["clip_sha256"]:
        raise UserError(f"{shown_name(clip.path)}: is not the clip that this project was made of")
    where = destination(clip, output)

    def blocks() -> Iterator[np.ndarray]:
        return (exact_samples(block).T for block in _numbers_of(project.sound(record)))

    made = deliver(where.places[0], blocks, DELIVERY_HZ, clip, "replace", where.film)
    return {"take": record["take"], **made}


def _numbers_of(path: Path) -> Iterator[np.ndarray]:
    """24-bit numbers (n, channels) of a take."""
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            while len(block := file.read(BLOCK_SAMPLES, "int32", always_2d=True)):
                yield block >> 8
    except soundfile.SoundFileError:
        raise UserError(f"{shown_name(path)}: the sound of this take cannot be read") from None


def _differences(one: Path, other: Path) -> tuple[list[list[float]], float | None]:
    """(stretches in s where two sounds differ by a bit or more, their mean difference in dB)."""
    edges: list[list[int]] = []
    at, power, count = 0, 0.0, 0
    first, second = _numbers_of(one), _numbers_of(other)
    while True:
        a, b = next(first, None), next(second, None)
        if a is None or b is None:
            break
        size = min(len(a), len(b))
        channels = min(a.shape[1], b.shape[1])
        apart = a[:size, :channels].astype(np.float64) - b[:size, :channels]
        places = at + np.flatnonzero(apart.any(axis=1))
        power, count = power + float(np.square(apart / (1 << 23)).sum()), count + apart.size
        edges += _runs(places)
        at += size
    merged: list[list[int]] = []
    for start, stop in edges:
        if merged and start - merged[-1][1] <= _APART_S * DELIVERY_HZ:
            merged[-1][1] = stop
        else:
            merged.append([start, stop])
    spans = [[round(start / DELIVERY_HZ, 4), round(stop / DELIVERY_HZ, 4)] for start, stop in merged]
    mean = power / max(1, count)
    return spans, round(10 * float(np.log10(mean)), 2) if mean > 0 else None


def _runs(places: np.ndarray) -> list[list[int]]:
    """[first, end) of stretches of places that lie near each other."""
    if not len(places):
        return []
    breaks = np.flatnonzero(np.diff(places) > _APART_S * DELIVERY_HZ)
    edges = [0, *(breaks + 1).tolist(), len(places)]
    return [[int(places[i]), int(places[j - 1]) + 1] for i, j in pairwise(edges)]
