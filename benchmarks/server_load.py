"""Many clients at one server: jobs lost, memory, how long they wait.

    PYTHONPATH=. python benchmarks/server_load.py --clients 50 --jobs 500 --workers 2 \
        --result results/server_load.json

Starts `ta-v2a serve` in a process of its own. Every client uploads a clip of a rendered scene, asks for its
share of the jobs at once, and follows each to its end by server-sent events. A job is lost if it was taken
and is not done in the end, or done without its files. Waits are from the queue to a worker, by the server's
own clock; memory is the highest resident memory of the server's process (the workers' beside it).
"""

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from measuring import begun, keep, number, options, show, ta_v2a

from ta_v2a.evaluation.report.results import machine
from ta_v2a.presets.resolve import resolve
from ta_v2a.server.client import FoleyClient
from ta_v2a.server.launched import LaunchedServer


def peak_mib(pid: int) -> float:
    """Highest resident memory of a process so far (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def one_client(address: str, clip: Path, jobs: int, steps: int, first_seed: int) -> list[dict[str, Any]]:
    """Uploads, asks for all its jobs, follows them; the jobs as they ended."""
    with FoleyClient(address) as client:
        clip_id = client.upload(clip)["id"]
        order = {"prompt": "a wooden door knock", "scales": {"num_inference_steps": steps}}
        asked = [client.submit(clip_id, **order, seed=first_seed + n)["id"] for n in range(jobs)]
        return [client.wait(job_id) for job_id in asked]


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=500, help="of all clients together")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--steps", type=int, default=4, help="of the sampler")
    parser.add_argument("--seconds", type=float, default=8.192, help="length of the clip")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    share = [given.jobs // given.clients + (n < given.jobs % given.clients) for n in range(given.clients)]
    memory = {"server": 0.0, "worker": 0.0}
    over = threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        ta_v2a("stage", "--seed", "30", "--silent", "--duration", given.seconds, "-o", Path(folder) / "scene")
        clip = Path(folder) / "scene.mp4"
        words = ("--workers", str(given.workers), "--preset", given.preset)
        with LaunchedServer(Path(folder) / "served", *words) as server:

            def look() -> None:
                while not over.wait(0.5):
                    memory["server"] = max(memory["server"], peak_mib(server.process.pid))
                    memory["worker"] = max([memory["worker"], *map(peak_mib, server.workers())])

            looking = threading.Thread(target=look)
            looking.start()
            began = time.perf_counter()
            try:
                with ThreadPoolExecutor(given.clients) as pool:
                    firsts = np.cumsum([0, *share[:-1]]).tolist()
                    arguments = [
                        (server.address, clip, n, given.steps, at)
                        for n, at in zip(share, firsts, strict=True)
                    ]
                    ended = [
                        job for jobs in pool.map(lambda each: one_client(*each), arguments) for job in jobs
                    ]
            finally:
                over.set()
                looking.join()
            seconds = time.perf_counter() - began
    whole = [job for job in ended if job["state"] == "done" and len(job["files"]) == 2]
    lost = given.jobs - len({job["id"] for job in whole})
    waits = np.array([job["started_s"] - job["created_s"] for job in whole])
    p50, p95 = (float(np.percentile(waits, share_)) for share_ in (50, 95)) if len(waits) else (None, None)
    report = {
        "machine": machine(None),
        "clients": given.clients,
        "jobs": given.jobs,
        "workers": given.workers,
        "lost": lost,
        "wait_p50_s": p50,
        "wait_p95_s": p95,
        "jobs_per_minute": 60 * len(whole) / seconds,
        "server_mib": memory["server"],
        "worker_mib": memory["worker"],
    }
    of = f"{given.clients} clients, {given.jobs} jobs, {given.workers} workers"
    scores = [
        number("lost jobs", of, lost, n=given.jobs, variant="count"),
        number("wait", f"{of}, half of the jobs", p50, "s", n=len(waits), variant="percentile 50"),
        number("wait", f"{of}, 95 % of the jobs", p95, "s", n=len(waits), variant="percentile 95"),
        number(
            "throughput",
            of,
            report["jobs_per_minute"],
            "jobs a minute",
            "higher",
            n=len(whole),
            variant="mean",
        ),
        number("memory", f"{of}, the server", memory["server"], "MiB", n=1, variant="peak"),
        number("memory", f"{of}, the largest worker", memory["worker"], "MiB", n=1, variant="peak"),
    ]
    show(report, (of, ""), [(score.metric + score.of.removeprefix(of), score.value) for score in scores])
    keep(noted, "ta-v2a serve under load", scores, given.jobs, 0, resolve(given.preset))


if __name__ == "__main__":
    main()
