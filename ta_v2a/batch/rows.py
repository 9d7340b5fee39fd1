"""The orders of a batch: from a manifest, from a file of orders, or of every film in a folder."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ta_v2a.data.manifests import FILM_SUFFIXES, Row, read_manifest
from ta_v2a.delivery.job import Order
from ta_v2a.errors import UserError
from ta_v2a.jobs.order_json import order_as_json, order_from_json
from ta_v2a.sheets.clip_sheet import sheet_cues
from ta_v2a.system.user_files import is_file, is_folder

_COLUMNS = {
    "negative": "negative_prompt",
    "negative_prompt": "negative_prompt",
    "seed": "seed",
    "takes": "takes",
    "original": "original",
    "loudness": "loudness",
    "encode": "encode",
    "hits": "hits",
    "codec": "codec",
    "kbit": "kbit",
    "rate_hz": "rate_hz",
    "stems": "stems",
    "pan": "pan",
    "bwf": "bwf",
    "cuts": "cuts",
    "provenance": "provenance",
}
"""Columns of a table, and the field of an order that each one is; `cues` names a cue sheet."""
_PLACES = ("output", "used", "exports", "project")
_SCALES = (
    "num_inference_steps",
    "text_scale",
    "negative_scale",
    "video_scale",
    "align_scale",
    "lag_s",
    "guidance",
)


@dataclass(frozen=True)
class BatchRow:
    """One order of a batch.

    Attributes:
        named: what the manifest calls it.
        stem: what its folder is called, before two of one name are told apart; may have folders in it.
        order: what is asked, without an output; None where the row is wrong.
        wrong: why, in one line.
    """

    named: str
    stem: str
    order: Order | None
    wrong: str = ""


def read_manifest_rows(source: str | Path, base: Order) -> list[BatchRow]:
    """The rows of a batch. What is wrong with one is kept with it, and the others are done.

    Args:
        source: a folder of films; a table as `ta_v2a.data.manifests` reads it, whose further columns are
            those of `ta-v2a foley` (negative, seed, takes, cues, num_inference_steps, ...); or a .jsonl file
            with an order a line.
        base: what holds where a row does not say.

    Raises:
        UserError: the source cannot be read, or holds nothing.
    """
    source = Path(source)
    if is_folder(source):
        return _films(source, base)
    if source.suffix.lower() == ".jsonl":
        return _lines(source, base)
    return [_of_table(row, source.parent, base) for row in read_manifest(source)]


def _films(folder: Path, base: Order) -> list[BatchRow]:
    found = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in FILM_SUFFIXES and path.is_file()
    )
    if not found:
        raise UserError(f"{folder}: holds no film")
    names = [(path, path.relative_to(folder)) for path in found]
    return [
        BatchRow(name.as_posix(), name.with_suffix("").as_posix(), replace(base, clip=str(path)))
        for path, name in names
    ]


def _of_table(row: Row, folder: Path, base: Order) -> BatchRow:
    stem = Path(row.named).stem or row.key
    if row.path is None:
        return BatchRow(row.named, stem, None, f"{row.named}: no such file")
    if row.start_s:
        return BatchRow(
            row.named, stem, None, f"{row.named}: begins at {row.start_s:g} s of its film: cut it first"
        )
    try:
        given = {_COLUMNS[name]: value for name, value in row.columns.items() if name in _COLUMNS}
        scales = {name: row.columns[name] for name in _SCALES if name in row.columns}
        order = order_from_json(
            {
                **order_as_json(base),
                "clip": str(row.path),
                "prompt": row.caption or base.prompt,
                **_read(given),
                "scales": {**base.scales, **_read(scales)},
            }
        )
        if "cues" in row.columns:
            sheet = folder / row.columns["cues"]
            order = replace(order, cues=tuple(sheet_cues(sheet, row.path, None, None, None)))
    except UserError as error:
        return BatchRow(row.named, stem, None, str(error))
    return BatchRow(row.named, stem, order)


def _read(given: Mapping[str, str]) -> dict[str, Any]:
    """Texts of a table as JSON's values: numbers, true, false, null, lists; whatever is none stays a text."""
    read: dict[str, Any] = {}
    for name, text in given.items():
        try:
            read[name] = json.loads(text)
        except ValueError:
            read[name] = text
    return read


def _lines(source: Path, base: Order) -> list[BatchRow]:
    if not is_file(source):
        raise UserError(f"no such manifest: {source}")
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{source}: cannot be read ({error})") from None
    rows = [_of_line(line, number, source, base) for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise UserError(f"{source} holds no orders")
    return rows


def _of_line(line: str, number: int, source: Path, base: Order) -> BatchRow:
    named = f"line {number}"
    try:
        given = json.loads(line)
        if not isinstance(given, dict) or not isinstance(given.get("clip"), str):
            raise UserError('an order is a JSON object with a "clip"')
        named = given["clip"]
        if any(given.get(name) for name in _PLACES):
            raise UserError("an order of a batch names no output: it gets a folder of its own")
        scales = given.get("scales") or {}
        if not isinstance(scales, dict):
            raise UserError("scales are a JSON object")
        whole = {**order_as_json(base), **given, "scales": {**base.scales, **scales}}
        order = order_from_json({**whole, "clip": str(source.parent / named)})
    except (ValueError, UserError) as error:
        return BatchRow(
            named, Path(named).stem or f"line-{number}", None, f"line {number} of {source.name}: {error}"
        )
    return BatchRow(named, Path(named).stem, order)
