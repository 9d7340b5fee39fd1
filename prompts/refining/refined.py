"""What a refiner gives back, and the role of a refiner."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True)
class TimedText:
    """Words for a stretch of the clip, from `start_s` to `end_s` in seconds (infinity: to its end)."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Finding:
    """One step of a refiner: its name, what it found, the words after it."""

    name: str
    found: str
    text: str

    def line(self) -> str:
        """For a reader."""
        shown = self.text if len(self.text) <= 120 else self.text[:120] + "…"
        return f"{self.name}: {self.found} → “{shown}”"


@dataclass(frozen=True)
class Refined:
    """A prompt, read.

    Attributes:
        text: what is heard, without what is below; the user's own characters where nothing had to be changed.
        negative: what is not to be heard, "" for nothing.
        cues: what is heard at times that the text says plainly, by their beginning.
        unknown: words of all this that no training caption holds.
        trace: the steps that changed something, in order; empty: all stayed as it was.
    """

    text: str
    negative: str = ""
    cues: tuple[TimedText, ...] = ()
    unknown: tuple[str, ...] = ()
    trace: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is not as the user typed it."""
        return bool(self.trace)


@runtime_checkable
class Refiner(Protocol):
    """Reads a prompt as PPPR does (Shi et al. 2024, arXiv 2406.04683): toward the style of the training
    captions, and only if no source is lost or invented."""

    def refine(self, text: str) -> Refined:
        """The prompt, read; never fails."""
        ...
