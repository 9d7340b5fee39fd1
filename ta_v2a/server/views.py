"""Records as clients see them."""

from pathlib import Path
from urllib.parse import quote

from ta_v2a.media.reading.probe import Clip
from ta_v2a.server.desk import Desk
from ta_v2a.server.models import ClipView, EventView, FileView, JobRequest, JobState, JobView, TakeView
from ta_v2a.server.orders import out_files, takes_of, told_report
from ta_v2a.server.records import ClipRecord, JobRecord, Records

MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".webm": "video/webm",
    ".avi": "video/x-msvideo",
    ".json": "application/json",
    ".csv": "text/csv",
}
OTHER_TYPE = "application/octet-stream"


def media_type(name: str) -> str:
    """By a file's ending; whatever a browser might run is plain bytes."""
    return MEDIA_TYPES.get(Path(name).suffix.lower(), OTHER_TYPE)


def clip_of(record: ClipRecord, records: Records) -> Clip:
    """The clip as `probe` read it when it came in."""
    return Clip.from_json({**record.facts, "path": str(records.clip_file(record))})


def clip_view(record: ClipRecord, records: Records) -> ClipView:
    """A clip's facts."""
    clip = clip_of(record, records)
    return ClipView(
        id=record.id,
        name=record.name,
        bytes=record.bytes,
        sha256=record.sha256,
        created_s=record.created_s,
        duration_s=clip.duration_s,
        width=clip.width,
        height=clip.height,
        fps=clip.fps,
        codec=clip.codec,
        has_sound=clip.own_sound_index is not None,
        warnings=list(clip.warnings),
    )


def job_view(record: JobRecord, desk: Desk) -> JobView:
    """A job as it stands."""
    end, (done, total) = record.end, desk.progress(record.id)
    ahead = desk.ahead(record.id)
    state: JobState = "queued" if ahead is not None or not record.tries else "running"
    if end is not None:
        state = "done" if end.kind == "done" else "failed" if end.kind == "failed" else "cancelled"
    folder = f"/v1/jobs/{record.id}/files"
    files = [
        FileView(
            name=name,
            url=f"{folder}/{quote(name)}",
            bytes=path.stat().st_size,
            media_type=media_type(name),
        )
        for name, path in out_files(record, desk.records).items()
    ]
    return JobView(
        id=record.id,
        clip_id=record.clip_id,
        state=state,
        created_s=record.created_s,
        started_s=record.started_s,
        ended_s=record.ended_s,
        tries=record.tries,
        ahead=ahead,
        done=done,
        total=total,
        error=end.text if end is not None and end.kind == "failed" else None,
        notices=record.notices,
        request=JobRequest(**record.request),
        takes=[TakeView(**take) for take in takes_of(record)],
        files=files,
        report=told_report(end.report) if end is not None and end.kind == "done" else None,
    )


def event_view(at_s: float, said: dict, job: JobView | None) -> EventView:
    """One event; `said` is `JobEvent.as_json`."""
    return EventView(at_s=at_s, job=job, **{name: value for name, value in said.items() if name != "report"})
