"""What agent attention saves: the self-attention of Stable Diffusion's largest grid, plain and with agents,
on latents of 4 x 16 x 64 and four times longer.

    .venv/bin/python benchmarks/agent_attention.py --threads 1 --result results/agent_attention.json

Times one call of `scaled_dot_product_attention` and one of `ldm.denoisers.agent_attention` on the same random
queries, keys and values (8 heads of 40 channels, as at the first level), in turn. Prints one JSON object and,
on standard error, the table.
"""

import time
from statistics import median

from measuring import begun, keep, number, options, seconds, show

from ta_v2a.evaluation.report.results import machine

GRIDS = {"4 x 16 x 64": (16, 64), "4 x 16 x 256": (16, 256)}
HEADS, WIDTH = 8, 40
SQUARES = (2, 4)


def measured(grid: tuple[int, int], repeats: int, batch: int) -> dict[str, list[float]]:
    """Seconds of every call, by method; the methods take turns."""
    import torch
    from torch.nn import functional as F

    from ldm.denoisers.agent_attention import agent_attention

    g = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(batch, HEADS, grid[0] * grid[1], WIDTH, generator=g) for _ in range(3))
    calls = {"plain": lambda: F.scaled_dot_product_attention(q, k, v)}
    for square in SQUARES:
        calls[f"agents {square} x {square}"] = lambda square=square: agent_attention(q, k, v, grid, square)
    found: dict[str, list[float]] = {name: [] for name in calls}
    with torch.inference_mode():
        for turn in range(repeats + 1):
            for name, call in calls.items():
                began = time.perf_counter()
                call()
                if turn:  # the first one warms up
                    found[name].append(time.perf_counter() - began)
    return found


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--batch", type=int, default=3, help="branches of the guidance in one call")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    given = parser.parse_args()
    noted = begun(given)
    import torch

    if given.threads:
        torch.set_num_threads(given.threads)
    report: dict = {"machine": machine(given.threads), "batch": given.batch, "grids": {}}
    scores, table = [], []
    for name, grid in GRIDS.items():
        runs = measured(grid, given.repeats, given.batch)
        plain = median(runs["plain"])
        report["grids"][name] = {method: round(median(times), 4) for method, times in runs.items()}
        for method, times in runs.items():
            scores.append(seconds(f"{name}, {method}", times))
            ratio = plain / median(times)
            table.append((f"{name}  {method}", median(times), ratio))
            if method != "plain":
                of = f"{name}, {method} against plain"
                scores.append(number("speed-up", of, ratio, "x", "higher", n=given.repeats))
    show(report, ("latents, method", "seconds", "times as fast"), table)
    keep(noted, "self-attention of the first level, 8 heads of 40 channels", scores, given.repeats, 0)


if __name__ == "__main__":
    main()
