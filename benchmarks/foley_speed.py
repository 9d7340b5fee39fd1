"""How long a clip of 8.192 s takes from silence to sound, on the processor.

Cold: `ta-v2a foley` as a command, from its start to the finished film and WAV. Warm: the same work in Python
with the preset loaded, stage by stage, median of the runs after one that does not count. The clip is a silent
scene of 640 x 360 at 25 pictures a second.

    .venv/bin/python benchmarks/foley_speed.py --repeats 5 --threads 2

Prints one JSON object and, on standard error, the table.
"""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from measuring import Run, begun, keep, mebibytes, number, options, seconds, show, ta_v2a

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report.results import machine
from ta_v2a.presets.resolve import resolve

DURATION_S = 8.192
STAGES = (
    "probe",
    "picture decoding",
    "video tower",
    "text tower",
    "sampler",
    "mel decoder",
    "vocoder",
    "wav and film",
)


class Stopwatch:
    """Seconds by stage, of the calls of functions that it was put around; a stage within
    another counts for itself only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.within = 0.0

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Adds the time of a block to a stage."""
        before, self.within = self.within, 0.0
        began = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - began
            self.seconds[stage] += spent - self.within
            self.within = before + spent

    def put_around(self, owner: Any, name: str, stage: str) -> None:
        """Replaces a function of a module, a class or an object by one that is timed and does the same."""
        original = getattr(owner, name)

        def timed(*arguments: Any, **keywords: Any) -> Any:
            with self.timing(stage):
                return original(*arguments, **keywords)

        setattr(owner, name, timed)


def rendered_scene(folder: Path, threads: int | None) -> tuple[Path, str]:
    """A silent scene of the stage and its caption, rendered by the command so
    that this process stays small."""
    size = ("--width", "640", "--height", "360", "--duration", str(DURATION_S))
    report = ta_v2a("stage", "--seed", "7", "--silent", *size, "-o", folder / "scene", threads=threads).report
    return Path(report["film"]), report["caption"]


def cold_runs(
    film: Path, prompt: str, folder: Path, preset: str, repeats: int, threads: int | None
) -> list[Run]:
    """`ta-v2a foley` as many times, each in a new process."""
    words = ("foley", film, "-p", prompt, "--preset", preset, "-o", folder / "cold.mp4")
    return [ta_v2a(*words, threads=threads) for _ in range(repeats)]


def cold_report(runs: list[Run]) -> dict[str, Any]:
    """Seconds of all runs (the first may have read the weights from disk), their parts as the
    command reports them, peak memory."""
    parts = {name: median(run.report["seconds"][name] for run in runs) for name in runs[0].report["seconds"]}
    whole = median(run.seconds for run in runs)
    return {
        "median_s": round(whole, 3),
        "runs_s": [round(run.seconds, 3) for run in runs],
        "parts_s": {"starting Python": round(whole - sum(parts.values()), 3), **parts},
        "peak_mib": round(max(run.peak_mib for run in runs)),
    }


def loaded(preset: str, watch: Stopwatch) -> Any:
    """The engine with the stopwatch around its parts."""
    from ta_v2a.engine import foley as module

    engine = module.FoleyEngine.from_pretrained(preset)
    watch.put_around(module.PictureTape, "read", "picture decoding")
    watch.put_around(engine.parts.cvalp, "encode_video", "video tower")
    watch.put_around(engine.parts.cvalp, "encode_text", "text tower")
    watch.put_around(module, "sample", "sampler")
    watch.put_around(engine.parts.autoencoder, "decode", "mel decoder")
    watch.put_around(engine.parts.vocoder, "piece", "vocoder")
    return engine


