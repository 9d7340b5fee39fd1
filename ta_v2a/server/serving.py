"""A server from its first request to its last: the socket, the folder's lock, signals."""

import signal
import socket
from collections.abc import Callable
from functools import partial
from types import FrameType

import uvicorn

from ta_v2a.errors import UserError
from ta_v2a.jobs.worker import Worker
from ta_v2a.presets.resolve import resolve
from ta_v2a.server.app import create_app
from ta_v2a.server.guard import checked_token
from ta_v2a.server.settings import ServerSettings
from ta_v2a.system.locks import sole_user
from ta_v2a.system.processes import threads_each

_CLOSING_S = 5
_BACKLOG = 512
_MOST_CONNECTIONS = 900  # below the usual 1,024 open files of a process


class _Server(uvicorn.Server):
    """Lets go of whoever follows a job as soon as it is asked to end: they would be waited for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        server = getattr(getattr(self.config.app, "state", None), "server", None)
        if server is not None:
            server.desk.leave()
        super().handle_exit(sig, frame)


def _bound(host: str, port: int) -> socket.socket:
    """Raises: UserError: the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UserError(f"{host} port {port}: {getattr(error, 'strerror', None) or error}") from None
    listening.listen(_BACKLOG)
    return listening


def run_server(settings: ServerSettings, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until a signal ends it.

    Args:
        settings: what it is started with.
        host, port: where it listens; port 0 takes a free one.
        ready: told the address once it listens.

    Raises:
        UserError: the preset, the folder, the token or the address cannot be used.
    """
    resolve(settings.preset)
    checked_token(settings.token, host)
    with sole_user(settings.folder, "another server"), _bound(host, port) as listening:
        config = uvicorn.Config(
            create_app(settings, partial(Worker, threads_each(settings.workers))),
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",
            limit_concurrency=_MOST_CONNECTIONS,
            lifespan="on",
            timeout_graceful_shutdown=_CLOSING_S,
        )
        name = f"[{host}]" if ":" in host else host
        ready(f"http://{name}:{listening.getsockname()[1]}")
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            _Server(config).run(sockets=[listening])
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
