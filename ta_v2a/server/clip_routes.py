"""Clips: in, looked at, out."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.requests import ClientDisconnect

from ta_v2a.engine.spotting import THRESHOLD
from ta_v2a.server.answers import REFUSALS, one_clip, server_of, within
from ta_v2a.server.looks import own_outline, strip
from ta_v2a.server.models import ClipList, ClipView, LabelShare, OnsetList, OnsetView, WaveformView
from ta_v2a.server.uploads import check_room, taken_in
from ta_v2a.server.views import clip_of, clip_view, media_type

UPLOADS = "/v1/clips"
clip_routes = APIRouter(prefix=UPLOADS, tags=["clips"], responses=REFUSALS)
ClipId = Annotated[str, Path(pattern="^c[0-9a-f]{20}$")]
Points = Annotated[int, Query(ge=1, le=20_000, description="Pieces of the outline.")]
Height = Annotated[int, Query(ge=16, le=360, description="Of a picture, in pixels.")]
_IMMUTABLE = {"cache-control": "private, max-age=31536000, immutable"}
_WAIT_S = 20.0
_FILM = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@clip_routes.post("", status_code=201, openapi_extra=_FILM)
async def upload_clip(
    request: Request,
    name: Annotated[
        str, Query(max_length=255, description="The file's name, for its stem and ending.")
    ] = "clip",
) -> ClipView:
    """Takes a film in: its bytes are the whole body of the request."""
    state = server_of(request)
    length = request.headers.get("content-length", "")
    try:
        check_room(state.settings, int(length) if length.isdecimal() else None)
        record = await taken_in(request.stream(), name, state.records, state.settings, state.probing)
    except HTTPException as refused:
        state.counts.uploads.labels(str(refused.status_code)).inc()
        raise
    except ClientDisconnect:
        state.counts.uploads.labels("gone").inc()
        raise HTTPException(400, "the upload was broken off") from None
    state.counts.uploads.labels("201").inc()
    state.counts.uploaded_bytes.inc(record.bytes)
    return clip_view(record, state.records)


@clip_routes.get("")
def uploaded_clips(request: Request) -> ClipList:
    """All clips, newest first."""
    records = server_of(request).records
    return ClipList(clips=[clip_view(each, records) for each in records.clips()])


@clip_routes.get("/{clip_id}")
def get_clip(request: Request, clip_id: ClipId) -> ClipView:
    """One clip's facts."""
    return clip_view(one_clip(request, clip_id), server_of(request).records)


@clip_routes.delete("/{clip_id}", status_code=204)
def remove_clip(request: Request, clip_id: ClipId) -> Response:
    """Removes a clip; the sounds that were made for it stay. Refused (409) while a job needs it."""
    state, record = server_of(request), one_clip(request, clip_id)
    if state.desk.uses(record.id):
        raise HTTPException(409, "a job that has not ended is about this clip")
    state.records.remove(state.records.clip_folder(record.id))
    return Response(status_code=204)


@clip_routes.get("/{clip_id}/film", response_class=FileResponse)
def clip_film(request: Request, clip_id: ClipId) -> FileResponse:
    """The clip as it came in; byte ranges are answered."""
    state, record = server_of(request), one_clip(request, clip_id)
    return FileResponse(
        state.records.clip_file(record),
        media_type=media_type(record.name),
        filename=record.name,
        content_disposition_type="inline",
        headers=_IMMUTABLE,
    )


@clip_routes.get(
    "/{clip_id}/frames.jpg", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}}
)
async def clip_frames(
    request: Request,
    clip_id: ClipId,
    count: Annotated[int, Query(ge=1, le=240, description="Pictures in the strip.")] = 60,
    height: Height = 64,
    start_s: Annotated[float, Query(ge=0, allow_inf_nan=False)] = 0.0,
    end_s: Annotated[float | None, Query(gt=0, allow_inf_nan=False)] = None,
) -> Response:
    """A strip of pictures side by side, all of one width: number i (from 0) shows the clip at
    start_s + (i + 0.5) (end_s - start_s) / count, by default over the whole clip."""
    state, record = server_of(request), one_clip(request, clip_id)
    clip = clip_of(record, state.records)
    stop_s = clip.duration_s if end_s is None else min(end_s, clip.duration_s)
    if not start_s < stop_s:
        raise HTTPException(422, f"start_s is before end_s and the clip's end ({clip.duration_s:.3f} s)")
    times_s = [start_s + (number + 0.5) * (stop_s - start_s) / count for number in range(count)]
    with within(clip):
        data = await to_thread.run_sync(strip, clip, times_s, height, limiter=state.looking)
    return Response(data, media_type="image/jpeg", headers=_IMMUTABLE)


@clip_routes.get(
    "/{clip_id}/onsets", response_model=OnsetList, responses={202: {"description": "Not yet: ask again."}}
)
async def clip_onsets(
    request: Request,
    clip_id: ClipId,
    threshold: Annotated[float, Query(ge=0, le=1, description="How sure an onset must be.")] = THRESHOLD,
) -> OnsetList | Response:
    """What is seen to hit, and when; looked at once. The answer waits some 20 s for it, then it is 202."""
    state, record = server_of(request), one_clip(request, clip_id)
    event = await state.onsets.of(state.records.clip_file(record), threshold, _WAIT_S)
    if event is None:
        return JSONResponse({}, 202, {"retry-after": "1"})
    if event.kind != "done":
        status = 422 if event.kind == "failed" else 503
        raise HTTPException(status, event.text or "the server is being closed")
    return OnsetList(
        onsets=[
            OnsetView(
                time_s=each["time_s"],
                sureness=each["sureness"],
                labels=[LabelShare(label=label, share=share) for label, share in each["labels"]],
            )
            for each in event.report["onsets"]
        ]
    )


@clip_routes.get("/{clip_id}/waveform")
async def clip_waveform(request: Request, clip_id: ClipId, points: Points = 1000) -> WaveformView:
    """The outline of the clip's own sound; 422 where it has none."""
    state, record = server_of(request), one_clip(request, clip_id)
    clip = clip_of(record, state.records)
    with within(clip):
        duration_s, low, high = await to_thread.run_sync(own_outline, clip, points, limiter=state.looking)
    return WaveformView(duration_s=duration_s, low=low, high=high)
