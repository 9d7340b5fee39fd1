"""Who may ask: a token off this machine, no other site's page ever, bodies of a bounded size.

A page of another origin can make a browser send requests to this machine. It cannot read the answers, since
no CORS header is ever sent; it cannot act either: requests that name another origin are refused, and without
a token also those that came by another host name (a name that an attacker points at this machine).
"""

import hashlib
import hmac
import ipaddress
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ta_v2a.errors import UserError

SESSION_COOKIE = "ta_v2a_session"
SHORTEST_TOKEN = 16
_MOST_BODY_BYTES = 4 << 20
_OPEN = ("/health", "/v1/session")
_GUARDED = ("/v1/", "/metrics", "/openapi.json")
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; connect-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": _CONTENT_POLICY,
    "cross-origin-resource-policy": "same-origin",
}


def is_loopback(host: str) -> bool:
    """Whether an address to listen on, or a host name of a request, is this machine and no other."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked_token(token: str | None, host: str) -> str | None:
    """The token of a server that listens on `host`.

    Raises:
        UserError: it is needed and missing, too short, or cannot stand in a header.
    """
    if token is None:
        if not is_loopback(host):
            raise UserError(
                f"whoever reaches {host} could use this server: give it a token (--token-file, or "
                f"TA_V2A_TOKEN)"
            )
        return None
    if len(token) < SHORTEST_TOKEN:
        raise UserError(f"a token has at least {SHORTEST_TOKEN} characters")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UserError("a token is of printable ASCII characters without blanks")
    return token


def session_of(token: str) -> str:
    """What the cookie of a browser holds in place of the token."""
    return hashlib.sha256(b"ta-v2a session\0" + token.encode()).hexdigest()


def shows(headers: Headers, token: str) -> bool:
    """Whether a request shows the token, or the cookie that stands for it."""
    kind, _, shown = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode()):
        return True
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(SESSION_COOKIE)
    except CookieError:
        return False
    return cookie is not None and hmac.compare_digest(cookie.value.encode(), session_of(token).encode())


class _TooLarge(Exception):
    pass


class Guard:
    """Stands before the application.

    Args:
        app: what it guards.
        token: what requests show; None: only this machine's own host names are answered.
        uploads: the one path whose bodies may be long: it counts for itself.
    """

    def __init__(self, app: ASGIApp, token: str | None, uploads: str):
        self.app, self.token, self.uploads = app, token, uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _dressed(send))
            return
        if scope["path"] != self.uploads:
            receive = _bounded(receive)
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, _dressed(noted))
        except _TooLarge:
            if not begun:
                await _refused(413, f"more than {_MOST_BODY_BYTES} bytes are no request")(
                    scope, receive, _dressed(send)
                )

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers, path = Headers(scope=scope), scope["path"]
        host = headers.get("host", "")
        if self.token is None and not is_loopback(_without_port(host)):
            return _refused(403, "this server answers to the names of its own machine only")
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return _refused(403, "pages of other origins may not ask this server")
        guarded = path.startswith(_GUARDED) and path not in _OPEN
        if guarded and headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
            return _refused(403, "pages of other sites may not ask this server")
        if guarded and self.token is not None and not shows(headers, self.token):
            refusal = _refused(401, "a token is needed: Authorization: Bearer TOKEN")
            refusal.headers["www-authenticate"] = "Bearer"
            return refusal
        length = headers.get("content-length", "0")
        if path != self.uploads and (not length.isdecimal() or int(length) > _MOST_BODY_BYTES):
            return _refused(413, f"more than {_MOST_BODY_BYTES} bytes are no request")
        return None


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _refused(status: int, error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status)


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def receive_some() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > _MOST_BODY_BYTES:
            raise _TooLarge
        return message

    return receive_some


def _dressed(send: Send) -> Send:
    async def send_dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
        await send(message)

    return send_dressed
