"""The one stream of events under the faces that work for others: batch and server."""

from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["queued", "started", "progress", "notice", "done", "failed", "cancelled", "lost"]
ENDS: tuple[EventKind, ...] = ("done", "failed", "cancelled")
"""Kinds after which nothing more comes of a job."""


@dataclass(frozen=True)
class JobEvent:
    """One thing that a job says.

    Attributes:
        kind: "queued" and "started" come once for every try; "progress" at every step of the sampler;
            "notice" is a line for the user; of `ENDS` exactly one comes, and is the last. "lost" ends a try
            whose process died, not the job.
        done, total: of "progress": the share of the work that is done.
        text: of "notice", "failed" and "lost": one line.
        report: of "done", as `ta_v2a.delivery.order.sound_clip` returns it.
    """

    kind: EventKind
    done: int = 0
    total: int = 0
    text: str = ""
    report: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """EventKind, and what this kind says."""
        said: dict[str, dict[str, Any]] = {
            "progress": {"done": self.done, "total": self.total},
            "notice": {"text": self.text},
            "failed": {"text": self.text},
            "lost": {"text": self.text},
            "done": {"report": self.report},
        }
        return {"kind": self.kind, **said.get(self.kind, {})}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> "JobEvent":
        """The event that `as_json` wrote down; further keys are passed over."""
        known = ("kind", "done", "total", "text", "report")
        return cls(**{name: said[name] for name in known if name in said})
