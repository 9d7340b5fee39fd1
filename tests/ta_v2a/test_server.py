"""The server as its clients see it: real processes, a real engine at tiny sizes."""

import json
import time
from io import BytesIO
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest
import soundfile
from conftest import long_clip, write_clip

from ta_v2a.media.reading.probe import probe
from ta_v2a.server.client import FoleyClient, Refused
from ta_v2a.server.launched import LaunchedServer
from ta_v2a.server.openapi import interface

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server(pipeline_folder, tmp_path_factory):
    """With one worker and small limits."""
    folder = tmp_path_factory.mktemp("served")
    words = (
        "--preset",
        str(pipeline_folder),
        "--most-mb",
        "2",
        "--longest",
        "20",
        "--most-pixels",
        "1000000",
    )
    with LaunchedServer(folder, *words) as served:
        yield served


@pytest.fixture(scope="module")
def client(server):
    with FoleyClient(server.address) as client:
        yield client


@pytest.fixture(scope="module")
def clip(client, silent_clip) -> dict:
    return client.upload(silent_clip)


@pytest.fixture(scope="module")
def done(client, clip) -> dict:
    """A job of two takes that was done."""
    cues = [{"start_s": 0.5, "text": "a wooden door knock"}]
    order = {
        "prompt": "rain on a roof",
        "cues": cues,
        "hits": [0.25, 1.5],
        "takes": 2,
        "seed": "18446744073709551614",
    }
    return client.wait(client.submit(clip["id"], **order)["id"])


def http(server, **more) -> httpx.Client:
    return httpx.Client(base_url=server.address, timeout=60, **more)


def test_the_openapi_document_is_the_one_that_was_committed(server):
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert interface() == committed, "python -m ta_v2a.server.openapi > docs/openapi.json"
    assert httpx.get(f"{server.address}/openapi.json").json() == json.loads(committed)


def test_a_clip_is_what_was_uploaded(server, clip, silent_clip):
    assert (clip["name"], clip["width"], clip["height"], clip["has_sound"]) == ("a clip.mp4", 80, 80, False)
    assert clip["duration_s"] == pytest.approx(2.56)
    with http(server) as asked:
        film = asked.get(f"/v1/clips/{clip['id']}/film")
        assert film.content == silent_clip.read_bytes() and film.headers["content-type"] == "video/mp4"
        part = asked.get(f"/v1/clips/{clip['id']}/film", headers={"range": "bytes=10-19"})
        assert part.status_code == 206 and part.content == silent_clip.read_bytes()[10:20]
        assert (
            asked.get(f"/v1/clips/{clip['id']}/film", headers={"range": "bytes=9999999-"}).status_code == 416
        )
        assert clip in asked.get("/v1/clips").json()["clips"]


def test_a_job_makes_what_the_command_makes(client, done, clip, silent_clip, pipeline_folder, tmp_path):
    assert done["state"] == "done" and done["tries"] == 1 and done["error"] is None
    assert [take["seed"] for take in done["takes"]] == [2**64 - 2, 2**64 - 1]
    assert {Path(each["name"]).suffix for each in done["files"]} == {".mp4", ".wav"} and len(
        done["files"]
    ) == 4
    paths = client.download(done, tmp_path / "fetched")
    from ta_v2a.__main__ import main

    words = [str(silent_clip), "-p", "rain on a roof", "--cue", "0.5-: a wooden door knock", "--takes", "2"]
    words += ["--seed", str(2**64 - 2), "--preset", str(pipeline_folder), "-o", str(tmp_path / "own.wav")]
    assert main(["foley", *words]) == 0
    served = soundfile.read(next(path for path in paths if path.name.endswith("take1.wav")))[0]
    own = soundfile.read(tmp_path / "own.take1.wav")[0]
    assert len(served) == len(own) == 122_880
    assert np.abs(served).max() > 0 and not np.array_equal(served, own), "hits are places of their own"
    film = next(path for path in paths if path.name.endswith("take1.mp4"))
    assert probe(film).has_sound and probe(film).duration_s == pytest.approx(2.56)


def test_a_job_tells_nothing_of_the_disk(server, done):
    told = json.dumps(done) + json.dumps(httpx.get(f"{server.address}/v1/server").json())
    assert str(ROOT) not in told and "/tmp" not in told and "served" not in told
    assert done["report"]["prompt"] and done["report"]["hits"] == [0.25, 1.5]


