"""A clip's own sound on the picture's time line."""

import os
from collections.abc import Iterator

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.apart import answers
from ta_v2a.media.reading.opening import plain_file, shown_name
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.media.sound import BLOCK_SAMPLES, DELIVERY_HZ, picture_samples


def _placed(clip: Clip, rate_hz: int, channels: int) -> Iterator[tuple[int, np.ndarray]]:
    """(place in samples after the picture's start, (n, channels) float32) of the
    clip's own sound, in order."""
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
    """The clip's own sound, (samples,) for one channel, else (channels, samples),
    float32, as long as the picture.

    Raises:
        UserError: the clip cannot be read or has no sound.
    """
    clip = clip if isinstance(clip, Clip) else probe(clip)
    if channels not in (1, 2):
        raise ValueError(f"one or two channels, not {channels}")
    columns = np.concatenate(list(own_sound_blocks(clip, rate_hz, channels)))
    return columns[:, 0] if channels == 1 else np.ascontiguousarray(columns.T)
