"""The application: routes, refusals in one form, the page."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException

from ta_v2a.errors import UserError
from ta_v2a.jobs.worker import Worker
from ta_v2a.server.answers import ServerState
from ta_v2a.server.clip_routes import UPLOADS, clip_routes
from ta_v2a.server.counts import Counts
from ta_v2a.server.desk import Desk, QueueFull
from ta_v2a.server.guard import Guard
from ta_v2a.server.job_routes import job_routes
from ta_v2a.server.onsets import KeptOnsets
from ta_v2a.server.records import Records
from ta_v2a.server.server_routes import server_routes
from ta_v2a.server.settings import ServerSettings

PAGE_FOLDER = Path(__file__).resolve().parents[1] / "studio" / "page"
"""Where a wheel holds the page that is shown at `/`; it has an index.html."""
API_VERSION = "1"
_log = logging.getLogger("ta_v2a.server")
_PROBES, _LOOKS = 4, 2


def create_app(settings: ServerSettings, worker: Callable[[], Worker] = Worker) -> FastAPI:
    """The application of one server; nothing is touched before it is started.

    Args:
        settings: what it was started with.
        worker: makes what does the work.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        records, counts = Records(settings.folder), Counts()
        desk = Desk(records, settings, counts, worker)
        limits = CapacityLimiter(_PROBES), CapacityLimiter(_LOOKS)
        app.state.server = ServerState(settings, records, counts, desk, KeptOnsets(desk), *limits)
        desk.open()
        try:
            yield
        finally:
            await to_thread.run_sync(desk.close)

    app = FastAPI(
        title="ta-v2a",
        summary="Sound for silent clips: the text says what is heard, the picture says when.",
        version=API_VERSION,
        lifespan=lifespan,
        docs_url=None,  # its scripts come from elsewhere
        redoc_url=None,
    )
    for routes in (clip_routes, job_routes, server_routes):
        app.include_router(routes)
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(UserError, _not_kept)
    app.add_exception_handler(QueueFull, _full)
    app.add_exception_handler(Exception, _failed)
    if settings.page is not None:
        app.mount("/", StaticFiles(directory=settings.page, html=True), name="page")
    app.add_middleware(Guard, token=settings.token, uploads=UPLOADS)
    return app


def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnyHTTPException)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


def _not_understood(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path", "header"))
    said = " ".join(str(first["msg"]).split())[:300]
    return JSONResponse({"error": f"{place}: {said}" if place else said}, 422)


def _not_kept(request: Request, error: Exception) -> JSONResponse:
    _log.error("%s", error)  # it names places on disk
    return JSONResponse({"error": "the server cannot keep this: its disk fails or is full"}, 507)


def _full(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": "too many jobs wait: try later"}, 429, {"retry-after": "5"})


def _failed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": f"the server failed ({type(error).__name__})"}, 500)
