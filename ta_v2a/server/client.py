"""A client of `ta-v2a serve` in Python.

with FoleyClient("http://127.0.0.1:8040") as client:
    client.sound("clip.mp4", "out", prompt="a wooden door knock", seed=7)
"""

import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from ta_v2a.errors import UserError
from ta_v2a.jobs.events import ENDS
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.system.user_files import made_folder

_PIECE_BYTES = 1 << 18
_AGAIN_S = 0.5


class Refused(UserError):
    """The server's own line for a request that it refused.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, status: int, text: str):
        super().__init__(text)
        self.status = status


class FoleyClient:
    """One server.

    Args:
        address: such as "http://127.0.0.1:8040".
        token: that the server asks for; None on its own machine.
        patience_s: how long a server that is away (being started again) is waited for.
    """

    def __init__(self, address: str, token: str | None = None, patience_s: float = 30.0):
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=address, headers=headers, timeout=httpx.Timeout(60.0))
        self._patience_s = patience_s

    def __enter__(self) -> "FoleyClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def upload(self, path: str | os.PathLike) -> dict[str, Any]:
        """Sends a film; its facts (`ClipView`).

        Raises:
            UserError: it cannot be read, or the server refuses it.
        """
        try:
            with open(path, "rb") as file:
                pieces = iter(lambda: file.read(_PIECE_BYTES), b"")
                length = {"content-length": str(os.fstat(file.fileno()).st_size)}
                answer = self._http.post(
                    "/v1/clips", params={"name": Path(path).name}, content=pieces, headers=length
                )
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or 'cannot be read'}") from None
        return _read(answer)

    def submit(self, clip_id: str, key: str | None = None, **order: Any) -> dict[str, Any]:
        """Puts a job into the queue (`JobView`). Sent again where the server was away, it is one job still.

        Args:
            clip_id: of a clip that was uploaded.
            key: the same key is the same job; by default one of this call's own.
            order: fields of `JobRequest`, such as `prompt`, `cues`, `seed`, `takes`.

        Raises:
            UserError: the server refuses it.
        """
        headers = {"idempotency-key": key or secrets.token_hex(16)}
        return self._asked("POST", "/v1/jobs", json={"clip_id": clip_id, **order}, headers=headers)

    def job(self, job_id: str) -> dict[str, Any]:
        """A job as it stands (`JobView`)."""
        return self._asked("GET", f"/v1/jobs/{job_id}")

    def jobs(self, clip_id: str | None = None) -> Iterator[dict[str, Any]]:
        """Jobs (`JobView`), newest first: all of them, or those about one clip."""
        asked: dict[str, Any] = {"limit": 100} if clip_id is None else {"limit": 100, "clip_id": clip_id}
        while True:
            page = self._asked("GET", "/v1/jobs", params=asked)
            yield from page["jobs"]
            if page["next"] is None:
                return
            asked["before"] = page["next"]

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Leaves a job."""
        return self._asked("POST", f"/v1/jobs/{job_id}/cancel")

    def onsets(self, clip_id: str) -> list[dict[str, Any]]:
        """What is seen to hit in a clip (`OnsetView`), waited for."""
        while True:
            answer = self._again("GET", f"/v1/clips/{clip_id}/onsets")
            if answer.status_code != 202:
                return _read(answer)["onsets"]
            time.sleep(_AGAIN_S)

    def events(self, job_id: str) -> Iterator[dict[str, Any]]:
        """The events of a job (`EventView`) until it ends, over any restart of the server.

        Raises:
            UserError: there is no such job, or the server is away for too long.
        """
        last: str = "-1"
        away_since: float | None = None
        while True:
            try:
                headers = {"last-event-id": last}
                with self._http.stream("GET", f"/v1/jobs/{job_id}/events", headers=headers) as answer:
                    away_since = None
                    if answer.is_error:
                        answer.read()
                        _read(answer)
                    for number, event in _server_sent(answer.iter_lines()):
                        last = number or last
                        yield event
                        if event["kind"] in ENDS:
                            return
            except httpx.TransportError as error:
                away_since = away_since or time.monotonic()
                self._wait(away_since, error)
            time.sleep(_AGAIN_S / 10)

    def wait(
        self, job_id: str, on_event: Callable[[dict[str, Any]], None] = lambda event: None
    ) -> dict[str, Any]:
        """A job once it has ended (`JobView`); `on_event` gets its events meanwhile."""
        for event in self.events(job_id):
            on_event(event)
        return self.job(job_id)

    def download(self, job: dict[str, Any], folder: str | os.PathLike) -> list[Path]:
        """Writes a job's files into a folder, each whole or not at all.

        Raises:
            UserError: one cannot be written or fetched.
        """
        made, place = [], made_folder(Path(folder))
        for each in job["files"]:
            out = output_file(place / Path(each["name"]).name)
            with self._http.stream("GET", each["url"]) as answer, whole_file(out) as part:
                if answer.is_error:
                    answer.read()
                    _read(answer)
                with open(part, "wb") as file:
                    for piece in answer.iter_bytes(_PIECE_BYTES):
                        file.write(piece)
            made.append(out)
        return made

    def sound(self, path: str | os.PathLike, folder: str | os.PathLike, **order: Any) -> list[Path]:
        """A film in, its sounded film and WAV out: upload, submit, wait, download.

        Raises:
            UserError: the server refuses it, or the job fails.
        """
        job = self.wait(self.submit(self.upload(path)["id"], **order)["id"])
        if job["state"] != "done":
            raise UserError(f"{Path(path).name}: {job['error'] or 'the job was cancelled'}")
        return self.download(job, folder)

    def _asked(self, method: str, place: str, **more: Any) -> dict[str, Any]:
        return _read(self._again(method, place, **more))

    def _again(self, method: str, place: str, **more: Any) -> httpx.Response:
        since = time.monotonic()
        while True:
            try:
                return self._http.request(method, place, **more)
            except httpx.TransportError as error:
                self._wait(since, error)

    def _wait(self, since: float, error: httpx.TransportError) -> None:
        if time.monotonic() > since + self._patience_s:
            raise UserError(f"{self._http.base_url}: cannot be reached ({error})") from None
        time.sleep(_AGAIN_S)


def _read(answer: httpx.Response) -> dict[str, Any]:
    """The JSON of an answer.

    Raises:
        Refused: it is a refusal.
    """
    if answer.is_error:
        text = f"HTTP {answer.status_code}"
        with suppress(ValueError, KeyError, TypeError):
            text = answer.json()["error"]
        raise Refused(answer.status_code, text)
    return answer.json()


def _server_sent(lines: Iterator[str]) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """(id or None, data) of every event in a stream of lines."""
    number, data = None, []
    for line in lines:
        name, _, value = line.partition(":")
        if name == "id":
            number = value.strip()
        elif name == "data":
            data.append(value.strip())
        elif not line and data:
            yield number, json.loads("\n".join(data))
            number, data = None, []
