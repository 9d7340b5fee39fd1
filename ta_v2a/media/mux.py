"""Sound beside an untouched picture: the picture's packets are copied, never decoded and encoded again."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.atomic import output_error, output_file, whole_file
from ta_v2a.media.containers import CONTAINERS, MP4_FAMILY, Kept, container_for, takes
from ta_v2a.media.opening import open_media, shown_name
from ta_v2a.media.probe import Clip, packets, probe
from ta_v2a.media.sound import DELIVERY_HZ, Sound, mixed, own_sound_blocks, picture_samples, resampled

Original = Literal["replace", "mix", "keep"]
ORIGINALS: tuple[Original, ...] = ("replace", "mix", "keep")
# Broadcast streams start at an arbitrary time; the film written starts at 0 like everyone else's.
_ARBITRARY_START = {"mpegts", "mpeg"}
_MUXER_OWNS = {"major_brand", "minor_version", "compatible_brands", "encoder", "duration"}


@dataclass(frozen=True)
class Muxed:
    """What was written: the file, the sound's codec, and what became of the clip's own sound ("none" if it had none)."""

    path: Path
    sound_codec: str
    original: str


def check_output(clip: Clip, out_path: str | os.PathLike) -> Path:
    """The real place of a film to come; call it before long work.

    Raises:
        UserError: as `output_file`, or if the ending names no container or one that cannot hold this picture unchanged.
    """
    kept = container_for(out_path)
    out = output_file(out_path, clip.path)
    if not takes(kept, clip.codec):
        fits = [ending for ending, other in CONTAINERS.items() if takes(other, clip.codec)]
        advice = f"use {' or '.join(fits)}" if fits else "convert the clip to H.264 first, or write the sound alone (.wav)"
        raise UserError(f"{shown_name(out_path)}: {out.suffix} cannot hold a {clip.codec} picture unchanged; {advice}")
    return out


def _encoder(container, kept: Kept, channels: int):
    stream = container.add_stream(kept.encoder, rate=DELIVERY_HZ, layout="mono" if channels == 1 else "stereo", format=kept.sample_format)
    stream.codec_context.time_base = Fraction(1, DELIVERY_HZ)
    if kept.encoder == "aac":
        stream.options["aac_coder"] = "fast"  # several times faster than the default search; inaudible at this bit rate
    if kept.kbit_per_channel:
        stream.bit_rate = kept.kbit_per_channel * 1000 * channels
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
    frame = av.AudioFrame.from_ndarray(values, format=kept.sample_format, layout="mono" if columns.shape[1] == 1 else "stereo")
    frame.sample_rate, frame.pts, frame.time_base = DELIVERY_HZ, at_sample, Fraction(1, DELIVERY_HZ)
    return frame


class _SoundTrack:
    """Encodes a block stream just ahead of the picture, so that neither waits for the other in memory."""

    def __init__(self, container, stream, kept: Kept, blocks: Iterator[np.ndarray], first_sample: int) -> None:
        self._container, self._stream, self._kept, self._blocks = container, stream, kept, blocks
        self._next = first_sample
        self._open = True

    def advance(self, until_s: float | None) -> None:
        """Write sound up to `until_s` on the file's time line; None: all that is left, and the encoder's rest."""
        while self._open and (until_s is None or self._next / DELIVERY_HZ <= until_s):
            block = next(self._blocks, None)
            if block is None:
                self._container.mux(self._stream.encode(None))
                self._open = False
                return
            self._container.mux(self._stream.encode(_frame(block, self._kept, self._next)))
            self._next += len(block)


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


def _sound_for(clip: Clip, sound: Sound, sample_rate_hz: int, mix: bool) -> tuple[int, Iterator[np.ndarray]]:
    """(channels, blocks at 48 kHz as long as the picture)."""
    new = resampled(sound, sample_rate_hz, DELIVERY_HZ, picture_samples(clip.duration_s))
    first = next(new)
    channels = first.shape[1]
    if channels > 2:
        raise ValueError(f"one or two channels, not {channels}")
    new = chain([first], new)
    if not mix:
        return channels, new
    with open_media(clip.path) as container:
        own = container.streams.best("audio") or container.streams.audio[0]
        channels = max(channels, min(2, own.codec_context.channels or 1))
    return channels, mixed(new, own_sound_blocks(clip, DELIVERY_HZ, channels))


def _options(clip: Clip, kept: Kept) -> dict[str, str]:
    if kept.muxer not in MP4_FAMILY:
        return {}
    ticks = clip.time_base.denominator
    # Edit lists count in the movie's ticks: the picture's own clock keeps its start exact. The index goes to the front for the web.
    options = {"movflags": "+faststart", "movie_timescale": str(ticks * -(-1000 // ticks))}
    if clip.time_base.numerator == 1 and set(clip.container.split(",")) & MP4_FAMILY:
        options["video_track_timescale"] = str(ticks)
    return options


def _copied(container, template, out_path: str | os.PathLike):
    """A stream that takes `template`'s packets as they are."""
    try:
        stream = container.add_stream_from_template(template, opaque=True)
    except ValueError:
        ending = Path(out_path).suffix
        codec = template.codec_context.codec.canonical_name
        raise UserError(f"{shown_name(out_path)}: {ending} cannot hold the clip's {codec} track; use .mkv, or another --original") from None
    stream.metadata.update({key: value for key, value in template.metadata.items() if key.lower() not in _MUXER_OWNS})
    return stream


