"""What a batch saves: clips by `ta-v2a batch` with several jobs, on this machine and on a Ray cluster of it,
against one `ta-v2a foley` a clip.

    PYTHONPATH=. python benchmarks/batch_speed.py --clips 100 --jobs 2 --result results/batch_speed.json

The clips are rendered scenes. Every way begins with nothing loaded, and writes the same files. Ray's cluster
is started by the command and ends with it, which its time holds.
"""

import tempfile
from pathlib import Path

from measuring import begun, keep, number, options, show, ta_v2a

from ta_v2a.evaluation.report.results import machine
from ta_v2a.presets.resolve import resolve


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--clips", type=int, default=100)
    parser.add_argument("--single", type=int, help="clips that are sounded one by one; default: all")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--ways", nargs="+", default=["single", "processes", "ray"])
    parser.add_argument("--threads", type=int, help="threads of a single command; default: its own choice")
    parser.add_argument("--seconds", type=float, default=8.192, help="length of the clips")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        ta_v2a("stage", "-n", given.clips, "--silent", "--duration", given.seconds, "-o", clips)
        shared = ("-p", "a wooden door knock", "--steps", str(given.steps), "--preset", given.preset)
        if "single" in given.ways:
            some = sorted(clips.glob("*.mp4"))[: given.single]
            (Path(folder) / "single").mkdir()
            runs = [
                ta_v2a("foley", clip, "-o", Path(folder) / "single", *shared, threads=given.threads)
                for clip in some
            ]
            seconds["single"] = sum(run.seconds for run in runs) / len(runs)
        for way in ("processes", "ray"):
            if way in given.ways:
                out = Path(folder) / way
                run = ta_v2a("batch", clips, "-o", out, "--jobs", str(given.jobs), "--engine", way, *shared)
                if run.report["done"] != given.clips:
                    raise SystemExit(f"{way}: {run.report['failed']} clips failed")
                seconds[way] = run.seconds / given.clips
    report = {
        "machine": machine(given.threads),
        "clips": given.clips,
        "jobs": given.jobs,
        "seconds_per_clip": seconds,
    }
    of = {
        "single": "one command a clip",
        "processes": f"batch, {given.jobs} jobs",
        "ray": f"batch on Ray, {given.jobs} jobs",
    }
    scores = [
        number("time a clip", of[way], value, "s", n=given.clips, variant="wall:mean")
        for way, value in seconds.items()
    ]
    table = [(of[way], value) for way, value in seconds.items()]
    for way in ("processes", "ray"):
        if "single" in seconds and way in seconds:
            ratio = seconds["single"] / seconds[way]
            name = f"{of[way]} against {of['single']}"
            scores.append(number("speed-up", name, ratio, "x", "higher", n=given.clips, variant="ratio"))
            table.append((f"{of[way]}: times as fast", ratio))
    show(report, ("", "seconds a clip"), table)
    keep(noted, "many clips at once", scores, given.clips, 0, resolve(given.preset))


if __name__ == "__main__":
    main()
