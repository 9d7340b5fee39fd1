"""One training step of the joint models and of the video head at their papers' sizes, on random latents:
seconds, memory, loss; of the head a sample of two steps, too.

    PYTHONPATH=. python benchmarks/joint_paper_step.py two-stream --result results/joint-paper-step.json
    PYTHONPATH=. python benchmarks/joint_paper_step.py uniform --batch 2
    PYTHONPATH=. python benchmarks/joint_paper_step.py video-head --pictures 16 --cells 32

Weights in bfloat16, plain gradient descent: what is tried is that the graph of that size runs and where
memory goes, not how it learns. TAVDiffusion: 20 pictures of 4 x 32 x 40 and 8 x 16 rows by 256 columns of
sound (10 s). UniForm: 20 pictures of 4 x 32 x 32 and 8 x 16 by 100 (4 s). The head: so many pictures of so
many latent cells a side, E_l and 24 words.
"""

import resource
import time
from typing import Any

import torch
import yaml
from measuring import begun, keep, number, options, show

CONFIGS = {"two-stream": "two-stream-paper", "uniform": "uniform-paper", "video-head": "video-head-paper"}


def built(model: str) -> Any:
    """The network of the packaged configuration."""
    from ldm.denoisers.motion_unet import MotionUNet
    from ldm.denoisers.two_streams import TwoStreams
    from ldm.denoisers.uniform_transformer import UniformTransformer
    from ta_v2a.training.stages import config_file

    content = yaml.safe_load(config_file("joint", CONFIGS[model]).read_text(encoding="utf-8"))
    settings = content["model"]["init_args"]["network"]["init_args"]
    kinds = {"two-stream": TwoStreams, "uniform": UniformTransformer, "video-head": MotionUNet}
    return kinds[model](**settings)


def film_loss(network: Any, shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """The video head's, of films in a shape."""
    from ldm.conditions import Conditions
    from ldm.latents import Latents

    where: dict[str, Any] = {"device": device, "dtype": torch.bfloat16}
    data, noise = torch.randn(shape, **where), torch.randn(shape, **where)
    time_ = torch.rand(shape[0], device=device)
    text = Conditions.of(text=torch.randn(shape[0], 25, 512, **where))
    noisy = network.process.noisy(data, noise, time_).to(data.dtype)
    found = network(Latents(video=noisy), time_, text).given_video
    return (found.float() - noise.float()).square().mean()


def film_sampled(network: Any, shape: tuple[int, ...], device: torch.device) -> bool:
    """Two steps under guidance; whether all is finite."""
    from ldm.conditions import Conditions
    from ldm.guidance import NONE, branch, plan_branches
    from ldm.latents import Latents
    from ldm.samplers import sampler_of
    from ldm.sampling import sample

    text = Conditions.of(text=torch.randn(shape[0], 25, 512, device=device))
    guidance = plan_branches({branch("text"): 7.5, NONE: -6.5}, shape[0], text)
    noise = Latents(video=torch.randn(shape, device=device))
    found = sample(network.eval(), sampler_of(network.process), noise, guidance, 2)
    return bool(found.given_video.isfinite().all())


def loss_of(model: str, network: Any, batch: int, device: torch.device) -> torch.Tensor:
    """Eq. 11 and 13, or the task of both of eq. 3."""
    from ldm.conditions import Conditions
    from ldm.eas import eas_loss
    from ldm.latents import Latents

    process, where = network.process, {"device": device, "dtype": torch.bfloat16}
    columns, size = (256, (32, 40)) if model == "two-stream" else (100, (32, 32))
    data = Latents(torch.randn(batch, 8, 16, columns, **where), torch.randn(batch, 4, 20, *size, **where))
    noise = data.map(torch.randn_like)
    time_ = torch.rand(batch, device=device)
    noisy = data.map(lambda x, e: process.noisy(x, e, time_).to(x.dtype), noise)
    text = Conditions.of(text=torch.randn(batch, 512, **where))
    tokens = None
    if model == "two-stream":
        found, tokens = network.predicted(noisy, time_, text)
    else:
        found = network(noisy, time_, text)
    errors = [
        (p.float() - e.float()).square().mean()
        for (_, p), (_, e) in zip(found.items(), noise.items(), strict=True)
    ]
    loss = torch.stack(errors).sum()
    return loss if tokens is None else loss + 0.1 * eas_loss(network.alignment(*tokens))


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__)
    parser.add_argument("model", choices=list(CONFIGS))
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=16, help="of the head's film")
    parser.add_argument("--cells", type=int, default=32, help="a side of it")
    given = parser.parse_args()
    noted = begun(given)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    torch.set_default_dtype(torch.bfloat16)
    with device:
        network = built(given.model)
    torch.set_default_dtype(torch.float32)
    network.to(torch.bfloat16).train()
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4)
    seconds, losses = [], []
    shape = (given.batch, 4, given.pictures, given.cells, given.cells)
    if given.model == "video-head":
        network.keep_fewer_activations()
    for _ in range(given.steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        if given.model == "video-head":
            loss = film_loss(network, shape, device)
        else:
            loss = loss_of(given.model, network, given.batch, device)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        seconds.append(time.perf_counter() - start)
    sampled: dict[str, Any] = {}
    if given.model == "video-head":
        start = time.perf_counter()
        sampled = {"finite": film_sampled(network, shape, device)}
        sampled["two_steps_s"] = round(time.perf_counter() - start, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if device.type == "cuda":
        peak = torch.cuda.max_memory_allocated() / 2**20
    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    report: dict[str, Any] = {
        "model": given.model,
        "device": device.type,
        "parameters_m": round(millions, 1),
        "seconds": [round(each, 2) for each in seconds],
        "peak_mib": round(peak),
        "losses": [round(each, 4) for each in losses],
        **sampled,
    }
    show(
        report,
        ["step", "seconds", "loss"],
        [[str(i), f"{s:.2f}", f"{v:.4f}"] for i, (s, v) in enumerate(zip(seconds, losses, strict=True))],
    )
    of = f"{given.model} at the paper's size, batch {given.batch}, {device.type}"
    figures = [
        number("training step", of, seconds[-1], "s", n=1, variant="last"),
        number("peak memory", of, peak, "MiB", n=1, variant="whole run"),
    ]
    if sampled:
        figures.append(number("sample of two steps", of, sampled["two_steps_s"], "s", n=1, variant="wall"))
    size = {"parameters_m": round(millions, 1)}
    if given.model == "video-head":
        size |= {"pictures": given.pictures, "cells": given.cells}
    keep(noted, "a training step at the paper's size", figures, given.steps, seed=0, details=size)


if __name__ == "__main__":
    main()
