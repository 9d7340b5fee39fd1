"""Clips a second of everything that stands between a film and a trained CVALP, with memory and the floating-point work of the networks.

    PYTHONPATH=. python benchmarks/throughput.py                                   # all but decode, on this processor
    PYTHONPATH=. python benchmarks/throughput.py decode --films clips.csv
    PYTHONPATH=. python benchmarks/throughput.py mini-training loader --threads 1
    PYTHONPATH=. python benchmarks/throughput.py --device cuda --peak-tflops 989 --paper-batch 30 --large-batch 60 --chunk 15

Every work runs in a process of its own, whose peak memory is its own, and prints one JSON object; the table at the end goes to standard
error.
Networks have random weights, which cost as much as trained ones, and are those of `mini.yaml` and `paper.yaml`, in bfloat16 where these ask
for it; batches are noise. Work counts what the machine multiplies, recomputed activations included; a GPU's step is timed to its end.

`loader` is the mini training's own loader beside the clips that its step eats: below 1 the loader holds the training up. On top of it
`kept-loader` reads clips that `StageData(cache=...)` has kept. `large-*` is one contrastive batch three ways: plain, with checkpointed
blocks, and with gradient caching.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from measuring import begun, keep, mebibytes, number, options, show

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report.results import machine

LARGE: dict[str, dict[str, Any]] = {
    "large-plain": {"gradient_checkpointing": False},
    "large-checkpointed": {"gradient_checkpointing": True},
    "large-cached": {"gradient_checkpointing": False, "grad_cache_chunk": True},
}
WORKS = (
    "decode", "stage", "mini-features", "mini-training", "loader", "kept-loader", "paper-features", "paper-training", *LARGE
)  # fmt: skip


def configured(name: str) -> dict[str, Any]:
    """A packaged configuration of `ta-v2a train cvalp`."""
    import yaml

    from ta_v2a.training.stages import config_file

    return yaml.safe_load(config_file("cvalp", name).read_text())


def _parts(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arguments of the network, and those of its trainer."""
    trainer = dict(configured(name)["model"]["init_args"])
    return trainer.pop("model")["init_args"], trainer


