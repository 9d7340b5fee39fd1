"""The model at paper size on this computer: optimiser steps, and a film of a few sampler steps.

All weights are random, of the published shapes: SlowOnly, Cnn14 and Flan-T5 base, Stable Diffusion's VAE
and UNet (859 M). The UNet learns as `--config paper-unet --config paper-16gb` says (bfloat16 weights,
gradients and AdamW, gradient checkpointing, one clip a step); the film goes through `ta-v2a pack --preset
paper` and `ta-v2a foley`. Each command runs in a process of its own, whose peak memory is taken.

    .venv/bin/python benchmarks/paper_size.py --steps 2 --threads 2

Prints one JSON object and, on standard error, the table.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measuring import Run, begun, keep, number, options, show, ta_v2a

from ta_v2a.evaluation.report.results import machine

FPS, SECONDS = 25, 8.0
PARTS = ("cvalp", "autoencoder", "denoiser")


def write_parts(folder: Path) -> None:
    """The networks with random weights, in half precision; in a process of its own, which takes memory."""
    import torch

    from cvalp.paper.model import PaperCVALP
    from ldm.autoencoders.spectrogram_vae import SpectrogramVae
    from ldm.denoisers.audio_unet import AudioUNet
    from ta_v2a.packing.pack import TOKENIZER

    torch.manual_seed(0)
    builds = (lambda: PaperCVALP(str(TOKENIZER)), SpectrogramVae, AudioUNet)
    for name, build in zip(PARTS, builds, strict=True):
        build().half().save_pretrained(folder / name)


def pictures() -> Iterator[np.ndarray]:
    """(90, 160) uint8 each: a bright square that jumps twice a second."""
    for index in range(round(SECONDS * FPS)):
        picture = np.full((90, 160), 40, np.uint8)
        left = 10 + 40 * (index * 2 // FPS % 3)
        picture[30:60, left : left + 30] = 220
        yield picture


def trained(folder: Path, steps: int, threads: int | None) -> Run:
    """So many optimiser steps by the command."""
    settings = {
        "trainer.max_steps": steps,
        "trainer.limit_val_batches": 0,
        "trainer.log_every_n_steps": 1,
        "trainer.logger": "false",
        "trainer.callbacks": "null",
        "trainer.enable_checkpointing": "false",
        "trainer.enable_model_summary": "false",
        "data.init_args.vae": folder / "autoencoder",
        "data.init_args.cvalp": folder / "cvalp",
        "data.init_args.clips.init_args.clips_per_epoch": steps,
    }
    words = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    return ta_v2a("train", "ldm", "--config", "paper-unet", "--config", "paper-16gb", *words, threads=threads)


def sounded(folder: Path, steps: int, threads: int | None) -> Run:
    """A film by the command, from the preset that it packs; the packing is not measured."""
    from ta_v2a.media.writing.film import write_film

    film = write_film(folder / "silent.mp4", pictures(), FPS, options={"preset": "ultrafast"})
    parts = [
        word
        for name, part in zip(("cvalp", "vae", "ldm"), PARTS, strict=True)
        for word in (f"--{name}", folder / part)
    ]
    ta_v2a("pack", "--preset", "paper", *parts, "-o", folder / "paper", threads=threads)
    words = ("--preset", folder / "paper", "-p", "a wooden knock", "--steps", str(steps))
    return ta_v2a("foley", film, *words, "-o", folder / "sounded.mp4", threads=threads)


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=2, help="of the optimiser, and of the sampler")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    parser.add_argument("--only", choices=("train", "foley"), help="one of the two")
    parser.add_argument("--write", type=Path, help="write the random networks to a folder, and no more")
    given = parser.parse_args()
    if given.write is not None:
        return write_parts(given.write)
    noted, runs = begun(given), {}
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as name:
        folder = Path(name)
        subprocess.run([sys.executable, __file__, "--write", str(folder)], check=True, env={**os.environ})
        for of, run in (("train", trained), ("foley", sounded)):
            if given.only in (None, of):
                began = time.perf_counter()
                runs[of] = run(folder, given.steps, given.threads)
                print(f"{of}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    report = {
        "machine": machine(given.threads),
        "steps": given.steps,
        "runs": {
            of: {"seconds": round(run.seconds, 1), "peak_mib": round(run.peak_mib), "report": run.report}
            for of, run in runs.items()
        },
    }
    table = [(of, run.seconds, run.peak_mib) for of, run in runs.items()]
    show(json.loads(json.dumps(report, default=str)), ("command", "seconds", "peak MiB"), table)
    scores = []
    for of, run in runs.items():
        scores.append(number("time", f"{of}, {given.steps} steps", run.seconds, "s", n=1, variant="wall"))
        scores.append(number("peak memory", of, run.peak_mib, "MiB", n=1, variant="highest"))
        if of == "train":
            loss = float(run.report["metrics"]["train/loss"])
            scores.append(number("train/loss", f"step {given.steps}", loss, n=1, variant="last"))
    keep(noted, "random weights of the paper's size", scores, 1, 0)
    return None


if __name__ == "__main__":
    main()
