"""Speed of the diffusion model at paper size: a sampler step as the engine takes it against the plain loop.

The plain loop asks for one branch of the guidance after the other, in float32, and mixes the conditions again
every time. Then, one on top of the other: all branches in one call with the tokens mixed once
(`ldm.sampling`), channels last, bfloat16, `torch.compile`. Attention is torch's fused kernel throughout.
Weights are random; what is timed is one step of eq. 14 with a negative prompt (four branches).

    .venv/bin/python benchmarks/paper_speed.py --repeats 3 --threads 2 --result results/paper_speed.json

Prints one JSON object and, on standard error, the table.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from measuring import begun, keep, number, options, seconds, show

from ta_v2a.evaluation.report.results import machine

SIZES: dict[str, dict[str, Any]] = {
    "paper": {},
    "small": {"block_out_channels": (64, 128, 192, 256), "layers_per_block": 1},
}
WAYS = ("plain", "batched", "channels last", "bfloat16", "compiled")


def step_of(size: str, way: str, columns: int, device: str) -> Callable[[], Any]:
    """One guided prediction, prepared."""
    import torch

    from ldm.conditions import Conditions
    from ldm.denoisers.audio_unet import AudioUNet
    from ldm.guidance import combine, composable, guided, plan_branches
    from ldm.latents import Latents

    torch.manual_seed(0)
    with torch.device(device):
        network = AudioUNet(**SIZES[size]).eval().requires_grad_(False)
        latents = Latents(audio=torch.randn(1, 4, 16, columns))
        given = {"video": torch.randn(1, columns // 2, 512)}
        given |= {name: torch.randn(1, 512) for name in ("text", "negative")}
    conditions = Conditions.of(**given)
    weights = composable(2.5, 2.5, 2.5)
    place = WAYS.index(way)
    if place == 0:

        def plain() -> Latents:
            each = [
                network(latents, torch.full((1,), 0.5, device=device), conditions.only(b)) for b in weights
            ]
            stacked = torch.cat([one.given_audio for one in each])
            return Latents(audio=combine(stacked, tuple(weights.values())))

        return plain
    if place >= WAYS.index("channels last"):
        network.channels_last()
    if place >= WAYS.index("bfloat16"):
        network.to(torch.bfloat16)
    if way == "compiled":
        network.unet = torch.compile(network.unet)
    plan = plan_branches(weights, 1, conditions)
    mixed = network.mix(plan.conditions, latents.repeat(plan.branches))
    return lambda: guided(network, latents, 0.5, mixed, plan.at(0.5))


def timed(step: Callable[[], Any], repeats: int, device: str) -> list[float]:
    """Seconds of every step after one that warms up."""
    import torch

    found = []
    with torch.no_grad():
        for turn in range(repeats + 1):
            began = time.perf_counter()
            step()
            if device != "cpu":
                torch.cuda.synchronize()
            if turn:
                found.append(time.perf_counter() - began)
    return found


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--size", choices=SIZES, default="paper")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--columns", type=int, default=64, help="latent columns; 64 is a window")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    given = parser.parse_args()
    noted = begun(given)
    import torch

    if given.threads:
        torch.set_num_threads(given.threads)
    report: dict[str, Any] = {"machine": machine(given.threads), "size": given.size, "step_s": {}}
    scores, table, first = [], [], None
    for way in given.ways:
        times = timed(step_of(given.size, way, given.columns, given.device), given.repeats, given.device)
        first = first or median(times)
        ratio = first / median(times)
        report["step_s"][way] = round(median(times), 4)
        table.append((way, median(times), ratio))
        scores.append(seconds(f"{given.size}, a step, {way}", times))
        of = f"{given.size}, {way} against {given.ways[0]}"
        scores.append(number("speed-up", of, ratio, "x", "higher", n=given.repeats))
    show(report, ("way", "seconds a step", "times as fast"), table)
    keep(noted, f"AudioUNet of {given.size} size, {given.columns} columns, {given.device}", scores, None, 0)


if __name__ == "__main__":
    main()
