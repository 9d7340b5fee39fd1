"""The server itself: what it is, whether it works, who may ask."""

import hmac
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ta_v2a.server.answers import REFUSALS, server_of
from ta_v2a.server.guard import SESSION_COOKIE, session_of, shows
from ta_v2a.server.models import HealthView, LimitsView, ServerView, SessionRequest, SessionView

server_routes = APIRouter(tags=["server"], responses={status: REFUSALS[status] for status in (401, 403)})


def own_version() -> str:
    """Of this package; "0" where it was never installed."""
    try:
        return version("ta-v2a")
    except PackageNotFoundError:
        return "0"


@server_routes.get("/health", response_model=HealthView, responses={503: {"model": HealthView}})
def health(request: Request) -> HealthView | Response:
    """200 while every worker is at work or waits for some."""
    desk = server_of(request).desk
    wanted = server_of(request).settings.workers
    view = HealthView(
        status="ok" if desk.at_work == wanted else "stuck",
        workers=desk.at_work,
        waiting=desk.waiting,
        running=desk.running,
    )
    if view.status != "ok":
        return JSONResponse(view.model_dump(), 503)
    return view


@server_routes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Counters in Prometheus' text form."""
    state = server_of(request)
    state.counts.waiting.set(state.desk.waiting)
    state.counts.running.set(state.desk.running)
    return Response(generate_latest(state.counts.registry), media_type=CONTENT_TYPE_LATEST)


@server_routes.get("/v1/server")
def describe_server(request: Request) -> ServerView:
    """What this server makes sound with, and what it allows."""
    state = server_of(request)
    settings = state.settings
    return ServerView(
        version=own_version(),
        preset=settings.preset.rpartition("/")[2],
        library=settings.library is not None,
        workers=settings.workers,
        settings=state.desk.preset_settings,
        limits=LimitsView(
            clip_bytes=settings.most_bytes,
            clip_s=settings.longest_s,
            picture_pixels=settings.most_pixels,
            takes=settings.most_takes,
            waiting_jobs=settings.most_waiting,
        ),
        waiting=state.desk.waiting,
        running=state.desk.running,
    )


@server_routes.get("/v1/session")
def session(request: Request) -> SessionView:
    """Whether this server asks for a token, and whether this request shows one."""
    token = server_of(request).settings.token
    return SessionView(
        token_required=token is not None, authenticated=token is None or shows(request.headers, token)
    )


@server_routes.post("/v1/session", status_code=204)
def begin_session(request: Request, given: SessionRequest) -> Response:
    """Sets the cookie that stands for the token, until the browser is closed."""
    token = server_of(request).settings.token
    answer = Response(status_code=204)
    if token is None:
        return answer
    if not hmac.compare_digest(given.token.encode(), token.encode()):
        raise HTTPException(401, "that is not the token")
    secure = request.url.scheme == "https"
    answer.set_cookie(SESSION_COOKIE, session_of(token), httponly=True, samesite="strict", secure=secure)
    return answer


@server_routes.delete("/v1/session", status_code=204)
def end_session() -> Response:
    """Takes the cookie back."""
    answer = Response(status_code=204)
    answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
    return answer
