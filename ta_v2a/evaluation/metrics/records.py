"""A score as a record that says what it is: metric, variant, value, interval, and all that changes the
value without changing the name."""

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from ta_v2a.errors import UserError

Better = Literal["higher", "lower"]
Interval = Literal["95 %", "range"]
SAME = (
    "metric",
    "variant",
    "unit",
    "sample_rates_hz",
    "resampler",
    "embedding",
    "embedding_sha256",
    "better",
)
"""What two scores must share to be compared."""


class NotComparable(UserError):
    """Two scores of one name that are not the same measurement."""


@dataclass(frozen=True)
class Score:
    """One number and its provenance.

    Args:
        metric: its name in the field, such as "FAD".
        variant: which of the computations of that name.
        value: None where it could not be computed; `flags` says why.
        low, high: the interval that `interval` names, or None.
        n: clips, scenes or runs it rests on; None where nobody wrote it down.
        better: "higher" or "lower".
        sample_rates_hz: by what was resampled, for instance {"sound": 16000}; 0 is the file's own.
        resampler: what resampled.
        embedding, embedding_sha256: the network and the hash of its weights, "" where there is none.
        code_version: of the package and of the evaluation's source.
        flags: what a reader must know, such as too few clips.
        of: what was measured, such as "generated", "true sound" or "cold: whole command".
        unit: of the value, "" for a share, an F1 or a distance without one.
        interval: "95 %" over clips, or "range": the lowest and the highest of n runs.
    """

    metric: str
    variant: str
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    better: Better
    sample_rates_hz: Mapping[str, int] = field(default_factory=dict)
    resampler: str = ""
    embedding: str = ""
    embedding_sha256: str = ""
    code_version: str = ""
    flags: tuple[str, ...] = ()
    of: str = "generated"
    unit: str = ""
    interval: Interval = "95 %"

    @classmethod
    def of_row(
        cls, row: Mapping[str, Any], metric: str, variant: str, better: Better, **about: Any
    ) -> "Score":
        """The record of an estimate {"value", "low", "high", "n"}
        (`Estimate.as_dict`); `about` are further fields.

        Without a value a flag says that the measure applied to no clip.
        """
        flags = () if row["value"] is not None else ("no clip to which it applies",)
        estimate = {name: row[name] for name in ("value", "low", "high", "n")}
        about = {"flags": flags, "code_version": code_version(), **about}
        return cls(metric, variant, better=better, **estimate, **about)

    @property
    def id(self) -> str:
        """Metric and variant, "FAD/vggish:patches"."""
        return f"{self.metric}/{self.variant}"

    def as_dict(self, digits: int = 6) -> dict[str, Any]:
        """For JSON, rounded to significant digits."""

        def short(value: float | None) -> float | None:
            return None if value is None else float(f"{value:.{digits}g}")

        values = {name: short(getattr(self, name)) for name in ("value", "low", "high")}
        return {
            **asdict(self),
            **values,
            "sample_rates_hz": dict(self.sample_rates_hz),
            "flags": list(self.flags),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Score":
        """The record of `as_dict`, read back; fields that have a default may be left out.

        Raises:
            UserError: if another field is missing, or one is unknown.
        """
        names = {each.name for each in fields(cls)}
        needed = {
            each.name for each in fields(cls) if each.default is MISSING and each.default_factory is MISSING
        }
        if wrong := (set(values) - names) | (needed - set(values)):
            raise UserError(f"no record of a score: fields missing or unknown: {', '.join(sorted(wrong))}")
        flags, rates = tuple(values.get("flags", ())), dict(values.get("sample_rates_hz", {}))
        return cls(**{**values, "flags": flags, "sample_rates_hz": rates})


def difference(first: Score, second: Score) -> float:
    """second - first, if they are the same measurement.

    Raises:
        NotComparable: naming the fields in which they differ, or if one has no value.
    """
    differing = [name for name in SAME if getattr(first, name) != getattr(second, name)]
    if differing:
        words = "; ".join(
            f"{name} {getattr(first, name)!r} and {getattr(second, name)!r}" for name in differing
        )
        raise NotComparable(f"{first.metric} and {second.metric} are not the same measurement: {words}")
    if first.value is None or second.value is None:
        raise NotComparable(f"{first.id}: one of the two has no value")
    return second.value - first.value


@lru_cache(maxsize=1)
def code_version() -> str:
    """Version of the package, and the first digits of the SHA-256 over the evaluation's source,
    which change with every edit."""
    digest = hashlib.sha256()
    folder = Path(__file__).resolve().parents[1]
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    try:
        number = version("ta-v2a")
    except PackageNotFoundError:  # run from a checkout that was never installed
        number = "0"
    return f"{number}+{digest.hexdigest()[:12]}"
