"""One picture of a clip and its sound: frames over the log-mel spectrogram, with the onsets marked."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.agreement import AGREEMENT_TOLERANCE_S, read_sound
from ta_v2a.evaluation.metrics.onsets import ONSET_RATE_HZ, match, onsets
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import probe
from ta_v2a.system.extras import need

INK, FAINT, HIT_ON_DARK, MISS_ON_DARK = "#1f2430", "#8a90a0", "#35e0c2", "#ffffff"
FRAME_HEIGHT_PX = 360
WIDTH_IN, PANEL_IN, GAP_IN = 12.0, 1.9, 0.34
LEFT, SPAN = 0.07, 0.915  # of the figure's width
TITLE_PT, WORD_PT, NUMBER_PT = 15.0, 12.0, 11.0  # readable where a page shows it at 800 pixels
SHADE = {"boxstyle": "round,pad=0.25", "facecolor": "black", "alpha": 0.55, "linewidth": 0}


def clip_figure(
    clip_path: str | Path,
    sound: np.ndarray | str | Path,
    out_png: str | Path,
    true_sound: np.ndarray | str | Path | None = None,
    events_s: np.ndarray | None = None,
    title: str | None = None,
    columns: int | None = None,
) -> None:
    """Draws frames over the spectrogram of a sound and, below it, over that of the true sound.

    Every frame is joined to its moment; in each stretch of the clip the moment of the strongest
    onset is shown. Onsets within 100 ms of a true one (of `events_s`, else of the true sound) are
    drawn in green, the others in white.

    Args:
        clip_path: the clip.
        sound: (samples,) at 16 kHz, or a file: the generated sound.
        out_png: where the picture goes.
        true_sound: the clip's own sound, for comparison.
        events_s: true event times in seconds, marked by triangles.
        title: a line above the frames, for instance the prompt.
        columns: number of frames; None takes what fits the clip's shape.

    Raises:
        UserError: if a file cannot be read or a sound is empty, or without the extra "eval".
    """
    need("eval")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    clip = probe(str(clip_path))
    aspect = clip.width / clip.height
    columns = columns or int(np.clip(round(9.0 / aspect), 4, 10))
    waves = [_wave(sound)] + ([_wave(true_sound)] if true_sound is not None else [])
    duration_s = len(waves[0]) / ONSET_RATE_HZ
    heard = [onsets(wave) for wave in waves]
    truth_s = np.asarray(events_s) if events_s is not None else heard[1][0] if len(heard) > 1 else None
    moments = _moments(*heard[0], duration_s, columns)

    frame_in = WIDTH_IN * SPAN / columns / aspect
    top_in, bottom_in = (0.46 if title else 0.12), 0.56
    height_in = top_in + frame_in + len(waves) * (GAP_IN + PANEL_IN) + bottom_in
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    if title:
        size = min(TITLE_PT, TITLE_PT * 88 / max(len(title), 1))
        figure.text(
            LEFT,
            1 - 0.2 / height_in,
            title,
            ha="left",
            va="center",
            fontsize=size,
            color=INK,
            fontweight="bold",
        )
    y_in = height_in - top_in - frame_in
    _frames(
        figure, colour_frames(clip, moments, FRAME_HEIGHT_PX), moments, y_in / height_in, frame_in / height_in
    )
    _threads(figure, y_in / height_in, GAP_IN / height_in, moments, duration_s)
    for row, (wave, onset) in enumerate(zip(waves, heard, strict=True)):
        y_in -= GAP_IN + PANEL_IN
        axes = figure.add_axes((LEFT, y_in / height_in, SPAN, PANEL_IN / height_in))
        _spectrogram(axes, wave, duration_s)
        _marks(axes, *onset, truth_s if row == 0 else None, events_s if row == 0 else None)
        if len(waves) > 1:
            words = ("generated", "true sound")[row]
            look: dict[str, Any] = {
                "color": "white",
                "fontsize": WORD_PT,
                "fontweight": "bold",
                "bbox": SHADE,
            }
            axes.text(0.006, 0.93, words, transform=axes.transAxes, va="top", **look)
        axes.tick_params(colors=FAINT, labelsize=NUMBER_PT, length=2, labelbottom=row == len(waves) - 1)
    axes.set_xlabel("seconds", fontsize=WORD_PT, color=FAINT, labelpad=2)
    Path(out_png).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out_png, format="png")


def _wave(sound: np.ndarray | str | Path) -> np.ndarray:
    wave = read_sound(sound) if isinstance(sound, (str, Path)) else np.asarray(sound, dtype=np.float32)
    if wave is None or wave.ndim != 1 or not len(wave):
        raise UserError("a figure needs one row of sound samples that is not empty")
    return wave


def _frames(figure: Any, frames: np.ndarray, moments: np.ndarray, y: float, height: float) -> None:
    """The row of frames, each with its time."""
    slot = SPAN / len(frames)
    for index, (frame, moment) in enumerate(zip(frames, moments, strict=True)):
        axes = figure.add_axes((LEFT + index * slot + 0.002, y, slot - 0.004, height))
        axes.imshow(frame, aspect="auto")
        axes.set_axis_off()
        axes.text(
            0.03,
            0.05,
            f"{moment:.2f} s",
            transform=axes.transAxes,
            fontsize=NUMBER_PT,
            color="white",
            va="bottom",
            bbox=SHADE,
        )


def _moments(times_s: np.ndarray, strengths: np.ndarray, duration_s: float, columns: int) -> np.ndarray:
    """In each of `columns` even stretches the time of its strongest onset, or its middle."""
    edges = np.linspace(0, duration_s, columns + 1)
    moments = (edges[:-1] + edges[1:]) / 2
    for index, (start, end) in enumerate(pairwise(edges)):
        inside = np.flatnonzero((times_s >= start) & (times_s < end))
        if len(inside):
            moments[index] = times_s[inside[np.argmax(strengths[inside])]]
    return moments


def _spectrogram(axes: Any, wave: np.ndarray, duration_s: float) -> None:
    import torch

    from vocoders.mel import LogMel

    mel = LogMel()(torch.from_numpy(np.pad(wave, (0, max(0, 512 - len(wave)))).astype(np.float32))[None])[
        0
    ].numpy()
    # The eye reads a spectrogram best over the range it uses: 60 dB below the loudest.
    loudest = max(float(np.percentile(mel, 99.9)), 0.3)
    axes.imshow(
        mel,
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=loudest - 0.6,
        vmax=loudest,
        interpolation="bilinear",
        extent=(0, len(wave) / ONSET_RATE_HZ, 0, mel.shape[0]),
    )
    axes.set_facecolor("black")
    axes.set_xlim(0, duration_s)
    bands = _bands_of_hz(np.array([250, 1000, 4000]), mel.shape[0])
    axes.set_yticks(bands, ["250", "1k", "4k Hz"])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _bands_of_hz(hz: np.ndarray, bins: int) -> np.ndarray:
    """Rows of the spectrogram at which frequencies lie (Slaney's mel scale, 125-7600 Hz)."""
    from vocoders.clock import MEL_HIGH_HZ, MEL_LOW_HZ

    def mel(f: np.ndarray) -> np.ndarray:
        return np.where(f < 1000, f / (200 / 3), 15 + 27 * np.log(np.maximum(f, 1) / 1000) / np.log(6.4))

    low, high = mel(np.array([MEL_LOW_HZ, MEL_HIGH_HZ]))
    return (mel(hz.astype(float)) - low) / (high - low) * bins


def _marks(
    axes: Any,
    times_s: np.ndarray,
    strengths: np.ndarray,
    truth_s: np.ndarray | None,
    events_s: np.ndarray | None,
) -> None:
    """A line at the top of the panel for every onset, longer for a stronger one;
    triangles below for true events."""
    top = axes.get_ylim()[1]
    good = np.zeros(len(times_s), dtype=bool)
    if truth_s is not None and len(times_s):
        good = np.array(
            [
                len(truth_s) > 0 and match(np.array([t]), truth_s, AGREEMENT_TOLERANCE_S).hits > 0
                for t in times_s
            ]
        )
    for time_s, strength, hit in zip(times_s, strengths, good, strict=True):
        length = 0.10 + 0.25 * min(1.0, strength / max(float(strengths.max()), 1e-9))
        ink = HIT_ON_DARK if hit or truth_s is None else MISS_ON_DARK
        axes.plot([time_s, time_s], [top * (1 - length), top], color=ink, linewidth=2.2, alpha=0.95)
    if events_s is not None:
        low = np.full(len(events_s), 0.06 * top)
        axes.plot(events_s, low, "^", color=HIT_ON_DARK, markersize=10, markeredgecolor=INK)


def _threads(figure: Any, y: float, gap: float, moments: np.ndarray, duration_s: float) -> None:
    """Thin lines that join each frame (above `y`) to its moment on the time axis (a `gap` below)."""
    from matplotlib.lines import Line2D

    for index, moment in enumerate(moments):
        x = [LEFT + (index + 0.5) * SPAN / len(moments), LEFT + SPAN * moment / duration_s]
        figure.add_artist(
            Line2D(x, [y, y - 0.96 * gap], transform=figure.transFigure, color=FAINT, linewidth=0.9)
        )
