"""The server as a program: asked for off this machine, ended, killed, its workers killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
from conftest import long_clip

from ta_v2a.server.client import FoleyClient
from ta_v2a.server.launched import LaunchedServer

ROOT = Path(__file__).resolve().parents[2]


def test_off_this_machine_a_token_is_asked_for(pipeline_folder, silent_clip, tmp_path):
    command = [
        sys.executable,
        "-m",
        "ta_v2a",
        "serve",
        str(tmp_path / "a"),
        "--host",
        "0.0.0.0",
        "--port",
        "0",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    refused = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
    assert refused.returncode == 2 and "give it a token" in refused.stderr
    token = "a-token-of-some-length"
    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>hello</title>")
    (tmp_path / "secret.txt").write_text("secret")
    words = ("--host", "0.0.0.0", "--preset", str(pipeline_folder), "--page", str(page))
    with LaunchedServer(tmp_path / "b", *words, environment={"TA_V2A_TOKEN": token}) as served:
        address = served.address.replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(base_url=address) as asked:
            for method, place in [
                ("GET", "/v1/jobs"),
                ("POST", "/v1/clips"),
                ("GET", "/metrics"),
                ("GET", "/openapi.json"),
                ("GET", "/v1/server"),
            ]:
                answer = asked.request(method, place)
                assert answer.status_code == 401 and answer.json()["error"].startswith("a token is needed"), (
                    place
                )
            assert asked.get("/health").status_code == 200
            home = asked.get("/")
            assert (
                "hello" in home.text and "frame-ancestors 'none'" in home.headers["content-security-policy"]
            )
            for place in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "//etc/passwd"):
                assert asked.get(place).status_code == 404, place
            assert asked.get("/v1/session").json() == {"token_required": True, "authenticated": False}
            assert asked.post("/v1/session", json={"token": "wrong"}).status_code == 401
            assert asked.get("/v1/jobs", headers={"authorization": "Bearer wrong"}).status_code == 401
            begun = asked.post("/v1/session", json={"token": token})
            assert begun.status_code == 204 and token not in begun.headers["set-cookie"]
            assert (
                "HttpOnly" in begun.headers["set-cookie"] and "SameSite=strict" in begun.headers["set-cookie"]
            )
            assert asked.get("/v1/jobs").status_code == 200
            assert asked.delete("/v1/session").status_code == 204
            assert asked.get("/v1/jobs").status_code == 401
        with FoleyClient(address, token) as client:
            paths = client.sound(silent_clip, tmp_path / "out", prompt="rain")
            assert sorted(path.suffix for path in paths) == [".mp4", ".wav"]


def test_a_killed_server_loses_nothing_and_doubles_nothing(pipeline_folder, tmp_path, silent_clip):
    folder, words = tmp_path / "kept", ("--preset", str(pipeline_folder))
    long = long_clip(tmp_path)
    with LaunchedServer(folder, *words) as served, FoleyClient(served.address) as client:
        clip, other = client.upload(long), client.upload(silent_clip)
        first = client.wait(client.submit(other["id"], prompt="rain")["id"])
        slow = client.submit(clip["id"], scales={"num_inference_steps": 300})
        queued = [client.submit(other["id"], key=f"job {n}", seed=n) for n in range(4)]
        cancelled = client.cancel(queued.pop()["id"])
        for event in client.events(slow["id"]):
            if event["kind"] == "progress":
                break
        served.kill()
    events = folder / "jobs" / first["id"] / "events.jsonl"
    with events.open("ab") as file:
        file.write(b'{"kind": "not')  # a line that the kill cut off
    shutil.copytree(folder / "clips" / clip["id"], folder / "clips" / f"c{'0' * 20}")
    (folder / "clips" / f"c{'0' * 20}" / "clip.json").unlink()  # an upload that the kill cut off
    with LaunchedServer(folder, *words) as served, FoleyClient(served.address) as client:
        again = [client.submit(other["id"], key=f"job {n}", seed=n) for n in range(3)]
        assert [job["id"] for job in again] == [job["id"] for job in queued]
        ended = [client.wait(job["id"]) for job in (slow, *queued)]
        assert [job["state"] for job in ended] == ["done"] * 4
        assert [job["tries"] for job in ended] == [2, 1, 1, 1]
        assert client.job(first["id"]) == first and client.job(cancelled["id"]) == cancelled
        jobs = httpx.get(f"{served.address}/v1/jobs").json()["jobs"]
        assert len(jobs) == 6 and all(len(job["files"]) == 2 * (job["state"] == "done") for job in jobs)
        clips = httpx.get(f"{served.address}/v1/clips").json()["clips"]
        assert {each["id"] for each in clips} == {clip["id"], other["id"]}


def test_a_server_that_is_asked_to_end_lets_go_and_goes_on_later(pipeline_folder, tmp_path):
    folder, words = tmp_path / "kept", ("--preset", str(pipeline_folder))
    with LaunchedServer(folder, *words) as served, FoleyClient(served.address) as client:
        twice = subprocess.run(served.process.args, capture_output=True, text=True, timeout=60)
        assert twice.returncode == 2 and "another server uses this folder" in twice.stderr
        slow = client.submit(client.upload(long_clip(tmp_path))["id"], scales={"num_inference_steps": 300})
        for event in client.events(slow["id"]):
            if event["kind"] == "progress":
                break
        began = time.monotonic()
        assert served.stop(signal.SIGTERM) == 143
        assert time.monotonic() - began < 15
    with LaunchedServer(folder, *words) as served, FoleyClient(served.address) as client:
        ended = client.wait(slow["id"])
        assert (ended["state"], ended["tries"]) == ("done", 2)


def test_a_worker_that_dies_costs_a_try_and_no_job(pipeline_folder, tmp_path):
    with (
        LaunchedServer(tmp_path / "kept", "--preset", str(pipeline_folder)) as served,
        FoleyClient(served.address) as client,
    ):
        job = client.submit(client.upload(long_clip(tmp_path))["id"], scales={"num_inference_steps": 200})
        killed = 0
        for event in client.events(job["id"]):
            if event["kind"] == "progress" and killed == 0:
                workers = served.workers()
                for pid in workers:
                    os.kill(pid, signal.SIGKILL)
                killed = len(workers)
        assert killed == 1
        ended = client.job(job["id"])
        assert (ended["state"], ended["tries"]) == ("done", 2)
