"""The tools as a program that a language model drives uses them: over the protocol, against a real server."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from ta_v2a.media.reading.probe import probe
from ta_v2a.server.launched import LaunchedServer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(pipeline_folder, tmp_path_factory):
    with LaunchedServer(tmp_path_factory.mktemp("served"), "--preset", str(pipeline_folder)) as served:
        yield served


def over_the_protocol(address: str, work):
    """What `work(client)` gives, with a client of `ta-v2a mcp` in a process of its own."""

    async def run():
        words = ["-m", "ta_v2a", "mcp", "--server", address]
        packages = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        given = {**os.environ, "PYTHONPATH": packages}
        command = StdioServerParameters(command=sys.executable, args=words, env=given)
        async with Client(command) as client:
            return await work(client)

    return asyncio.run(run())


def test_a_film_is_sounded_changed_and_fetched(server, silent_clip, tmp_path):
    async def work(client):
        async def ask(tool: str, **given):
            answer = await client.call_tool(tool, given)
            assert not answer.is_error, answer.content
            value = answer.structured_content
            return value["result"] if set(value) == {"result"} else value

        clip = await ask("upload_film", path=str(silent_clip))
        cue = {"start_s": 0.5, "end_s": 1.0, "text": "glass breaking"}
        job = await ask("make_sound", clip_id=clip["id"], prompt="rain", cues=[cue], takes=2, seed=7)
        assert job["state"] == "done" and [take["seed"] for take in job["takes"]] == [7, 8]
        again = await ask("change_stretch", job_id=job["id"], take=2, start_s=1.0, end_s=1.5)
        assert again["state"] == "done" and len(again["takes"]) == 1
        assert [each["id"] for each in await ask("list_jobs", clip_id=clip["id"])] == [again["id"], job["id"]]
        assert (await ask("cancel_job", job_id=job["id"]))["state"] == "done"
        assert isinstance(await ask("seen_hits", clip_id=clip["id"]), list)
        paths = [Path(path) for path in await ask("download_files", job_id=job["id"], folder=str(tmp_path))]
        assert len(paths) == 4 and all(probe(path).has_sound for path in paths if path.suffix == ".mp4")

    over_the_protocol(server.address, work)


def test_a_mistake_is_a_line_for_the_model(server, tmp_path):
    (tmp_path / "no film.mp4").write_text("no film")

    async def work(client):
        for tool, given, line in (
            ("upload_film", {"path": str(tmp_path / "gone.mp4")}, "No such file"),
            ("upload_film", {"path": str(tmp_path / "no film.mp4")}, "no film.mp4"),
            ("make_sound", {"clip_id": "c" + 20 * "0"}, "there is no clip"),
        ):
            answer = await client.call_tool(tool, given)
            said = json.dumps([part.text for part in answer.content])
            assert answer.is_error and line in said and "Traceback" not in said, said

    over_the_protocol(server.address, work)
