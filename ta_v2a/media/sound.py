"""Sound on the picture's time line: reading a clip's own sound, resampling in blocks, and WAV files for editors."""

import math
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.apart import answers
from ta_v2a.media.atomic import output_file, whole_file
from ta_v2a.media.loudness import peak_limited
from ta_v2a.media.opening import plain_file, shown_name
from ta_v2a.media.probe import Clip, probe

DELIVERY_HZ = 48_000
BLOCK_SAMPLES = 1 << 15

Sound = np.ndarray | Iterable[np.ndarray]


def _as_columns(block: np.ndarray) -> np.ndarray:
    """(samples,) or (channels, samples) to (samples, channels) float32; nothing is clipped."""
    block = np.asarray(block, np.float32)
    if block.ndim not in (1, 2) or (block.ndim == 2 and not 1 <= block.shape[0] <= 8):
        raise ValueError(f"a sound is (samples,) or (channels, samples), not {block.shape}")
    if not np.isfinite(block).all():
        raise ValueError("the sound holds values that are not finite")
    return block[:, None] if block.ndim == 1 else block.T


def sound_blocks(sound: Sound) -> Iterator[np.ndarray]:
    """A whole sound or an iterable of pieces, as pieces (samples, channels) float32 of at most `BLOCK_SAMPLES`."""
    pieces = [sound] if isinstance(sound, np.ndarray) else sound
    for piece in pieces:
        for start in range(0, np.asarray(piece).shape[-1], BLOCK_SAMPLES):
            yield _as_columns(piece[..., start : start + BLOCK_SAMPLES])


def resampled(sound: Sound, from_hz: int, to_hz: int, samples: int) -> Iterator[np.ndarray]:
    """`sound` at another rate and exactly `samples` long: cut, or silence at its end.

    Args:
        sound: (samples,) or (channels, samples) float, or an iterable of such pieces.
        from_hz, to_hz: sample rates.
        samples: total length at `to_hz`.

    Yields:
        (n, channels) float32; the lengths add up to `samples`. The pieces' borders leave no trace (soxr VHQ
        stream). Nothing is clipped: what resampling takes past full scale may still be made quieter; the writers clip.

    Raises:
        ValueError: wrong shapes, changing channel counts, values that are not finite.
    """
    import soxr

    blocks, left, channels = sound_blocks(sound), samples, 1
    stream = None
    for block in blocks:
        if stream is None:
            channels = block.shape[1]
            stream = soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality="VHQ") if from_hz != to_hz else _Unchanged()
        elif block.shape[1] != channels:
            raise ValueError(f"the sound changes from {channels} to {block.shape[1]} channels")
        piece = stream.resample_chunk(block)[:left]
        left -= len(piece)
        if len(piece):
            yield piece
        if left == 0:
            return
    if stream is not None:
        rest = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)[:left]
        left -= len(rest)
        if len(rest):
            yield rest
    while left:
        silence = np.zeros((min(left, BLOCK_SAMPLES), channels), np.float32)
        left -= len(silence)
        yield silence


class _Unchanged:
    """Stands where a resampler would, for equal rates."""

    def resample_chunk(self, block: np.ndarray, last: bool = False) -> np.ndarray:
        return block


def picture_samples(duration_s: int | float, rate_hz: int = DELIVERY_HZ) -> int:
    """Samples of a sound as long as a picture of `duration_s` seconds."""
    return max(1, round(duration_s * rate_hz))


def write_wav(
    out_path: str | os.PathLike,
    sound: Sound,
    sample_rate_hz: int,
    duration_s: int | float | None = None,
    *,
    mark: str | None = None,
    replace: bool = True,
) -> Path:
    """Write 48 kHz 24-bit PCM, exactly `duration_s` long; a long sound may come as an iterable of pieces.

    Args:
        out_path: the WAV file.
        sound: (samples,) or (channels, samples) float, or an iterable of such pieces (then `duration_s` is
            needed); what lies outside [-1, 1] is clipped.
        sample_rate_hz: of `sound`.
        duration_s: length of the file; default the sound's own.
        mark: the file's comment.
        replace: whether a file of that name may be replaced.

    Returns:
        The file written.

    Raises:
        UserError: the file cannot be written.
        NameTaken: there is a file of that name, and `replace` is off.
        ValueError: the sound is malformed, or an iterable without `duration_s`.
    """
    import soundfile

    if duration_s is None:
        if not isinstance(sound, np.ndarray):
            raise ValueError("pieces of sound need a duration_s")
        duration_s = sound.shape[-1] / sample_rate_hz
    out = output_file(out_path)
    samples = picture_samples(duration_s)
    blocks = resampled(sound, sample_rate_hz, DELIVERY_HZ, samples)
    first = next(blocks)
    # A WAV's sizes are 32-bit; beyond 4 GiB the RF64 form of EBU Tech 3306 takes over.
    form = "RF64" if samples * first.shape[1] * 3 >= (1 << 32) - 4096 else "WAV"
    with whole_file(out, replace) as temporary:
        try:
            with soundfile.SoundFile(temporary, "w", DELIVERY_HZ, first.shape[1], subtype="PCM_24", format=form) as file:
                if mark is not None:
                    file.comment = mark
                for block in chain([first], blocks):
                    file.write(block.clip(-1.0, 1.0))
        except soundfile.SoundFileError:
            _fail(temporary)
        # libsndfile reports a full disk only sometimes: the file's size does not lie.
        if os.stat(temporary).st_size < samples * first.shape[1] * 3:
            _fail(temporary)
    return out