def warm_run(engine: Any, film: Path, prompt: str, folder: Path, watch: Stopwatch) -> dict[str, float]:
    """Seconds by stage, "other" and "total" of one clip, from file to files."""
    import torch

    from ta_v2a.media.reading.probe import probe
    from ta_v2a.media.writing.mux import mux
    from ta_v2a.media.writing.wav import write_wav

    watch.seconds.clear()
    began = time.perf_counter()
    with watch.timing("probe"):
        clip = probe(film)
    blocks = engine.stream(clip, prompt, generator=torch.Generator().manual_seed(0))
    wave, rate_hz = np.concatenate(list(blocks), axis=-1), engine.clock.sample_rate_hz
    with watch.timing("wav and film"):
        write_wav(folder / "warm.wav", wave, rate_hz, clip.duration_s)
        mux(clip, wave, rate_hz, folder / "warm.mp4")
    total = time.perf_counter() - began
    stages = {stage: watch.seconds[stage] for stage in STAGES}
    return {**stages, "other": total - sum(stages.values()), "total": total}


def warm_report(
    film: Path, prompt: str, folder: Path, preset: str, repeats: int, threads: int | None
) -> dict[str, Any]:
    """Medians over the runs, peak memory of this process, sampler steps."""
    import resource

    import torch

    if threads is not None:
        torch.set_num_threads(threads)
    watch = Stopwatch()
    engine = loaded(preset, watch)
    runs = [warm_run(engine, film, prompt, folder, watch) for _ in range(repeats + 1)][1:]
    steps = engine.settings["num_inference_steps"]
    stages = {name: median(run[name] for run in runs) for name in runs[0]}
    return {
        "median_s": round(stages["total"], 4),
        "runs_s": [round(run["total"], 3) for run in runs],
        "stages_s": {name: round(seconds, 4) for name, seconds in stages.items()},
        "steps": steps,
        "sampler_step_s": round(stages["sampler"] / steps, 4),
        "precision": str(engine.precision or torch.float32).removeprefix("torch."),
        "torch": torch.__version__,
        "torch_threads": torch.get_num_threads(),
        "peak_mib": round(mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)),
    }


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs of each kind")
    parser.add_argument("--preset", default="mini", help="a preset or a folder of weights")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    given = parser.parse_args()
    noted = begun(given)
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as name:
        folder = Path(name)
        film, prompt = rendered_scene(folder, given.threads)
        cold = cold_report(cold_runs(film, prompt, folder, given.preset, given.repeats, given.threads))
        try:
            warm = warm_report(film, prompt, folder, given.preset, given.repeats, given.threads)
        except UserError as error:
            raise SystemExit(str(error)) from error
    report = {
        "clip_s": DURATION_S,
        "preset": given.preset,
        "machine": machine(given.threads),
        "cold": cold,
        "warm": warm,
    }
    rows = [(f"cold: {part}", seconds) for part, seconds in cold["parts_s"].items()]
    rows += [("cold: whole command", cold["median_s"])]
    rows += [(f"warm: {stage}", seconds) for stage, seconds in warm["stages_s"].items()]
    rows += [(f"warm: one of {warm['steps']} sampler steps", warm["sampler_step_s"])]
    rows += [("peak memory, cold (MiB)", cold["peak_mib"]), ("peak memory, warm (MiB)", warm["peak_mib"])]
    show(report, ("what", "seconds"), rows)
    kept = {"clip_s": DURATION_S, **{name: warm[name] for name in ("steps", "precision", "torch_threads")}}
    weights = None if noted is None else resolve(given.preset)
    keep(noted, given.preset, figures(cold, warm), given.repeats, 0, weights, kept)


def figures(cold: dict[str, Any], warm: dict[str, Any]) -> list[Score]:
    """Seconds of the whole and of its parts, and peak memory, cold and warm."""
    n = len(cold["runs_s"])
    found = [seconds("cold: whole command", cold["runs_s"])]
    found += [number("time", f"cold: {part}", value, "s", n=n) for part, value in cold["parts_s"].items()]
    found.append(seconds("warm: whole clip", warm["runs_s"]))
    parts = {name: value for name, value in warm["stages_s"].items() if name != "total"}
    found += [number("time", f"warm: {part}", value, "s", n=n) for part, value in parts.items()]
    return found + [
        number("time", "warm: one sampler step", warm["sampler_step_s"], "s", n=n),
        number("peak memory", "cold", cold["peak_mib"], "MiB", n=n, variant="highest"),
        number("peak memory", "warm", warm["peak_mib"], "MiB", variant="highest"),
    ]


if __name__ == "__main__":
    main()