def test_events_come_in_order_and_again_after_the_last_seen(server, client, clip):
    job = client.submit(clip["id"], prompt="rain")
    events = list(client.events(job["id"]))
    kinds = [event["kind"] for event in events]
    assert kinds[:2] == ["queued", "started"] and kinds[-1] == "done" and kinds.count("done") == 1
    progress = [event for event in events if event["kind"] == "progress"]
    assert len(progress) >= 1 and all(0 < one["done"] <= one["total"] for one in progress)
    assert events[-1]["job"]["state"] == "done" and events[-1]["job"]["files"]
    kept = len([kind for kind in kinds if kind != "progress"])
    with http(server) as asked:
        again = asked.get(f"/v1/jobs/{job['id']}/events", headers={"last-event-id": str(kept - 2)})
        assert again.headers["content-type"].startswith("text/event-stream")
        assert again.text.count("event:") == 1 and "event: done" in again.text


def test_results_answer_ranges_and_no_other_name(server, done):
    wav = next(each for each in done["files"] if each["name"].endswith(".wav"))
    with http(server) as asked:
        whole = asked.get(wav["url"])
        assert whole.headers["content-type"] == "audio/wav" and len(whole.content) == wav["bytes"]
        assert asked.get(wav["url"], headers={"range": "bytes=-4"}).content == whole.content[-4:]
        assert (
            asked.get(f"{wav['url']}?download=true").headers["content-disposition"].startswith("attachment")
        )
        folder = wav["url"].rpartition("/")[0]
        for name in (
            "job.json",
            "..%2Fjob.json",
            "%2e%2e/job.json",
            "%2Fetc%2Fpasswd",
            "x" * 300,
            "a%00b",
        ):
            answer = asked.get(f"{folder}/{name}")
            assert 400 <= answer.status_code < 500 and "error" in answer.json(), name


def test_pages_get_frames_onsets_and_outlines(server, client, clip, done):
    with http(server) as asked:
        answer = asked.get(f"/v1/clips/{clip['id']}/frames.jpg", params={"count": 8, "height": 40})
        assert answer.headers["content-type"] == "image/jpeg"
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape == (40, 8 * 40, 3)
        square = picture[:, :, 0].reshape(40, 8, 40).transpose(1, 0, 2).argmax(2).max(1)
        assert len(set(square.tolist())) > 2, "the square jumps"
        assert asked.get(f"/v1/clips/{clip['id']}/frames.jpg", params={"start_s": 5}).status_code == 422
        assert asked.get(f"/v1/clips/{clip['id']}/waveform").status_code == 422
        outline = asked.get(f"/v1/jobs/{done['id']}/takes/1/waveform", params={"points": 50}).json()
        assert len(outline["low"]) == len(outline["high"]) == 50 and min(outline["low"]) < 0 < max(
            outline["high"]
        )
        sound, _ = soundfile.read(BytesIO(asked.get(done["files"][1]["url"]).content))
        assert max(outline["high"]) == pytest.approx(sound.max(), abs=1e-3)
        assert asked.get(f"/v1/jobs/{done['id']}/takes/3/waveform").status_code == 404
    onsets = client.onsets(clip["id"])
    assert all(0 <= each["time_s"] <= 3 and 0 <= each["sureness"] <= 1 for each in onsets)
    assert client.onsets(clip["id"]) == onsets


def test_a_job_in_work_is_left_within_a_step(client, tmp_path):
    clip = client.upload(long_clip(tmp_path))
    job = client.submit(clip["id"], prompt="rain", scales={"num_inference_steps": 1000})
    waits = client.submit(clip["id"], prompt="rain", scales={"num_inference_steps": 1000})
    seen = []
    for event in client.events(job["id"]):
        seen.append(event["kind"])
        if event["kind"] == "progress" and "cancel" not in seen:
            assert client.job(waits["id"])["ahead"] == 0
            assert client.cancel(waits["id"])["state"] == "cancelled"
            asked_at, step = time.monotonic(), event["done"]
            client.cancel(job["id"])
            seen.append("cancel")
        elif event["kind"] == "progress" and step is not None:
            assert (event["done"] - step) / event["total"] < 0.1
    assert seen[-1] == "cancelled" and time.monotonic() - asked_at < 3
    ended = client.job(job["id"])
    assert ended["state"] == "cancelled" and ended["files"] == []
    assert client.cancel(job["id"]) == ended
    assert client.wait(client.submit(clip["id"])["id"])["state"] == "done", "the worker is as good as before"