def _keep_tag(stream, template, source_container: str, kept: Kept) -> None:
    """hvc1 and hev1 name the same codec, but some players open only one: within a family the clip's own name stays."""
    if kept.muxer in MP4_FAMILY and set(source_container.split(",")) & MP4_FAMILY:
        stream.codec_context.codec_tag = template.codec_context.codec_tag
    elif kept.muxer in MP4_FAMILY and template.codec_context.codec.canonical_name == "hevc":
        stream.codec_context.codec_tag = "hvc1"


def _copy_all(source, target, clip: Clip, tracks: dict, sound: _SoundTrack) -> None:
    """Every packet of `tracks` (input stream: output stream) in the file's order, sound in between."""
    shift_s = clip.start_tick * clip.time_base if set(clip.container.split(",")) & _ARBITRARY_START else Fraction(0)
    for packet in packets(source, *tracks):
        stream = packet.stream
        if shift_s:
            ticks = round(shift_s / packet.time_base)
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
        if stream.index == clip.stream_index:
            when = packet.dts if packet.dts is not None else packet.pts
            if when is not None:
                sound.advance(float(when * packet.time_base) + 0.5)
        packet.stream = tracks[stream]
        target.mux(packet)
    sound.advance(None)


def _write(clip: Clip, blocks: Iterator[np.ndarray], channels: int, temporary: str, out_path, keep: bool) -> None:
    import av
    from av.container import Flags
    from av.stream import Disposition

    kept = container_for(out_path)
    written = av.open(f"file:{temporary}", "w", format=kept.muxer, container_options=_options(clip, kept))
    with open_media(clip.path) as source, written as target:
        target.flags |= Flags.bitexact.value  # no random track numbers: the same sound gives the same bytes
        target.metadata.update({key: value for key, value in source.metadata.items() if key.lower() not in _MUXER_OWNS})
        picture = source.streams[clip.stream_index]
        tracks = {picture: _copied(target, picture, out_path)}
        _keep_tag(tracks[picture], picture, clip.container, kept)
        track = _encoder(target, kept, channels)
        tracks[picture].disposition = track.disposition = Disposition.default
        for own in source.streams.audio if keep else ():
            tracks[own] = _copied(target, own, out_path)
            tracks[own].disposition = Disposition(0)
        chapters = source.chapters()
        if chapters:
            target.set_chapters(chapters)
        target.start_encoding()
        shifted = set(clip.container.split(",")) & _ARBITRARY_START
        start = 0 if shifted else round(clip.start_tick * clip.time_base * DELIVERY_HZ)
        size = track.codec_context.frame_size or 4096
        _copy_all(source, target, clip, tracks, _SoundTrack(target, track, kept, _pieces(blocks, size), start))


def mux(
    video_path: Clip | str | os.PathLike,
    sound: Sound,
    sample_rate_hz: int,
    out_path: str | os.PathLike,
    original: Original = "replace",
) -> Muxed:
    """Write a film: the clip's picture, packet for packet, and `sound`, which starts with the picture and lasts as long.

    Args:
        video_path: the clip, or what `probe` said of it.
        sound: (samples,) or (channels, samples) float, one or two channels, or an iterable of such pieces; what
            lies outside [-1, 1] is clipped.
        sample_rate_hz: of `sound`; the file gets 48 kHz.
        out_path: its ending names the container (see `CONTAINERS`). Appears whole or not at all.
        original: the clip's own sound is dropped ("replace"), added to the new sound at equal weight and the
            sum's peaks held at -1 dBTP ("mix"), or copied as further tracks behind the new one ("keep").

    Returns:
        What was written.

    Raises:
        UserError: the clip or the output is unusable, the container cannot hold the tracks, or the disk is full.
        ValueError: a malformed sound or an unknown `original`.
    """
    import av

    if original not in ORIGINALS:
        raise ValueError(f"original is one of {', '.join(ORIGINALS)}, not {original!r}")
    clip = video_path if isinstance(video_path, Clip) else probe(video_path)
    out = check_output(clip, out_path)
    done = original if clip.has_sound else "none"
    channels, blocks = _sound_for(clip, sound, sample_rate_hz, done == "mix")
    with whole_file(out) as temporary:
        try:
            _write(clip, blocks, channels, temporary, out_path, done == "keep")
        except av.error.FFmpegError as error:
            if isinstance(error, OSError):
                raise output_error(out_path, error) from None
            what = f"this clip's tracks do not fit into {Path(out_path).suffix} ({error.strerror})"
            raise UserError(f"{shown_name(out_path)}: {what}; try .mkv or .mov") from None
    return Muxed(out, container_for(out_path).encoder.removeprefix("lib"), done)
