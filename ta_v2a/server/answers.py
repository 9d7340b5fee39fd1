"""What all routes share: the server's parts, records by id, refusals in one form."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from anyio import CapacityLimiter
from fastapi import HTTPException, Request

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip
from ta_v2a.server.counts import Counts
from ta_v2a.server.desk import Desk
from ta_v2a.server.models import Problem
from ta_v2a.server.onsets import KeptOnsets
from ta_v2a.server.records import ClipRecord, JobRecord, Records
from ta_v2a.server.settings import ServerSettings

_SAID = {
    400: "The request was broken off.",
    401: "A token is needed.",
    403: "Another site's page asks, or another host name was used.",
    404: "There is none of this id or name.",
    408: "Nothing came any more.",
    409: "Not while a job is in work; or the idempotency key was used for another order.",
    413: "Too many bytes.",
    422: "Something in the request, or the clip, cannot be used.",
    429: "Too many jobs wait: try later.",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": text} for status, text in _SAID.items()
}


@dataclass
class ServerState:
    """The parts of one server.

    Attributes:
        probing, looking: how many clips are probed, or drawn, at a time.
    """

    settings: ServerSettings
    records: Records
    counts: Counts
    desk: Desk
    onsets: KeptOnsets
    probing: CapacityLimiter
    looking: CapacityLimiter


def server_of(request: Request) -> ServerState:
    """The server's parts."""
    return request.app.state.server


def one_clip(request: Request, clip_id: str) -> ClipRecord:
    """Raises: HTTPException: 404."""
    try:
        return server_of(request).records.clip(clip_id)
    except KeyError:
        raise HTTPException(404, f"there is no clip {clip_id}") from None


def one_job(request: Request, job_id: str) -> JobRecord:
    """Raises: HTTPException: 404."""
    try:
        return server_of(request).desk.job(job_id)
    except KeyError:
        raise HTTPException(404, f"there is no job {job_id}") from None


@contextmanager
def within(clip: Clip) -> Iterator[None]:
    """Inside, what is wrong with a clip is a refusal that does not say where the clip lies."""
    try:
        yield
    except UserError as error:
        raise HTTPException(422, str(error).replace(shown_name(clip.path), clip.path.name)) from None
