"""A server that is killed again and again: what becomes of the jobs that it had taken.

    PYTHONPATH=. python benchmarks/server_kills.py --kills 30 --jobs 40 --result results/server_kills.json

Jobs are handed in all the time, each with an idempotency key and sent again where its answer was cut off. At
random moments the server is killed with SIGKILL (its workers end with it) and started again on the same
folder. In the end every job that was handed in must be there once, have ended once, and have whole files.
"""

import json
import random
import tempfile
import threading
import time
from pathlib import Path

import soundfile
from measuring import begun, keep, number, options, show, ta_v2a

from ta_v2a.errors import UserError
from ta_v2a.evaluation.report.results import machine
from ta_v2a.media.reading.probe import probe
from ta_v2a.presets.resolve import resolve
from ta_v2a.server.client import FoleyClient
from ta_v2a.server.launched import LaunchedServer


def hand_in(
    address: list[str], clip_id: str, jobs: int, steps: int, pause_s: float, taken: dict[int, str]
) -> None:
    """Hands every job in once, however often it has to be sent."""
    for seed in range(jobs):
        while seed not in taken:
            try:
                with FoleyClient(address[0], patience_s=0.0) as client:
                    order = {"seed": seed, "prompt": "rain", "scales": {"num_inference_steps": steps}}
                    taken[seed] = client.submit(clip_id, key=f"job {seed}", **order)["id"]
            except UserError:
                time.sleep(0.1)
        time.sleep(pause_s)


def faults(folder: Path, taken: dict[int, str], duration_s: float) -> dict[str, int]:
    """What is wrong with the folder of a server that has ended."""
    found = {"lost": 0, "doubled": 0, "damaged": 0}
    there = {each.name for each in (folder / "jobs").iterdir()}
    found["doubled"] += len(there - set(taken.values()))
    for job_id in taken.values():
        events = folder / "jobs" / job_id / "events.jsonl"
        kinds = (
            [json.loads(line)["kind"] for line in events.read_text().splitlines()] if events.is_file() else []
        )
        found["lost"] += kinds.count("done") == 0
        found["doubled"] += kinds.count("done") > 1
        files = sorted((folder / "jobs" / job_id / "out").glob("*"))
        try:
            whole = len(files) == 2 and abs(soundfile.info(str(files[1])).duration - duration_s) < 1e-3
            found["damaged"] += not (whole and probe(files[0]).has_sound)
        except (UserError, soundfile.SoundFileError):
            found["damaged"] += 1
    return found


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument(
        "--longest-life", type=float, default=12.0, help="seconds that a server lives at most"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--seconds", type=float, default=8.192, help="length of the clip")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted, moments = begun(given), random.Random(given.seed)
    taken: dict[int, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        ta_v2a(
            "stage", "--seed", "30", "--silent", "--duration", given.seconds, "-o", Path(scratch) / "scene"
        )
        folder, words = Path(scratch) / "served", ("--workers", str(given.workers), "--preset", given.preset)
        server = LaunchedServer(folder, *words)
        with FoleyClient(server.address) as client:
            clip = client.upload(Path(scratch) / "scene.mp4")
        address = [server.address]
        pause_s = given.kills * given.longest_life / 2 / given.jobs
        order = (address, clip["id"], given.jobs, given.steps, pause_s, taken)
        handing = threading.Thread(target=hand_in, args=order, daemon=True)
        handing.start()
        for _ in range(given.kills):
            time.sleep(moments.uniform(0.0, given.longest_life))
            server.kill()
            server = LaunchedServer(folder, *words)
            address[0] = server.address
        handing.join()
        with server, FoleyClient(server.address) as client:
            tries = [client.wait(job_id)["tries"] for job_id in taken.values()]
        found = faults(folder, taken, clip["duration_s"])
    report = {
        "machine": machine(None),
        "kills": given.kills,
        "jobs": given.jobs,
        **found,
        "tries": sum(tries),
    }
    of = f"{given.kills} kills, {given.jobs} jobs, {given.workers} workers"
    scores = [
        number(f"{name} jobs", of, count, n=given.jobs, variant="count") for name, count in found.items()
    ]
    scores.append(number("tries a job", of, sum(tries) / len(tries), n=given.jobs, variant="mean"))
    show(report, (of, ""), [(score.metric, score.value) for score in scores])
    keep(noted, "ta-v2a serve killed with SIGKILL", scores, given.jobs, given.seed, resolve(given.preset))


if __name__ == "__main__":
    main()
