"""CVALP's speed: clips a second that are decoded, turned to features, and trained on, beside the floating-point work of a step.

    .venv/bin/python benchmarks/cvalp_speed.py --films clips.csv --batch 2 --steps 2
    .venv/bin/python benchmarks/cvalp_speed.py --size mini --batch 16 --steps 5

Prints one JSON object and, on standard error, the table. The networks have random weights, which cost as much as trained ones. On a GPU a
step is timed to its end and `--peak-tflops` gives the fraction of peak that it reaches.
"""

import argparse
import resource
import time
from typing import Any

import torch
from measuring import machine, mebibytes, show
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def paper(pictures: int, batch: int) -> tuple[nn.Module, dict[str, Any]]:
    """The trainer at paper size and a batch of noise."""
    from cvalp.paper import PaperCVALP
    from cvalp.paper_training import PaperTraining

    third = pictures // 4
    model = PaperCVALP("ta_v2a/weights/mini/cvalp/spiece.model")
    training = PaperTraining(model, window_tokens=2 * third, window_starts=(0, third, 2 * third))
    frames = torch.randint(0, 256, (batch, pictures, 224, 224, 3), dtype=torch.uint8)
    return training, {"frames": frames, "mel": torch.rand(batch, 128, 16 * pictures), "caption": [f"sound {k}" for k in range(batch)]}


def mini(batch: int) -> tuple[nn.Module, dict[str, Any]]:
    """The trainer at mini size, clips of 4.096 s as `mini.yaml` has them."""
    from cvalp.model import CVALP
    from cvalp.training import CvalpTraining

    clips = {"frames": torch.randint(0, 256, (batch, 128, 80, 80), dtype=torch.uint8), "mel": torch.rand(batch, 128, 256)}
    clips |= {"kinds": torch.eye(29)[torch.arange(batch) % 29], "activity": torch.rand(batch, 64, 7)}
    training = CvalpTraining(CVALP("ta_v2a/weights/mini/cvalp/spiece.model"))
    return training, {**clips, "caption": [f"sound {k}" for k in range(batch)]}


def timed(action: Any, times: int, device: str) -> float:
    """Mean seconds of `action()`; one more goes before and does not count."""
    action()
    _wait(device)
    began = time.perf_counter()
    for _ in range(times):
        action()
    _wait(device)
    return (time.perf_counter() - began) / times


def _wait(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def decoding(manifest: str, size: str, duration_s: float) -> dict[str, Any]:
    """Clips a second of `read_clip` in this process, those that can be read."""
    from ta_v2a.data.film_clips import ClipProblem, read_clip
    from ta_v2a.data.manifests import read_manifest
    from vocoders.clock import MINI, PAPER

    spec = (PAPER if size == "paper" else MINI).lasting(duration_s)
    began, read = time.perf_counter(), 0
    for row in read_manifest(manifest):
        try:
            read_clip(row.path, row.start_s, spec, size == "paper")
            read += 1
        except ClipProblem:
            continue
    return {"clips": read, "clip_s": duration_s, "clips_per_s": round(read / (time.perf_counter() - began), 3)}


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=("paper", "mini"), default="paper")
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=32, help="of a clip at paper size: 32 are 8.192 s")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--films", help="a manifest, to measure decoding too")
    parser.add_argument("--duration", type=float, default=4.096, help="seconds of a decoded clip")
    parser.add_argument("--peak-tflops", type=float, help="of the GPU at bfloat16")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    training, batch = paper(given.pictures, given.batch) if given.size == "paper" else mini(given.batch)
    training.to(device)
    batch = {name: value.to(device) if isinstance(value, torch.Tensor) else value for name, value in batch.items()}
    optimizer = training.configure_optimizers()["optimizer"]

    def step() -> None:
        with torch.autocast(device, torch.bfloat16):
            loss = training.losses(batch)["loss"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    frames = batch["frames"].float() / 255
    frames = frames.movedim(-1, 2) if given.size == "paper" else frames

    @torch.inference_mode()
    def features() -> None:
        with torch.autocast(device, torch.bfloat16):
            training.model.encode_video(frames)
            training.model.encode_audio(batch["mel"])

    training.train()
    with FlopCounterMode(display=False) as counter:
        step()
    work = counter.get_total_flops()
    step_s = timed(step, given.steps, device)
    training.eval()
    features_s = timed(features, given.steps, device)
    resident = mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    memory = torch.cuda.max_memory_allocated() / 2**20 if device == "cuda" else resident
    report = {
        "size": given.size,
        "batch": given.batch,
        "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
        "machine": machine(given.threads),
        "train_clips_per_s": round(given.batch / step_s, 4),
        "feature_clips_per_s": round(given.batch / features_s, 4),
        "step_s": round(step_s, 3),
        "step_tflop": round(work / 1e12, 3),
        "tflop_per_s": round(work / 1e12 / step_s, 4),
        "of_peak": None if given.peak_tflops is None else round(work / 1e12 / step_s / given.peak_tflops, 4),
        "peak_memory_mib": round(memory),
        "decode": None if given.films is None else decoding(given.films, given.size, given.duration),
    }
    rows: list[tuple[str, float]] = [("training", report["train_clips_per_s"]), ("features", report["feature_clips_per_s"])]
    if report["decode"] is not None:
        rows.append(("decoding", report["decode"]["clips_per_s"]))
    show(report, ("work", "clips a second"), rows)


if __name__ == "__main__":
    main()