def paper(batch: int, pictures: int, changes: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The trainer at paper size and a batch of noise; fewer pictures than 32 are for a dry run."""
    import torch

    from cvalp.paper.model import PaperCVALP
    from cvalp.training.paper import PaperTraining

    network, trainer = _parts("paper")
    third = pictures // 4
    windows = {"window_tokens": 2 * third, "window_starts": (0, third, 2 * third)}
    training = PaperTraining(PaperCVALP(**network), **{**trainer, **windows, **changes})
    frames = torch.randint(0, 256, (batch, pictures, 224, 224, 3), dtype=torch.uint8)
    return training, {"frames": frames, "mel": torch.rand(batch, 128, 16 * pictures), "caption": [f"sound {k}" for k in range(batch)]}


def mini(batch: int) -> tuple[Any, dict[str, Any]]:
    """The trainer at mini size, clips of 4.096 s."""
    import torch

    from cvalp.mini.model import CVALP
    from cvalp.training.cvalp import CvalpTraining

    network, trainer = _parts("mini")
    clips = {"frames": torch.randint(0, 256, (batch, 128, 80, 80), dtype=torch.uint8), "mel": torch.rand(batch, 128, 256)}
    clips |= {"kinds": torch.eye(29)[torch.arange(batch) % 29], "activity": torch.rand(batch, 64, 7)}
    return CvalpTraining(CVALP(**network), **trainer), {**clips, "caption": [f"sound {k}" for k in range(batch)]}


def timed(action: Any, times: int, device: str) -> float:
    """Mean seconds of `action()`; one more goes before and does not count."""
    import torch

    def finish() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    action()
    finish()
    began = time.perf_counter()
    for _ in range(times):
        action()
    finish()
    return (time.perf_counter() - began) / times


def computed(work: str, given: argparse.Namespace) -> dict[str, Any]:
    """Features or optimiser steps of a network."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from cvalp.features import as_input

    torch.manual_seed(0)
    size, device = work.split("-")[0], given.device
    changes = dict(LARGE.get(work, {}))
    if changes.get("grad_cache_chunk"):
        changes["grad_cache_chunk"] = given.chunk
    count = {"mini": given.mini_batch, "paper": given.paper_batch, "large": given.large_batch}[size]
    training, batch = mini(count) if size == "mini" else paper(count, given.pictures, changes)
    training.to(device)
    batch = {name: value.to(device) if isinstance(value, torch.Tensor) else value for name, value in batch.items()}
    frames, mel = batch["frames"], batch["mel"]
    optimizer = training.configure_optimizers()["optimizer"]

    def step() -> None:
        with torch.autocast(device, torch.bfloat16):
            loss = training.losses(batch)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    @torch.no_grad()
    def features() -> None:
        with torch.autocast(device, torch.bfloat16):
            training.model.encode_video(as_input(frames))
            training.model.encode_audio(mel)

    learns = not work.endswith("features")
    training.train(learns)
    action = step if learns else features
    with FlopCounterMode(display=False) as counter:
        action()
    step_s = timed(action, given.steps, device)
    tflop = counter.get_total_flops() / 1e12
    found = {"batch": count, "step_s": round(step_s, 3), "clips_per_s": round(count / step_s, 4), "tflop": round(tflop, 4)}
    found["tflop_per_s"] = round(tflop / step_s, 4)
    if given.peak_tflops:
        found["of_peak"] = round(tflop / step_s / given.peak_tflops, 4)
    if device == "cuda":
        found |= {"gpu": torch.cuda.get_device_name(), "gpu_peak_mib": round(torch.cuda.max_memory_allocated() / 2**20)}
    return found


def loaded(work: str, given: argparse.Namespace) -> dict[str, Any]:
    """The loader of `mini.yaml`, after the batches that its workers have ahead."""
    from ta_v2a.data.datamodules import StageData

    settings = configured("mini")["data"]["init_args"] | {"workers": given.workers, "batch_size": given.mini_batch}
    ahead, count = 4 * max(1, given.workers), given.loader_batches
    settings["clips_per_epoch"] = settings["batch_size"] * (ahead + count)
    with tempfile.TemporaryDirectory() as folder:
        data = StageData(**settings, **({"cache": folder} if work == "kept-loader" else {}))
        for _ in range(2 if work == "kept-loader" else 1):
            times = []
            for _ in data.train_dataloader():
                times.append(time.perf_counter())
    seconds = times[-1] - times[ahead - 1]
    clips = count * settings["batch_size"]
    return {"workers": given.workers, "clips": clips, "clip_s": settings["duration_s"], "clips_per_s": round(clips / seconds, 3)}


def staged(given: argparse.Namespace) -> dict[str, Any]:
    """Scenes of 8.192 s at mini size, rendered in this process; `stage_speed.py` tells where the time goes."""
    from ta_v2a.data.stage_clips import StageClips, split_seeds
    from vocoders.clock import MINI

    clips = StageClips(split_seeds("test", given.scenes + 1), MINI)
    clips[given.scenes]
    began = time.perf_counter()
    for index in range(given.scenes):
        clips[index]
    return {"clips": given.scenes, "clip_s": MINI.duration_s, "clips_per_s": round(given.scenes / (time.perf_counter() - began), 3)}


def decoded(given: argparse.Namespace) -> dict[str, Any]:
    """`read_clip` in this process, at the mini and at the paper clock, of the clips that can be read."""
    from ta_v2a.data.film_clips import ClipProblem, read_clip
    from ta_v2a.data.manifests import read_manifest
    from vocoders.clock import MINI, PAPER

    found: dict[str, Any] = {"clip_s": given.duration}
    for name, clock in (("mini", MINI), ("paper", PAPER)):
        began, read = time.perf_counter(), 0
        for row in read_manifest(given.films):
            try:
                read_clip(row.path, row.start_s, clock.lasting(given.duration), name == "paper")
                read += 1
            except ClipProblem:
                continue
        found |= {"clips": read, f"{name}_clips_per_s": round(read / (time.perf_counter() - began), 3)}
    return {**found, "clips_per_s": found["mini_clips_per_s"]}


def measured(work: str, given: argparse.Namespace) -> dict[str, Any]:
    """One work in this process."""
    import resource

    import torch

    torch.set_num_threads(given.threads or torch.get_num_threads())
    if work == "decode":
        found = decoded(given)
    elif work == "stage":
        found = staged(given)
    else:
        found = loaded(work, given) if work.endswith("loader") else computed(work, given)
    peak = mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return {"work": work, "device": given.device, **found, "peak_mib": round(peak), "machine": machine(torch.get_num_threads())}


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("works", nargs="*", metavar="WORK", help=", ".join(WORKS))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, help="of the processor, for the networks")
    parser.add_argument("--steps", type=int, default=2, help="that are timed")
    parser.add_argument("--mini-batch", type=int, default=16)
    parser.add_argument("--paper-batch", type=int, default=2)
    parser.add_argument("--large-batch", type=int, default=4)
    parser.add_argument("--chunk", type=int, default=2, help="clips of `large-cached` whose activations are held")
    parser.add_argument("--pictures", type=int, default=32, help="of a clip at paper size: 32 are 8.192 s")
    parser.add_argument("--workers", type=int, default=1, help="of the loaders")
    parser.add_argument("--loader-batches", type=int, default=6, help="that are timed")
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--films", help="manifest for decode")
    parser.add_argument("--duration", type=float, default=4.096, help="seconds of a decoded clip")
    parser.add_argument("--peak-tflops", type=float, help="of the device at bfloat16")
    given = parser.parse_args()
    works = given.works or [work for work in WORKS if work != "decode"]
    if unknown := [work for work in works if work not in WORKS]:
        parser.error(f"no work {', '.join(unknown)}; there are {', '.join(WORKS)}")
    if "decode" in works and (given.films is None or not Path(given.films).is_file()):
        parser.error("decode needs --films MANIFEST")
    noted = begun(given)
    figures: list[Score] = []
    rates: dict[str, float] = {}
    lines: list[tuple[str | float, ...]] = []
    for work in works:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            row = pool.submit(measured, work, given).result()
        rates[work] = row["clips_per_s"]
        if work.endswith("loader") and "mini-training" in rates:
            row["of_appetite"] = round(rates[work] / rates["mini-training"], 3)
        print(json.dumps(row), flush=True)
        memory = row.get("gpu_peak_mib", row["peak_mib"])
        figures += throughput_figures(row)
        shares = [row.get(name, "-") for name in ("step_s", "tflop_per_s", "of_peak", "of_appetite")]
        lines.append((work, row["clips_per_s"], memory, *shares))
    show({"clips_per_s": rates}, ("work", "clips/s", "MiB", "s/step", "TFLOP/s", "of peak", "of appetite"), lines)
    keep(noted, f"CVALP on {given.device}", figures, details=vars(given))


def throughput_figures(row: dict[str, Any]) -> list[Score]:
    """Clips a second of one work, and whatever else it told."""
    of, n = row["work"], row.get("clips", row.get("batch"))
    found = [number("clips a second", of, row["clips_per_s"], "1/s", "higher", n, "wall")]
    if "paper_clips_per_s" in row:
        rate = row["paper_clips_per_s"]
        found.append(number("clips a second", "decode, paper clock", rate, "1/s", "higher", n, "wall"))
    if "step_s" in row:
        found.append(number("time", of, row["step_s"], "s", n=n, variant="wall:mean step"))
        found.append(number("work", of, row["tflop_per_s"], "TFLOP/s", "higher", n, "multiplied"))
    if "of_appetite" in row:
        found.append(number("clips over the training's", of, row["of_appetite"], "", "higher", n, "wall"))
    memory, where = ("gpu_peak_mib", "GPU") if "gpu_peak_mib" in row else ("peak_mib", "process")
    return [*found, number("peak memory", of, row[memory], "MiB", n=n, variant=where)]


if __name__ == "__main__":
    main()