def test_stems_sum_to_the_take_and_a_part_is_made_again(server, client, clip, tmp_path):
    cues = [{"start_s": 0.0, "end_s": 1.2, "text": "rain"}, {"start_s": 1.2, "text": "a wooden door knock"}]
    job = client.wait(client.submit(clip["id"], cues=cues, stems=True, takes=2, provenance=True)["id"])
    assert job["state"] == "done", job["error"]
    take = job["takes"][1]
    assert take["score"] is not None and len(take["stems"]) >= 3
    folder = tmp_path / "whole"
    client.download(job, folder)
    whole = soundfile.read(folder / take["wav"], dtype="int32")[0] >> 8
    assert np.array_equal(
        sum(soundfile.read(folder / stem["file"], dtype="int32")[0] >> 8 for stem in take["stems"]), whole
    )
    told = next(folder.glob("*.provenance.json")).read_text()
    assert str(server.folder) not in told and json.loads(told)["preset"] == "tiny"
    redo = {"job_id": job["id"], "take": 2, "start_s": 1.0, "end_s": 1.6}
    again = client.wait(client.submit(clip["id"], prompt="wind", redo=redo, seed=9)["id"])
    assert again["state"] == "done", again["error"]
    client.download(again, tmp_path / "again")
    part = soundfile.read(tmp_path / "again" / again["takes"][0]["wav"], dtype="int32")[0] >> 8
    other = np.flatnonzero(part != whole) / 48_000
    assert len(other) > 1000 and other.min() >= 1.0 and other.max() <= 1.6
    for wrong in ({**redo, "take": 3}, {**redo, "job_id": f"j{'0' * 20}"}):
        with pytest.raises(Refused, match="there is no take"):
            client.submit(clip["id"], redo=wrong)


def test_one_key_is_one_job(client, clip):
    first = client.submit(clip["id"], key="mine", prompt="rain")
    assert client.submit(clip["id"], key="mine", prompt="rain")["id"] == first["id"]
    with pytest.raises(Refused, match="used for another order") as refused:
        client.submit(clip["id"], key="mine", prompt="wind")
    assert refused.value.status == 409


def test_jobs_are_listed_and_removed(server, client, clip, done):
    job = client.wait(client.submit(clip["id"], prompt="rain", scales={"num_inference_steps": 1})["id"])
    with http(server) as asked:
        first = asked.get("/v1/jobs", params={"limit": 1}).json()
        following = asked.get("/v1/jobs", params={"limit": 100, "before": first["next"]}).json()
        ids = [each["id"] for page in (first, following) for each in page["jobs"]]
        assert len(ids) == len(set(ids)) and ids[0] == job["id"] and done["id"] in ids
        assert asked.delete(f"/v1/jobs/{job['id']}").status_code == 204
        assert asked.get(f"/v1/jobs/{job['id']}").status_code == 404
        assert asked.get(job["files"][0]["url"]).status_code == 404


def test_jobs_of_one_clip(server, client, silent_clip, done):
    other = client.upload(silent_clip)["id"]
    assert list(client.jobs(other)) == [] == list(client.jobs("c" + 20 * "0"))
    order = {"prompt": "rain", "scales": {"num_inference_steps": 1}}
    made = [client.submit(other, seed=seed, **order)["id"] for seed in range(3)]
    assert [job["id"] for job in client.jobs(other)] == made[::-1]
    with http(server) as asked:
        page = asked.get("/v1/jobs", params={"clip_id": other, "limit": 2}).json()
        assert [job["id"] for job in page["jobs"]] == [made[2], made[1]] and page["next"] == made[1]
        page = asked.get("/v1/jobs", params={"clip_id": other, "limit": 2, "before": made[1]}).json()
        assert [job["id"] for job in page["jobs"]] == [made[0]] and page["next"] is None
        assert asked.get("/v1/jobs", params={"clip_id": "../c"}).status_code == 422
        assert asked.get("/v1/jobs", params={"before": "j" + 20 * "0"}).status_code == 404
    everything = [job["id"] for job in client.jobs()]
    assert done["id"] in everything and len(everything) == len(set(everything)) and made[0] in everything
    for job_id in made:
        client.wait(job_id)


