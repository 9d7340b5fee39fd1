"""From the words of an order to the sound of one take: shot by shot, by the engine or from a library."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.delivery.splicing import Base
from ta_v2a.delivery.takes import at_delivery_rate
from ta_v2a.delivery.wording import OrderWords
from ta_v2a.engine.stretches import Renewed, Span, held_pictures, noise_from, stretch_pictures
from ta_v2a.media.panning import panned
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ

if TYPE_CHECKING:
    import torch

    from ta_v2a.engine.calls import Progress
    from ta_v2a.engine.foley import FoleyEngine
    from ta_v2a.library.library import Library
    from ta_v2a.library.voice import Voiced, Wanted

Advance = Callable[[int, int], None]
TAIL_S, HEAD_S = 0.01, 0.003  # a sound that a cut ends fades within that time; one that begins there too
_NEW = 0x9E3779B97F4A7C15  # added to a seed: noise that no take of that seed has


@dataclass(frozen=True)
class Recordings:
    """A library, and what is asked of it in the whole clip or in a part."""

    library: "Library"
    wanted: Callable[[Span], "Wanted"]


@dataclass(frozen=True)
class Placing:
    """Where onsets are seen: times in s of the clip, and places from -1 (left) to 1 (right)."""

    times_s: tuple[float, ...]
    places: tuple[float, ...]


@dataclass(frozen=True)
class Made:
    """The sound of one take before it has its loudness.

    Attributes:
        channels: 1 or 2.
        blocks: (channels, n) at 48 kHz, all of what is made.
        used: the recordings that it was made of, if it was: rows for JSON.
        voices: one a shot, if recordings sound.
    """

    channels: int
    blocks: Iterator[np.ndarray]
    used: list[dict[str, Any]] | None = None
    voices: tuple["Voiced", ...] = ()


@dataclass(frozen=True)
class Rendering:
    """All that the takes of one order share.

    Attributes:
        words: of the whole clip.
        scales: keywords of the engine.
        clip: the film.
        video: the clip, or its pictures at the engine's clock.
        spans: what is made: one, or one a shot.
        base: what it is put into, if it is.
        recordings: in place of the vocoder.
        placing: where a sound of one channel goes.
    """

    engine: "FoleyEngine"
    words: OrderWords
    scales: dict[str, Any]
    clip: Clip
    video: Clip | np.ndarray
    spans: tuple[Span, ...]
    base: Base | None = None
    recordings: Recordings | None = None
    placing: Placing | None = None
    edges: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Samples at which the spans begin, and the last one ends."""
        times = [*(span.start_s for span in self.spans), self.made.stop_s]
        object.__setattr__(self, "edges", tuple(round(each * DELIVERY_HZ) for each in times))

    @property
    def made(self) -> Span:
        """All that is made, in one."""
        return Span(self.spans[0].start_s, self.spans[-1].stop_s)

    @property
    def is_whole(self) -> bool:
        """Whether the clip is sounded at once."""
        return len(self.spans) == 1 and self.made == Span(0.0, self.clip.duration_s)

    def take(self, seed: int, advance: Callable[[float], None], words: OrderWords | None = None) -> Made:
        """One sound.

        Args:
            seed: of its noise.
            advance: told the share that is done.
            words: in place of the order's, for one source alone.
        """
        words = words or self.words
        if self.recordings is None:
            return self._placed(Made(1, self._sounds(seed, advance, words)))
        voices = tuple(self._voices(seed, advance, words, self.recordings))
        channels = max(voice.channels for voice in voices)
        return self._placed(Made(channels, self.voiced(voices, channels), self._account(voices), voices))

    def voiced(self, voices: tuple["Voiced", ...], channels: int) -> Iterator[np.ndarray]:
        """Blocks (channels, n) of recordings, one voice a span."""
        assert self.recordings is not None
        for index, voice in enumerate(voices):
            blocks = voice.blocks(self.recordings.library)
            wide = (np.repeat(block, channels // len(block), axis=0) for block in blocks)
            yield from wide if len(voices) == 1 else self._faded(wide, index)

    def placed(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        """One channel, (n,) or (1, n), where it is seen; (2, n)."""
        assert self.placing is not None
        times = [time_s - self.made.start_s for time_s in self.placing.times_s]
        return panned(blocks, times, self.placing.places, DELIVERY_HZ)

    def _placed(self, made: Made) -> Made:
        if self.placing is None or made.channels == 2:
            return made
        return Made(2, self.placed(made.blocks), made.used, made.voices)

    def _asked(self, index: int, seed: int, advance: Callable[[float], None], words: OrderWords):
        """(pictures, keywords of the engine) of one span."""
        span = self.spans[index]

        def watch(event: "Progress") -> None:
            advance((index + event.done / event.total) / len(self.spans))

        heard = words if self.is_whole else words.within(span)
        asked = {
            "prompt": heard.prompt,
            "negative_prompt": heard.negative_prompt,
            "cues": heard.cues,
            "hits": heard.hits,
            "watch": watch,
            **self.scales,
        }
        if self.is_whole:
            return self.video, {**asked, "generator": _generator(seed)} | self._renewed(seed, span)
        first = seed if self.base is None or self.base.seed is None else self.base.seed
        asked["generator"] = noise_from(first, span.start_s, self.engine.parts)
        return self._pictures(span), asked | self._renewed(seed, span)

    def _pictures(self, span: Span):
        colour, clock = self.engine.parts.cvalp.wants_colour, self.engine.clock
        whole_pictures = (span.start_s * clock.fps) % 1 < 1e-6
        if isinstance(self.video, np.ndarray) and whole_pictures:
            return _streamed(held_pictures(self.video, clock, span), span)
        return stretch_pictures(self.clip, clock, colour, span)

    def _renewed(self, seed: int, span: Span) -> dict[str, Any]:
        """What of a take's noise is drawn anew: the part that is made again."""
        if self.base is None or not self.base.again:
            return {}
        own = self.base.span
        part = Renewed(own.start_s - span.start_s, own.stop_s - span.start_s, _generator(seed ^ _NEW))
        return {"renewed": part} if part.stop_s > 0 else {}

    def _sounds(self, seed: int, advance: Callable[[float], None], words: OrderWords) -> Iterator[np.ndarray]:
        for index in range(len(self.spans)):
            video, asked = self._asked(index, seed, advance, words)
            sound = (block[0] for block in self.engine.stream(video, **asked))
            length_s = self.clip.duration_s if self.is_whole else self._samples(index) / DELIVERY_HZ
            blocks = at_delivery_rate(self.engine, sound, length_s)
            yield from blocks if len(self.spans) == 1 else self._faded(blocks, index)

    def _voices(
        self, seed: int, advance: Callable[[float], None], words: OrderWords, recordings: Recordings
    ) -> "Iterator[Voiced]":
        from ta_v2a.library.voice import voiced

        for index, span in enumerate(self.spans):
            video, asked = self._asked(index, seed, advance, words)
            sketch = self.engine.sketch(video, **asked)
            if not self.is_whole:
                sketch = replace(sketch, duration_s=self._samples(index) / DELIVERY_HZ)
            yield voiced(recordings.library, recordings.wanted(span), sketch, seed)

    def _account(self, voices: tuple["Voiced", ...]) -> list[dict[str, Any]]:
        rows = []
        for span, voice in zip(self.spans, voices, strict=True):
            for row in voice.account():
                moved = {name: round(row[name] + span.start_s, 4) for name in ("at_s", "end_s")}
                rows.append({**row, **moved} if span.start_s else row)
        return rows

    def _samples(self, index: int) -> int:
        return self.edges[index + 1] - self.edges[index]

    def _faded(self, blocks: Iterator[np.ndarray], index: int) -> Iterator[np.ndarray]:
        """One shot's sound, (n,) or (channels, n): its tail ends with it, and its head begins with it."""
        total, at = self._samples(index), 0
        head = round(HEAD_S * DELIVERY_HZ) if index else 0
        tail = round(TAIL_S * DELIVERY_HZ) if index + 1 < len(self.spans) else 0
        for block in blocks:
            places = at + np.arange(block.shape[-1])
            gain = np.ones(block.shape[-1], np.float32)
            if head and at < head:
                gain *= ((places + 0.5) / head).clip(max=1).astype(np.float32)
            if tail and at + block.shape[-1] > total - tail:
                gain *= ((total - places - 0.5) / tail).clip(0, 1).astype(np.float32)
            at += block.shape[-1]
            yield block * gain


def _generator(seed: int) -> "torch.Generator":
    import torch

    return torch.Generator().manual_seed(seed % 2**64)


def _streamed(pictures: np.ndarray, span: Span):
    from ta_v2a.engine.pictures import PictureStream

    return PictureStream(iter([pictures[None]]), span.length_s, 1)
