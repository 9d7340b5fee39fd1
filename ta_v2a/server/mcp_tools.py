"""The jobs of a server as tools of the Model Context Protocol, for programs that a language model drives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from ta_v2a.errors import UserError
from ta_v2a.server.client import FoleyClient

INSTRUCTIONS = (
    "Sound for silent films. upload_film first; its id goes into make_sound, which waits for the takes. "
    "download_files writes them into a folder. seen_hits tells when something is seen to hit; change_stretch "
    "makes a part of a take again and leaves the rest as it is."
)
_KEPT = ("id", "clip_id", "state", "error", "notices", "takes", "files", "done", "total")


def tools_of(client: FoleyClient) -> MCPServer:
    """A server of tools over a running `ta-v2a serve`; it reads and writes files of this machine."""
    server = MCPServer("ta-v2a", instructions=INSTRUCTIONS)

    def told(job: dict[str, Any]) -> dict[str, Any]:
        return {name: job[name] for name in _KEPT}

    def waited(clip_id: str, **order: Any) -> dict[str, Any]:
        job = client.submit(clip_id, **{name: value for name, value in order.items() if value is not None})
        return told(client.wait(job["id"]))

    def upload_film(path: str) -> dict[str, Any]:
        """Hand a film on this machine to the server; its id, length and size."""
        return _said(lambda: client.upload(path))

    def seen_hits(clip_id: str) -> list[dict[str, Any]]:
        """When something is seen to hit in a film: time_s, how sure that is, what it looks like."""
        return _said(lambda: client.onsets(clip_id))

    def make_sound(
        clip_id: str,
        prompt: str = "",
        negative_prompt: str = "",
        cues: list[dict[str, Any]] | None = None,
        hits: list[float] | None = None,
        takes: int = 1,
        seed: int = 0,
        stems: bool = False,
    ) -> dict[str, Any]:
        """Sound a film and wait for it. cues: {"start_s", "end_s", "text"} each, words for a stretch; hits:
        seconds at which something hits, in place of what is seen; takes: versions, their seeds one apart."""
        order = {"negative_prompt": negative_prompt, "cues": cues, "hits": hits, "takes": takes}
        return _said(lambda: waited(clip_id, prompt=prompt, seed=seed, stems=stems, **order))

    def change_stretch(
        job_id: str, take: int, start_s: float, end_s: float, prompt: str | None = None, seed: int = 1
    ) -> dict[str, Any]:
        """Make a stretch of a take again, with other words or another seed; the rest stays as it is."""

        def work() -> dict[str, Any]:
            before = client.job(job_id)
            words = before["request"]["prompt"] if prompt is None else prompt
            part = {"job_id": job_id, "take": take, "start_s": start_s, "end_s": end_s}
            return waited(before["clip_id"], prompt=words, seed=seed, redo=part)

        return _said(work)

    def list_jobs(clip_id: str | None = None) -> list[dict[str, Any]]:
        """Jobs, newest first: all, or those about one film."""
        return _said(lambda: [told(job) for job in client.jobs(clip_id)])

    def cancel_job(job_id: str) -> dict[str, Any]:
        """Leave a job; one in work ends within a step."""
        return _said(lambda: told(client.cancel(job_id)))

    def download_files(job_id: str, folder: str) -> list[str]:
        """Write the films, sounds and stems of a job into a folder on this machine; their paths."""
        return _said(lambda: [str(path) for path in client.download(client.job(job_id), Path(folder))])

    for each in (
        upload_film,
        seen_hits,
        make_sound,
        change_stretch,
        list_jobs,
        cancel_job,
        download_files,
    ):
        server.add_tool(each)
    return server


def _said(work: Callable[[], Any]) -> Any:
    """What the work gives; a mistake of the user goes to the model as its line."""
    try:
        return work()
    except UserError as error:
        raise ToolError(str(error)) from None
