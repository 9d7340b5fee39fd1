"""The type checker that runs in tests: beartype, a little more lenient.

An int may stand where a float is asked for (PEP 484's numeric tower), and a list where a tuple of sizes is:
that is what a tuple in a saved configuration comes back as. What typer hands over as `typer.Context` is of
the class that this one only stands for.
"""

from typing import Any

import typer
from beartype import BeartypeConf, FrozenDict, beartype

_SIZES = {
    sizes: sizes | list[int] for sizes in (tuple[int, int], tuple[int, int, int], tuple[int, int, int, int])
}

checked = beartype(
    conf=BeartypeConf(is_pep484_tower=True, hint_overrides=FrozenDict({**_SIZES, typer.Context: Any}))
)
