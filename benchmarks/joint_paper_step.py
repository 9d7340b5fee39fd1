"""One training step of the joint models at their papers' sizes, on random latents: seconds, memory, loss.

    PYTHONPATH=. python benchmarks/joint_paper_step.py two-stream --result results/joint-paper-step.json
    PYTHONPATH=. python benchmarks/joint_paper_step.py uniform --batch 2

Weights in bfloat16, plain gradient descent: what is tried is that the graph of that size runs and where
memory goes, not how it learns. TAVDiffusion: 20 pictures of 4 x 32 x 40 and 8 x 16 rows by 256 columns of
sound (10 s). UniForm: 20 pictures of 4 x 32 x 32 and 8 x 16 by 100 (4 s).
"""

import resource
import time
from typing import Any

import torch
import yaml
from measuring import begun, keep, number, options, show

CONFIGS = {"two-stream": "two-stream-paper", "uniform": "uniform-paper"}


def built(model: str) -> Any:
    """The network of the packaged configuration."""
    from ldm.denoisers.two_streams import TwoStreams
    from ldm.denoisers.uniform_transformer import UniformTransformer
    from ta_v2a.training.stages import config_file

    content = yaml.safe_load(config_file("joint", CONFIGS[model]).read_text(encoding="utf-8"))
    settings = content["model"]["init_args"]["network"]["init_args"]
    return (TwoStreams if model == "two-stream" else UniformTransformer)(**settings)


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
    for _ in range(given.steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(given.model, network, given.batch, device)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
        seconds.append(time.perf_counter() - start)
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
    size = {"parameters_m": round(millions, 1)}
    keep(noted, "a training step at the paper's size", figures, given.steps, seed=0, details=size)


if __name__ == "__main__":
    main()
