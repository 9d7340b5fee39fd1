"""What the video tower alone knows of real films: onset agreement of its onset probabilities'
peaks with the films' true sound.

    PYTHONPATH=. python benchmarks/tower_onsets.py FOLDER --thresholds 0.2 0.35 0.5 --lags 0 0.03 0.06 0.09

A gain that grows with a lag says that the tower fires before the sound. `--cvalp` takes another
checkpoint or folder of the encoders.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import begun, keep, options

from ta_v2a.engine.spotting import onset_peaks
from ta_v2a.evaluation.films.command import list_clips
from ta_v2a.evaluation.films.scores import film_scores
from ta_v2a.evaluation.metrics.agreement import SoundOnsets, librosa_onsets, onset_agreement, read_sound
from ta_v2a.media.reading.frames import luma_pictures
from ta_v2a.media.reading.probe import probe
from ta_v2a.presets.resolve import WEIGHTS_FOLDER
from ta_v2a.presets.trained import mini_cvalp
from vocoders.clock import MINI

MINI_CVALP = WEIGHTS_FOLDER / "mini" / "cvalp"
ONSETS_PER_COLUMN = 4


def subject(cvalp: str) -> str:
    """What is measured: the checkpoint as it was named, or the preset's."""
    return "mini" if Path(cvalp) == MINI_CVALP else cvalp


def peaks_s(probability: np.ndarray, threshold: float, step_s: float) -> np.ndarray:
    """Times of local maxima (within 96 ms either side) of the smoothed curve above a threshold."""
    return onset_peaks(probability, threshold)[0] * step_s


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder")
    parser.add_argument("--thresholds", type=float, nargs="+", default=[0.2, 0.35, 0.5])
    parser.add_argument(
        "--lags", type=float, nargs="+", default=[0.0], help="seconds added to every onset found"
    )
    parser.add_argument("--cvalp", default=str(MINI_CVALP))
    given = parser.parse_args()
    noted = begun(given)
    cvalp = mini_cvalp(given.cvalp, MINI_CVALP / "spiece.model")
    true: list[SoundOnsets] = []
    curves: list[np.ndarray] = []
    for path in list_clips(given.folder):
        wave = read_sound(path)
        if wave is None:
            continue
        true.append(librosa_onsets(wave))
        clip = probe(path)
        pictures = luma_pictures(clip, MINI.lasting(clip.duration_s).picture_times_s, MINI.picture_px)
        features = cvalp.encode_video(torch.from_numpy(pictures)[None].float() / 255)
        curves.append(cvalp.onsets(features)[0].numpy())
    step_s = MINI.column_s / ONSETS_PER_COLUMN
    report: dict[str, Any] = {}
    for threshold in given.thresholds:
        for lag in given.lags:
            rows = zip(curves, true, strict=True)
            found = [
                SoundOnsets(peaks_s(curve, threshold, step_s) + lag, heard.duration_s)
                for curve, heard in rows
            ]
            report[f"threshold {threshold}, lag {lag}"] = onset_agreement(true, found)
    print(json.dumps(report))
    rows = {name: film_scores({"onset_agreement": row}) for name, row in report.items()}
    figures = [replace(one, of=name) for name, scores in rows.items() for one in scores]
    keep(noted, subject(given.cvalp), figures, len(true), weights=given.cvalp)


if __name__ == "__main__":
    main()
