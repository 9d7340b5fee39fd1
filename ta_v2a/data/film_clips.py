"""One clip of a film as a model reads it, pictures and sound; and in one word what is wrong
with it where something is."""

from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import colour_frames, luma_pictures
from ta_v2a.media.reading.own_sound import own_sound_blocks
from ta_v2a.media.reading.probe import probe
from vocoders.clock import ClipSpec

Status = Literal["ok", "missing", "corrupt", "too_short", "no_sound", "silent"]
STATUSES: tuple[Status, ...] = ("ok", "missing", "corrupt", "too_short", "no_sound", "silent")

LEAST_CLIP_PEAK = 1e-3
"""-60 dB of full scale: no sound that was recorded stays below it for a whole clip."""

_SLACK_S = 0.1  # a last picture's worth: films of "ten seconds" often end a picture early


class ClipProblem(Exception):
    """Why a clip cannot be used: `status` in one word, the message in a line."""

    def __init__(self, status: Status, why: str):
        super().__init__(status, why)  # both, so that it survives the way between processes
        self.status, self.why = status, why


def read_clip(
    path: Path | None, start_s: float, spec: ClipSpec, colour: bool, sound_hz: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The pictures at the clock's times and the sound of one clip.

    Args:
        path: the film.
        start_s: where the clip begins in it.
        spec: length and rates of the clip.
        colour: RGB instead of luma.
        sound_hz: rate of the sound; the clock's by default.

    Returns:
        frames (pictures, px, px, 3) or (pictures, px, px) uint8, and wave (samples,) float32 in [-1, 1].

    Raises:
        ClipProblem: for whatever is wrong with this clip.
    """
    cv2.setNumThreads(1)
    if path is None or not path.is_file():
        raise ClipProblem("missing", "no such film")
    rate = sound_hz or spec.sample_rate_hz
    samples = round(spec.samples * rate / spec.sample_rate_hz)
    lasts_s = spec.samples / spec.sample_rate_hz
    try:
        clip = probe(path)
        if clip.duration_s < start_s + lasts_s - _SLACK_S:
            status: Status = "corrupt" if clip.warnings else "too_short"
            raise ClipProblem(status, f"{clip.duration_s:.2f} s of picture, {start_s + lasts_s:.2f} s needed")
        if not clip.has_sound:
            raise ClipProblem("no_sound", "the film has no sound track")
        wave = _stretch(own_sound_blocks(clip, rate), round(start_s * rate), samples)
        if np.abs(wave).max() < LEAST_CLIP_PEAK:
            raise ClipProblem("silent", "the sound stays below -60 dB")
        times_s = spec.picture_times_s + start_s
        if colour:
            return colour_frames(clip, times_s, spec.picture_px, spec.picture_px), wave
        return luma_pictures(clip, times_s, spec.picture_px), wave
    except UserError as error:
        raise ClipProblem("corrupt", str(error)) from None


def _stretch(blocks, first: int, samples: int) -> np.ndarray:
    """`samples` of a stream of blocks (n, 1) from sample `first` on; silence after its end."""
    wave, place = np.zeros(samples, np.float32), 0
    for block in blocks:
        low, high = max(place, first), min(place + len(block), first + samples)
        if low < high:
            wave[low - first : high - first] = block[low - place : high - place, 0]
        place += len(block)
        if place >= first + samples:
            break
    return np.clip(wave, -1.0, 1.0)


def to_strip(frames: np.ndarray, quality: int = 95) -> bytes:
    """All pictures of a clip below each other as one JPEG; sides divisible by 16 keep them from touching.

    Args:
        frames: (pictures, px, px) or (pictures, px, px, 3) uint8 RGB; at most 65,500 rows together.
    """
    strip = frames.reshape(-1, *frames.shape[2:])
    if frames.ndim == 4:
        strip = cv2.cvtColor(strip, cv2.COLOR_RGB2BGR)
    whole_colour = [
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    ]  # a hand is a few pixels wide
    done, data = cv2.imencode(".jpg", strip, [cv2.IMWRITE_JPEG_QUALITY, quality, *whole_colour])
    if not done:
        raise ValueError(f"pictures of shape {frames.shape} cannot be stored")
    return data.tobytes()


def from_strip(data: bytes) -> np.ndarray:
    """The pictures of `to_strip`: square, so the strip's width says where one ends."""
    strip = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if strip is None or strip.shape[0] % strip.shape[1]:
        raise ValueError("the strip of pictures is damaged")
    if strip.ndim == 3:
        strip = cv2.cvtColor(strip, cv2.COLOR_BGR2RGB)
    return strip.reshape(-1, strip.shape[1], *strip.shape[1:])