def _fail(path: str) -> NoReturn:
    """libsndfile does not say why it failed: the same file is asked for more room.

    Raises:
        OSError: always.
    """
    import errno

    with open(path, "ab", buffering=0) as file:
        file.write(bytes(1 << 16))
        os.fsync(file.fileno())
    raise OSError(errno.ENOSPC, "the disk is full")


def _placed(clip: Clip, rate_hz: int, channels: int) -> Iterator[tuple[int, np.ndarray]]:
    """(place in samples after the picture's start, (n, channels) float32) of the clip's own sound, in order."""
    plain_file(clip.path)
    if not clip.has_sound:
        raise UserError(f"{shown_name(clip.path)}: holds no sound")
    if clip.own_sound_index is None:
        codecs = ", ".join(track.codec for track in clip.sound_tracks)
        raise UserError(f"{shown_name(clip.path)}: its own sound cannot be decoded (codec {codecs})")
    given = {"clip": clip.as_json(), "rate_hz": rate_hz, "channels": channels}
    for facts, data in answers("sound", shown_name(clip.path), **given):
        yield facts["place"], np.frombuffer(data, np.float32).reshape(-1, channels)


def own_sound_blocks(clip: Clip, rate_hz: int = DELIVERY_HZ, channels: int = 1) -> Iterator[np.ndarray]:
    """The clip's own sound on the picture's time line: begins with the picture and lasts exactly as long.

    Args:
        clip: what `probe` said.
        rate_hz: sample rate wanted.
        channels: 1 or 2.

    Yields:
        (n, channels) float32; gaps of the track are silence, what lies outside the picture is cut.

    Raises:
        UserError: the clip has no sound, or none that can be decoded.
    """
    total, done = picture_samples(clip.duration_s, rate_hz), 0
    for place, piece in _placed(clip, rate_hz, channels):
        piece = piece[max(0, done - place) :][: max(0, total - max(place, done))]
        if not len(piece):
            continue
        for start in range(done, max(place, done), BLOCK_SAMPLES):
            yield np.zeros((min(BLOCK_SAMPLES, place - start), channels), np.float32)
        done = max(place, done) + len(piece)
        yield np.ascontiguousarray(piece, np.float32)
    for start in range(done, total, BLOCK_SAMPLES):
        yield np.zeros((min(BLOCK_SAMPLES, total - start), channels), np.float32)


def own_sound(clip: Clip | str | os.PathLike, rate_hz: int = DELIVERY_HZ, channels: int = 1) -> np.ndarray:
    """The clip's own sound, (samples,) for one channel, else (channels, samples), float32, as long as the picture.

    Raises:
        UserError: the clip cannot be read or has no sound.
    """
    clip = clip if isinstance(clip, Clip) else probe(clip)
    if channels not in (1, 2):
        raise ValueError(f"one or two channels, not {channels}")
    columns = np.concatenate(list(own_sound_blocks(clip, rate_hz, channels)))
    return columns[:, 0] if channels == 1 else np.ascontiguousarray(columns.T)


MIX_GAIN = math.sqrt(0.5)


def _with_channels(columns: np.ndarray, channels: int) -> np.ndarray:
    """(n, any) to (n, channels): one channel is repeated, several are averaged first where the number differs."""
    if columns.shape[1] == channels:
        return columns
    return np.repeat(columns.mean(1, keepdims=True), channels, axis=1)


def mixed(new: Iterator[np.ndarray], own: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The sum of two block streams (n, channels) at 48 kHz, each 3 dB lower, peaks held at `CEILING_DBTP`.

    As long as `own`, with its channels; `new` is silent after its end.
    """
    return peak_limited(_sum(new, own))


def _sum(new: Iterator[np.ndarray], own: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    held = None
    for block in own:
        held = np.zeros((0, block.shape[1]), np.float32) if held is None else held
        while len(held) < len(block):
            more = next(new, None)
            more = np.zeros_like(block) if more is None else _with_channels(more, block.shape[1])
            held = np.concatenate([held, more])
        yield np.float32(MIX_GAIN) * (held[: len(block)] + block)
        held = held[len(block) :]
