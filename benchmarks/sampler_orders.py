"""Order of convergence of the samplers on a mixture of Gaussians, whose score and flow are exact.

    .venv/bin/python benchmarks/sampler_orders.py --result results/sampler_orders.json

Each sampler carries 101 quantiles of noise to data with a rising number of steps; the error is the root mean
square distance to where the probability flow takes them (`ldm.exact`). "inside" stops at the smallest noise
level of the betas, where the order shows; "whole" is the sampler as it is used, whose last step, to no noise,
is of first order. Heun asks the network twice a step. Prints one JSON object and, on standard error, the
table.
"""

from measuring import begun, keep, number, options, show

STEPS = (10, 25, 50, 125, 250, 500)


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, nargs="+", default=list(STEPS))
    given = parser.parse_args()
    noted = begun(given)
    from ldm.convergence import convergence
    from ldm.process import Epsilon, Flow, Process
    from ldm.samplers import BETA_SAMPLERS, FLOW_SAMPLERS

    processes: tuple[tuple[str, Process, list[str]], ...] = (
        ("flow", Flow(), list(FLOW_SAMPLERS)),
        ("epsilon", Epsilon(), list(BETA_SAMPLERS)),
    )
    rows, scores, table = [], [], []
    for kind, process, names in processes:
        for name in names:
            for part in ("whole",) if kind == "flow" else ("inside", "whole"):
                found = convergence(process, name, given.steps, whole=part == "whole")
                half = convergence(process, name, given.steps[-2:], whole=part == "whole")
                of = f"{kind}, {name}, {part}"
                rows.append({"of": of, "errors": dict(zip(found.steps, found.errors, strict=True))})
                rows[-1]["order"] = round(half.order, 2)
                table.append((of, *(f"{error:.1e}" for error in found.errors), f"{half.order:.2f}"))
                scores.append(number("order of convergence", of, half.order, "", "higher", n=101))
                for steps, error in zip(found.steps, found.errors, strict=True):
                    scores.append(number("error", f"{of}, {steps} steps", error, "", n=101, variant="rms"))
    header = ("process, sampler", *(f"{count} steps" for count in given.steps), "order")
    show({"steps": given.steps, "samplers": rows}, header, table)
    keep(noted, "a mixture of two Gaussians in one dimension", scores, 101)


if __name__ == "__main__":
    main()
