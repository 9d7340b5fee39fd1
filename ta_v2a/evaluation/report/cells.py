"""Markdown tables, and a figure with its interval in one cell of them."""

from collections.abc import Iterable, Sequence

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report.results import Result


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    head, *lines = (f"| {' | '.join(line)} |" for line in (header, *rows))
    return "\n".join((head, "|---" * len(header) + "|", *lines))


def cell(
    score: Score | None, digits: int = 3, n: bool = True, scale: float = 1, end_digits: int | None = None
) -> str:
    """Value with its interval and n, "0.770 (0.753-0.788, n=824)"; "" where there is none.

    Args:
        digits: after the point.
        n: whether n is shown.
        scale: 1000 shows milliseconds.
        end_digits: after the point of the ends, if others.
    """
    if score is None or score.value is None:
        return ""
    value = f"{scale * score.value:.{digits}f}"
    ends = digits if end_digits is None else end_digits
    inside = []
    if score.low is not None and score.high is not None:
        inside.append("-".join(f"{scale * end:.{ends}f}" for end in (score.low, score.high)))
    if n and score.n is not None:
        inside.append(f"n={score.n}")
    return f"{value} ({', '.join(inside)})" if inside else value


def found(result: Result, metric: str, of: str = "generated", variant: str | None = None) -> Score | None:
    """The figure, or None where the result does not hold it."""
    try:
        return result.figure(metric, of, variant)
    except UserError:
        return None