def hostile(folder: Path, silent_clip: Path) -> dict[str, bytes]:
    good = silent_clip.read_bytes()
    noise = np.random.default_rng(0).integers(0, 255, (30, 80, 80), np.uint8)
    return {
        "empty": b"",
        "text": b"GIF87a is what I am not" * 100,
        "zeros": bytes(100_000),
        "cut off": good[: len(good) // 3],
        "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
        "still": cv2.imencode(".png", noise[0])[1].tobytes(),
        "bomb": write_clip(folder / "bomb.mp4", np.zeros((3, 2000, 2000), np.uint8)).read_bytes(),
        "too long": write_clip(folder / "slow.mp4", np.zeros((30, 32, 32), np.uint8), 1).read_bytes(),
        "too short": write_clip(folder / "short.mp4", noise[:1]).read_bytes(),
        "too many bytes": good + bytes(3 << 20),
        "html": b"<html><script>alert(1)</script></html>",
    }


def test_hostile_uploads_are_refused_and_leave_nothing(server, client, silent_clip, tmp_path):
    folder = server.folder
    before = sorted(each.name for each in (folder / "clips").iterdir())
    for name, data in hostile(tmp_path, silent_clip).items():
        answer = httpx.post(
            f"{server.address}/v1/clips", params={"name": f"{name}.mp4"}, content=data, timeout=60
        )
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert list(answer.json()) == ["error"] and str(folder) not in answer.text, name
    assert sorted(each.name for each in (folder / "clips").iterdir()) == before
    assert not list((folder / "trash").iterdir())
    assert httpx.get(f"{server.address}/health").json()["status"] == "ok"


@pytest.mark.shared
def test_what_once_went_wrong_is_refused_or_sounded_and_never_a_fault(server, client, shared_dir):
    """Every file that hurt once: 4xx with a line of its own, or a clip whose job ends done or with a line."""
    files = sorted(each for each in (shared_dir / "cases").iterdir() if each.suffix != ".md")
    assert len(files) > 20
    refused, taken = {}, {}
    for file in files:
        try:
            clip = client.upload(file)
        except Refused as error:
            refused[file.name] = (error.status, str(error))
            continue
        order = {"prompt": "knock", "original": "mix", "scales": {"num_inference_steps": 1}}
        taken[file.name] = client.wait(client.submit(clip["id"], **order)["id"])
    for name, (status, line) in refused.items():
        assert 400 <= status < 500 and line and "\n" not in line, name
    for name, job in taken.items():
        assert job["state"] == "done" or (job["state"] == "failed" and job["error"]), name
        assert job["tries"] == 1 and "\n" not in (job["error"] or ""), name
        told = json.dumps([job["error"], job["notices"]])
        assert "Traceback" not in told and str(server.folder) not in told, name
    assert {"rgba.npy", "scene.wav", "fuzz_slow_3gb_one_inserted_byte.mp4"} <= set(refused), refused
    assert taken["fuzz_grows_to_15000px.mov"]["state"] == "failed", "its later pictures are past the limit"
    assert taken["scene.mp4"]["state"] == "done" and client._http.get("/health").json()["status"] == "ok"


def test_an_endless_upload_is_cut_off_at_the_limit(server):
    def endless():
        for _ in range(1000):
            yield bytes(1 << 16)

    try:
        answer = httpx.post(f"{server.address}/v1/clips", content=endless(), timeout=60)
        assert answer.status_code == 413
    except httpx.WriteError:  # the server answered and closed while this was still sending
        pass
    assert 'ta_v2a_uploads_total{answer="413"}' in httpx.get(f"{server.address}/metrics").text


NAMES = [
    "../../../etc/passwd",
    "..\\..\\x.mp4",
    "/etc/passwd",
    "a\0b.mp4",
    "x" * 255,
    "<script>.html",
    "日本.mp4",
    ".",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_folder(server, client, silent_clip, name):
    answer = httpx.post(f"{server.address}/v1/clips", params={"name": name}, content=silent_clip.read_bytes())
    assert answer.status_code == 201
    clip = answer.json()
    assert "/" not in clip["name"] and ".." not in clip["name"] and "\0" not in clip["name"]
    folder = server.folder / "clips" / clip["id"]
    assert sorted(each.name for each in folder.iterdir()) == sorted(["clip.json", clip["name"]])
    film = httpx.get(f"{server.address}/v1/clips/{clip['id']}/film")
    assert "html" not in film.headers["content-type"] and film.headers["x-content-type-options"] == "nosniff"
    job = client.wait(client.submit(clip["id"], scales={"num_inference_steps": 1})["id"])
    assert job["state"] == "done", job["error"]


def test_other_sites_and_other_names_are_refused(server):
    with http(server) as asked:
        own = server.address
        assert asked.get("/v1/jobs", headers={"origin": own}).status_code == 200
        for headers in (
            {"origin": "http://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"host": "evil.example"},
            {"host": "127.0.0.1.evil.example:8040"},
        ):
            answer = asked.get("/v1/jobs", headers=headers)
            assert answer.status_code == 403, headers
            assert not [name for name in answer.headers if name.startswith("access-control")]
        answer = asked.options("/v1/jobs", headers={"origin": own, "access-control-request-method": "POST"})
        assert answer.status_code == 405 and "access-control-allow-origin" not in answer.headers
        assert asked.post("/v1/jobs", content=bytes(5 << 20)).status_code == 413


def test_metrics_count(server, client, done):
    text = httpx.get(f"{server.address}/metrics").text
    counts = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(counts['ta_v2a_jobs_ended_total{state="done"}']) >= 1
    assert float(counts["ta_v2a_job_wait_seconds_count"]) >= 1
    assert float(counts["process_resident_memory_bytes"]) > 1e6
