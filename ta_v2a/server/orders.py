"""From what a client asks to an order of the engine, and from its report to what a client is told.

An order names places on disk, and its report and lines do: a client names only ids, and is told only names.
The clip is linked into the job's own folder, where the worker stands, so that every line says its bare name.
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from ta_v2a.delivery.job import Order
from ta_v2a.delivery.sidecars import MADE_BY, sidecar_of
from ta_v2a.engine.language_models import RULES
from ta_v2a.jobs.order_json import order_as_json
from ta_v2a.server.models import JobRequest, RedoModel
from ta_v2a.server.records import JobRecord, Records
from ta_v2a.server.settings import ServerSettings
from ta_v2a.system.provenance import file_sha256

_BEFORE = "take-before.wav"
_PRIVATE = ("clip", "preset", "takes", "library", "exports", "project")


def order_of(request: JobRequest, clip: str, settings: ServerSettings) -> Order:
    """The order that a request is.

    Args:
        request: what the client asks.
        clip: name of the clip's file.
        settings: the server's, which name preset and library.
    """
    return Order(
        clip=clip,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        cues=tuple(cue.as_cue() for cue in request.cues),
        refiner=RULES if request.refine else None,
        hits=False if request.hits is None else tuple(request.hits),
        output="../out",
        seed=request.seed,
        takes=request.takes,
        scales=request.scales.model_dump(),
        original=request.original,
        loudness=request.loudness,
        encode=request.encode,
        preset=settings.preset,
        library=settings.library if request.library else None,
        codec=request.codec,
        kbit=request.kbit,
        rate_hz=request.rate_hz,
        stems=request.stems,
        pan=request.pan,
        bwf=request.bwf,
        start_s=request.start_s,
        length_s=request.length_s,
        redo=None if request.redo is None else f"{request.redo.start_s:.6f}-{request.redo.end_s:.6f}",
        of=None if request.redo is None else _BEFORE,
        cuts="auto" if request.cuts else "none",
        provenance=request.provenance,
    )


def task_of(record: JobRecord, records: Records, settings: ServerSettings) -> tuple[dict[str, Any], Path]:
    """What a worker is handed for a job, and the folder where it stands: the clip is put there, an empty
    `out` beside it."""
    clip = records.clip(record.clip_id)
    beside, out = (records.job_folder(record.id) / name for name in ("clip", "out"))
    for folder in (beside, out):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    _link(records.clip_file(clip), beside / clip.name)
    request = JobRequest(**record.request)
    if request.redo is not None:
        _put_before(request.redo, records, beside)
    order = order_of(request, clip.name, settings)
    return {"task": "sound", "order": order_as_json(order)}, beside


def take_before(redo: RedoModel, records: Records) -> tuple[JobRecord, dict[str, Any], Path]:
    """(job, report of the take, its WAV) of the take that is made again in part.

    Raises:
        KeyError: there is no such job, it is not done, or has no such take.
    """
    record = records.job(redo.job_id)
    takes = takes_of(record)
    if redo.take > len(takes):
        raise KeyError(redo.job_id)
    take = takes[redo.take - 1]
    return record, take, out_files(record, records)[take["wav"]]


def _put_before(redo: RedoModel, records: Records, beside: Path) -> None:
    """Puts an earlier take beside the clip, with what is known of it: its gain, and the seed of its noise."""
    record, take, wav = take_before(redo, records)
    _link(wav, beside / _BEFORE)
    assert record.end is not None
    told = {
        "made_by": MADE_BY,
        "seed": take["seed"],
        "loudness": record.end.report["loudness"],
        "files": {"wav": {"name": _BEFORE, "sha256": file_sha256(wav)}},
    }
    sidecar_of(beside / _BEFORE).write_text(json.dumps(told), encoding="utf-8")


def _link(source: Path, place: Path) -> None:
    try:
        os.link(source, place)
    except OSError:  # a disk without links
        shutil.copyfile(source, place)


def told_report(report: dict[str, Any]) -> dict[str, Any]:
    """A report without places on disk; takes are told apart (`takes_of`)."""
    told = {name: value for name, value in report.items() if name not in _PRIVATE}
    if report.get("library"):
        told["library"] = {k: v for k, v in report["library"].items() if k not in ("folder", "account")}
    return told


def out_files(record: JobRecord, records: Records) -> dict[str, Path]:
    """The files of a job that is done, by name: nothing else of this server is ever handed out for it."""
    end = record.end
    if end is None or end.kind != "done":
        return {}
    folder = records.job_folder(record.id) / "out"
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()}


def takes_of(record: JobRecord) -> list[dict[str, Any]]:
    """What `TakeView` holds, for every take of a job that is done."""
    end = record.end
    takes = [] if end is None else end.report.get("takes", [])
    return [
        {
            "number": number,
            "seed": take["seed"],
            "film": _name(take["film"]),
            "wav": _name(take["wav"]),
            "loudness_lufs": take["loudness_after_lufs"],
            "true_peak_dbtp": take["true_peak_dbtp"],
            "score": take["agreement"]["score"] if "agreement" in take else None,
            "stems": [
                {"name": stem["source"], "file": _name(stem["file"])} for stem in take.get("stems", ())
            ],
        }
        for number, take in enumerate(takes, 1)
    ]


def _name(path: str | None) -> str | None:
    return None if path is None else Path(path).name
