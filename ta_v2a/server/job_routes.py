"""Jobs: asked for, followed, left, and what they made."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request, Response
from fastapi.responses import FileResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from ta_v2a.jobs.events import ENDS
from ta_v2a.server.answers import REFUSALS, one_clip, one_job, server_of
from ta_v2a.server.clip_routes import Points
from ta_v2a.server.looks import file_outline
from ta_v2a.server.models import JobList, JobRequest, JobView, RedoModel, WaveformView
from ta_v2a.server.orders import out_files, take_before, takes_of
from ta_v2a.server.records import JobRecord, Records, new_id
from ta_v2a.server.views import event_view, job_view, media_type

job_routes = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=REFUSALS)
JobId = Annotated[str, Path(pattern="^j[0-9a-f]{20}$")]


@job_routes.post("", status_code=202)
def submit_job(
    request: Request,
    asked: JobRequest,
    idempotency_key: Annotated[
        str | None,
        Header(max_length=200, description="The same key is the same job, however often it is sent."),
    ] = None,
) -> JobView:
    """Puts a job into the queue; when this is answered it survives any end of the server."""
    state = server_of(request)
    one_clip(request, asked.clip_id)
    if asked.takes > state.settings.most_takes:
        raise HTTPException(422, f"takes: at most {state.settings.most_takes} here")
    if asked.library and state.settings.library is None:
        raise HTTPException(422, "library: this server has none")
    if asked.redo is not None:
        _check_before(asked.clip_id, asked.redo, state.records)
    wanted = asked.model_dump(mode="json")
    job_id = (
        new_id("j")
        if idempotency_key is None
        else f"j{hashlib.sha256(idempotency_key.encode()).hexdigest()[:20]}"
    )
    record = state.desk.submit(JobRecord(job_id, asked.clip_id, time.time(), wanted))
    if record.request != wanted:
        raise HTTPException(409, "this idempotency key was used for another order")
    return job_view(record, state.desk)


def _check_before(clip_id: str, redo: RedoModel, records: Records) -> None:
    try:
        record, _, _ = take_before(redo, records)
    except KeyError:
        raise HTTPException(
            422, f"redo: there is no take {redo.take} of a job {redo.job_id} that is done"
        ) from None
    if record.clip_id != clip_id:
        raise HTTPException(422, "redo: that take is another clip's")


@job_routes.get("")
def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: Annotated[str | None, Query(pattern="^j[0-9a-f]{20}$")] = None,
    clip_id: Annotated[
        str | None, Query(pattern="^c[0-9a-f]{20}$", description="Jobs about this clip alone.")
    ] = None,
) -> JobList:
    """Jobs, newest first; none about a clip that is not there."""
    desk = server_of(request).desk
    try:
        ids = desk.ids(before, limit + 1, clip_id)
    except KeyError:
        raise HTTPException(404, f"there is no job {before}") from None
    jobs = [job_view(one_job(request, job_id), desk) for job_id in ids[:limit]]
    return JobList(jobs=jobs, next=ids[limit - 1] if len(ids) > limit else None)


@job_routes.get("/{job_id}")
def get_job(request: Request, job_id: JobId) -> JobView:
    """One job as it stands."""
    return job_view(one_job(request, job_id), server_of(request).desk)


def _followed(request: Request, job_id: JobId) -> JobRecord:
    return one_job(request, job_id)


@job_routes.get("/{job_id}/events", response_class=EventSourceResponse)
async def job_events(
    request: Request,
    job: Annotated[JobRecord, Depends(_followed)],
    last_event_id: Annotated[int, Header(ge=-1)] = -1,
) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events (`EventView` as data) from the job's beginning, or after `Last-Event-ID`, until it
    ends; then the stream is closed. `progress` comes once for every step of the sampler, the latest only."""
    desk = server_of(request).desk
    async for number, at_s, event in desk.follow(job.id, last_event_id):
        ended = job_view(desk.job(job.id), desk) if event.kind in ENDS else None
        yield ServerSentEvent(
            raw_data=event_view(at_s, event.as_json(), ended).model_dump_json(exclude_none=ended is None),
            event=event.kind,
            id=None if number is None else str(number),
        )


@job_routes.post("/{job_id}/cancel")
def cancel_job(request: Request, job_id: JobId) -> JobView:
    """Leaves a job: one that waits at once, one in work within a step of the sampler; one that has ended
    stays as it is."""
    one_job(request, job_id)
    desk = server_of(request).desk
    return job_view(desk.cancel(job_id), desk)


@job_routes.delete("/{job_id}", status_code=204)
def remove_job(request: Request, job_id: JobId) -> Response:
    """Removes a job that has ended, and its files; 409 for one that has not."""
    one_job(request, job_id)
    if not server_of(request).desk.remove(job_id):
        raise HTTPException(409, "the job has not ended: cancel it first")
    return Response(status_code=204)


@job_routes.get("/{job_id}/files/{name}", response_class=FileResponse)
def job_file(
    request: Request,
    job_id: JobId,
    name: Annotated[str, Path(max_length=255)],
    download: Annotated[bool, Query(description="Have a browser save it.")] = False,
) -> FileResponse:
    """One file of a job that is done; byte ranges are answered."""
    files = out_files(one_job(request, job_id), server_of(request).records)
    if name not in files:
        raise HTTPException(404, "the job has no file of this name")
    return FileResponse(
        files[name],
        media_type=media_type(name),
        filename=name,
        content_disposition_type="attachment" if download else "inline",
    )


@job_routes.get("/{job_id}/takes/{number}/waveform")
async def take_waveform(
    request: Request,
    job_id: JobId,
    number: Annotated[int, Path(ge=1, le=1000)],
    points: Points = 1000,
) -> WaveformView:
    """The outline of a take's sound."""
    state, record = server_of(request), one_job(request, job_id)
    takes, files = takes_of(record), out_files(record, state.records)
    if number > len(takes) or takes[number - 1]["wav"] not in files:
        raise HTTPException(404, f"the job has no take {number}")
    wav = files[takes[number - 1]["wav"]]
    async with state.looking:
        duration_s, low, high = await asyncio.to_thread(file_outline, wav, points)
    return WaveformView(duration_s=duration_s, low=low, high=high)
