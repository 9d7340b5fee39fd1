"""How loud a delivered sound is (ITU-R BT.1770-4, EBU R 128), the gain to a target, and a limiter of peaks.

All of it works on blocks (n, channels) at 48 kHz: memory does not grow with the sound."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ta_v2a.errors import UserError

RATE_HZ = 48_000
TARGET_LUFS = -23.0
LOUDNESS_RANGE = (-60.0, -5.0)
CEILING_RANGE = (-20.0, 0.0)
MOST_GAIN_DB = 20.0  # upwards: what is fainter is meant to be faint, or is noise
CEILING_DBTP = -1.0

_STEP = RATE_HZ // 10  # the meter moves on by 100 ms
_SHORTEST = 4 * _STEP  # and hears 400 ms at a time
_FAINTEST_LUFS = -70.0  # the absolute gate of BS.1770: what is fainter is silence
# The limiter's gain falls and rises over 20 ms, half a period of 25 Hz: too slow to bend a wave's own cycles.
_REACH = RATE_HZ // 100
# Interpolators differ a little between the samples; this much lower, none finds a peak above the ceiling.
_MARGIN_DB = 0.1
# Samples that are limited at a time, however they come in: the same sound gives the same samples.
_PIECE = 1 << 15


def read_target(text: str) -> float | None:
    """The loudness wanted, in LUFS, of "-16", or None of "none".

    Raises:
        UserError: if the text is neither, or out of range.
    """
    if text.strip().lower() == "none":
        return None
    try:
        target_lufs = float(text)
    except ValueError:
        target_lufs = math.nan
    if not LOUDNESS_RANGE[0] <= target_lufs <= LOUDNESS_RANGE[1]:
        span = "from {:g} to {:g}".format(*LOUDNESS_RANGE)
        raise UserError(f"loudness is a number of LUFS {span}, such as -16, or none, not {text[:40]!r}")
    return target_lufs


LOUDNESS_PRESETS: dict[str, tuple[float, float]] = {
    "ebu": (-23.0, -1.0),  # EBU R 128: broadcast in Europe
    "atsc": (-24.0, -2.0),  # ATSC A/85: broadcast in North America
    "streaming": (-14.0, -1.0),  # what the large video and music services play at
    "podcast": (-16.0, -1.0),  # AES TD1008: speech on the web
    "portable": (-18.0, -1.0),  # ASWG-R001: games on hand-held devices
}
"""Loudness in LUFS and true peak in dBTP, by name."""


def read_loudness(text: str) -> tuple[float | None, float]:
    """(loudness wanted in LUFS, true peak allowed in dBTP) of "ebu", "-16", "-16/-2" or "none".

    Raises:
        UserError: it is none of these, or out of range.
    """
    name = text.strip().lower()
    if name in LOUDNESS_PRESETS:
        return LOUDNESS_PRESETS[name]
    loudness, slash, peak = text.partition("/")
    try:
        ceiling_dbtp = float(peak) if slash else CEILING_DBTP
    except ValueError:
        ceiling_dbtp = math.nan
    if not CEILING_RANGE[0] <= ceiling_dbtp <= CEILING_RANGE[1]:
        span = "from {:g} to {:g}".format(*CEILING_RANGE)
        raise UserError(f"after the / stands a true peak in dBTP {span}, such as -16/-2, not {peak[:40]!r}")
    try:
        return read_target(loudness), ceiling_dbtp
    except UserError as error:
        raise UserError(f"{error}; or one of {', '.join(LOUDNESS_PRESETS)}") from None


@dataclass(frozen=True)
class Loudness:
    """Of a whole sound.

    Attributes:
        integrated_lufs: None for silence, below -70 LUFS.
        true_peak_dbtp: four times oversampled; None for digital silence.
        peak: the largest sample's size.
    """

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    peak: float


class Meter:
    """Measures a sound in passing, by FFmpeg's `ebur128`; memory does not grow with the sound.

    A sound below 400 ms is measured as if silence followed it up to there, as the ear would.

    Args:
        channels: 1 or 2.
    """

    def __init__(self, channels: int) -> None:
        import av

        self._layout = {1: "mono", 2: "stereo"}[channels]
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            format="flt", layout=self._layout, sample_rate=RATE_HZ, time_base=Fraction(1, RATE_HZ)
        )
        meter = self._graph.add("ebur128", "metadata=1:peak=true:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._channels, self._samples, self._peak, self._said = channels, 0, 0.0, dict[str, str]()

    def hear(self, block: np.ndarray) -> None:
        """The next (n, channels) float samples at 48 kHz."""
        import av

        interleaved = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, "flt", self._layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, self._samples, Fraction(1, RATE_HZ)
        self._samples += len(block)
        self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
        self._graph.push(frame)
        while True:
            try:
                self._said = self._graph.pull().metadata or self._said
            except av.error.BlockingIOError:
                return

    def read(self) -> Loudness:
        """The loudness of all that was heard; nothing can be heard afterwards."""
        if self._samples < _SHORTEST:
            self._silence(_SHORTEST - self._samples)
        integrated = float(self._said["lavfi.r128.I"])  # of whole steps: a last part of one does not count
        self._silence(2 * _STEP)  # but the peak in it does
        peak = float(self._said["lavfi.r128.true_peak"])
        true_peak = 20 * math.log10(peak) if peak > 0 else None
        return Loudness(integrated if integrated > _FAINTEST_LUFS else None, true_peak, self._peak)

    def _silence(self, samples: int) -> None:
        self.hear(np.zeros((samples, self._channels), np.float32))


def measured(blocks: Iterable[np.ndarray]) -> Loudness:
    """The loudness of a sound in blocks (n, channels) at 48 kHz, one channel or two."""
    meter: Meter | None = None
    for block in blocks:
        meter = meter or Meter(block.shape[1])
        meter.hear(block)
    return (meter or Meter(1)).read()


def gain_to(target_lufs: float, found: Sequence[Loudness]) -> float:
    """One gain in dB for sounds that belong together: brings the mean of their loudness to `target_lufs`.

    At most `MOST_GAIN_DB` up, however far down. Silent ones do not count; if all are, the gain is 0. Peaks do
    not lower it: see `peak_limited`.
    """
    heard = [one.integrated_lufs for one in found if one.integrated_lufs is not None]
    return min(MOST_GAIN_DB, target_lufs - sum(heard) / len(heard)) if heard else 0.0


def louder(blocks: Iterable[np.ndarray], gain_db: float) -> Iterator[np.ndarray]:
    """Every block times `gain_db`."""
    gain = np.float32(10 ** (gain_db / 20))
    return (block * gain for block in blocks)


def peak_limited(
    blocks: Iterable[np.ndarray], ceiling_dbtp: float = CEILING_DBTP, deciding: int | None = None
) -> Iterator[np.ndarray]:
    """The same sound (n, channels) at 48 kHz, its true peak (4x oversampled) at most `ceiling_dbtp`.

    A limiter that looks ahead: around a peak the gain falls and comes back smoothly, within 20 ms on either
    side and for all channels alike; everywhere else samples are passed as they are. Blocks come out in other
    lengths than they went in.

    Args:
        deciding: the peaks of so many first channels count; None: of all. The others, such as the parts that
            the first ones are the sum of, get the same gain.
    """
    ceiling = 10 ** ((ceiling_dbtp - _MARGIN_DB) / 20)
    context = 3 * _REACH  # what a sample's gain depends on: a window, its smoothing, the interpolator's reach
    held: np.ndarray | None = None
    for block in blocks:
        held = np.zeros((context, block.shape[1]), np.float32) if held is None else held
        held = np.concatenate([held, block])
        while len(held) >= 2 * context + _PIECE:
            yield _lowered(held[: 2 * context + _PIECE], ceiling, deciding)[context:-context]
            held = held[_PIECE:]
    if held is not None:
        rest = np.concatenate([held, np.zeros((context, held.shape[1]), np.float32)])
        yield _lowered(rest, ceiling, deciding)[context:-context]


def _lowered(columns: np.ndarray, ceiling: float, deciding: int | None) -> np.ndarray:
    """`columns` with the gain that their peaks ask for, right but for `3 * _REACH` samples at either end."""
    gain = _gain_below(columns[:, :deciding], ceiling)
    return columns if gain is None else columns * gain


def _gain_below(columns: np.ndarray, ceiling: float) -> np.ndarray | None:
    """(n, 1) the gain of a limiter; None: nothing is above the ceiling."""
    import soxr

    dense = np.abs(soxr.resample(columns, RATE_HZ, 4 * RATE_HZ)).max(axis=1)
    peaks = np.maximum(dense.reshape(len(columns), 4).max(axis=1), np.abs(columns).max(axis=1))
    if peaks.max() <= ceiling:
        return None
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    wanted = np.minimum(1.0, ceiling / np.maximum(peaks.astype(np.float64), 1e-9))
    # Least gain within reach, smoothed over as much: never above what was wanted, without a corner.
    gain = minimum_filter1d(wanted, 2 * _REACH + 1)
    gain = uniform_filter1d(uniform_filter1d(gain, _REACH + 1), _REACH + 1)
    return gain[:, None].astype(np.float32)
