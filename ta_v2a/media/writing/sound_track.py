"""The new sound as a track of a film: its encoder, its place on the time line, and what is mixed into it."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.own_sound import own_sound_blocks
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ, Sound, mixed, picture_samples, resampled
from ta_v2a.media.writing.containers import MP4_FAMILY, Kept
from ta_v2a.media.writing.marks import mark_of

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

_AAC_FRAME = 1024


def _encoder(container: "OutputContainer", kept: Kept, channels: int) -> "AudioStream":
    from av.audio.stream import AudioStream

    layout = "mono" if channels == 1 else "stereo"
    stream = container.add_stream(kept.encoder, rate=kept.rate_hz, layout=layout, format=kept.sample_format)
    assert isinstance(stream, AudioStream)
    stream.codec_context.time_base = Fraction(1, kept.rate_hz)
    if kept.encoder == "aac":
        stream.options["aac_coder"] = (
            "fast"  # several times faster than the default search; inaudible at this bit rate
        )
    if kept.kbit_per_channel:
        stream.bit_rate = (kept.kbit or kept.kbit_per_channel * channels) * 1000
    return stream


def _frame(columns: np.ndarray, kept: Kept, at_sample: int):
    """(n, channels) float32 as an `av.AudioFrame` in the encoder's own format, starting `at_sample`."""
    import av

    columns = columns.clip(-1.0, 1.0)
    if kept.sample_format == "s32":  # 24 bits, in the upper three bytes
        columns = np.rint(columns.astype(np.float64) * 8388607).astype(np.int32) << 8
    elif kept.sample_format == "s16":
        columns = np.rint(columns * 32767).astype(np.int16)
    planar = kept.sample_format.endswith("p")
    values = np.ascontiguousarray(columns.T) if planar else np.ascontiguousarray(columns).reshape(1, -1)
    layout = "mono" if columns.shape[1] == 1 else "stereo"
    frame = av.AudioFrame.from_ndarray(values, format=kept.sample_format, layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = kept.rate_hz, at_sample, Fraction(1, kept.rate_hz)
    return frame


def _pieces(blocks: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """The same columns in pieces of exactly `size` (the last holds the rest)."""
    held = None
    for block in blocks:
        held = block if held is None else np.concatenate([held, block])
        while len(held) >= size:
            yield held[:size]
            held = held[size:]
    if held is not None and len(held):
        yield held


class EncodedSound:
    """A block stream that is encoded just ahead of the picture, so that neither
    waits for the other in memory.

    Args:
        container: a film of which no packet was written yet.
        kept: how its sound is encoded.
        channels: 1 or 2.
        blocks: (n, channels) float32 at `kept.rate_hz`, in all as long as the clip's picture.
        clip: whose picture it goes with.
        shift_s: how much earlier the picture starts in the film than in the clip.

    Attributes:
        start: when the sound begins in the film, in samples.
        lead: samples that AAC decodes before it, to be hidden.
    """

    def __init__(
        self,
        container: "OutputContainer",
        kept: Kept,
        channels: int,
        blocks: Iterator[np.ndarray],
        clip: Clip,
        shift_s: Fraction,
    ) -> None:
        from av.stream import Disposition

        self._container, self._kept = container, kept
        self._stream = _encoder(container, kept, channels)
        self._stream.disposition = Disposition.default
        # Shown by players beside the clip's own tracks.
        self._stream.metadata["handler_name" if kept.muxer in MP4_FAMILY else "title"] = mark_of(clip)
        self.start = self._next = round((clip.start_tick * clip.time_base - shift_s) * kept.rate_hz)
        self._open = True
        lead = 0
        if kept.muxer in MP4_FAMILY and kept.encoder == "aac":
            # Readers of MP4 heed where an edit list begins, few where it ends. So silence that it hides goes
            # ahead of the sound, as much as makes the last frame end with the picture.
            lead = -picture_samples(clip.duration_s, kept.rate_hz) % _AAC_FRAME
        elif kept.muxer == "avi":  # its sound has no times: it begins with the file
            lead = max(0, self._next)
        self._next -= lead
        self.lead = lead + (_AAC_FRAME if kept.encoder == "aac" else 0)
        silence = (np.zeros((min(4096, lead - done), channels), np.float32) for done in range(0, lead, 4096))
        blocks = chain(silence, blocks)
        self._blocks = self._sized(blocks)

    @property
    def rate_hz(self) -> int:
        return self._kept.rate_hz

    @property
    def track(self) -> int:
        """Its number in the film."""
        return self._stream.index

    def _sized(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        yield from _pieces(
            blocks, self._stream.codec_context.frame_size or 4096
        )  # the encoder is open by then

    def advance(self, until_s: float | None) -> None:
        """Write sound up to `until_s` on the film's time line; None: all that is
        left, and the encoder's rest."""
        while self._open and (until_s is None or self._next / self._kept.rate_hz <= until_s):
            block = next(self._blocks, None)
            if block is None:
                self._container.mux(self._stream.encode(None))
                self._open = False
                return
            self._container.mux(self._stream.encode(_frame(block, self._kept, self._next)))
            self._next += len(block)


def check_mixable(clip: Clip) -> None:
    """Call it before long work that ends in a mix with the clip's own sound.

    Raises:
        UserError: that sound cannot be decoded.
    """
    if clip.own_sound_index is None:
        codecs = ", ".join(track.codec for track in clip.sound_tracks)
        what = f"its own sound cannot be decoded (codec {codecs}) and so cannot be mixed"
        raise UserError(f"{shown_name(clip.path)}: {what}; use --original replace")


def sound_for(
    clip: Clip, sound: Sound, sample_rate_hz: int, mix: bool, rate_hz: int = DELIVERY_HZ
) -> tuple[int, Iterator[np.ndarray]]:
    """(channels, blocks (n, channels) at `rate_hz` as long as the picture), with the clip's
    own sound in them where `mix`.

    Raises:
        UserError: the clip's own sound cannot be decoded.
        ValueError: a malformed sound.
    """
    # Own sound is mixed in at 48 kHz, where peaks are held.
    first_hz = DELIVERY_HZ if mix else rate_hz
    new = resampled(sound, sample_rate_hz, first_hz, picture_samples(clip.duration_s, first_hz))
    first = next(new)
    channels = first.shape[1]
    if channels > 2:
        raise ValueError(f"one or two channels, not {channels}")
    new = chain([first], new)
    if not mix:
        return channels, new
    check_mixable(clip)
    own = next(track for track in clip.sound_tracks if track.index == clip.own_sound_index)
    channels = max(channels, min(2, own.channels or 1))
    both = mixed(new, own_sound_blocks(clip, DELIVERY_HZ, channels))
    if rate_hz == DELIVERY_HZ:
        return channels, both
    samples = picture_samples(clip.duration_s, rate_hz)
    return channels, resampled((block.T for block in both), DELIVERY_HZ, rate_hz, samples)
