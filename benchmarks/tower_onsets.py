"""What the video tower alone knows of real films: onset agreement of its onset probabilities'
peaks with the films' true sound.

    PYTHONPATH=. python benchmarks/tower_onsets.py FOLDER --thresholds 0.2 0.35 0.5 --lags 0 0.03 0.06 0.09

A gain that grows with a lag says that the tower fires before the sound. `--cvalp` takes another
checkpoint or folder of the encoders, `--against` a further one: how much more the first gains, over the
same films (paired). `--half` keeps every second film by name, the first of them or the second.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import begun, keep, options

from ta_v2a.engine.spotting import onset_peaks
from ta_v2a.evaluation.films.command import list_clips
from ta_v2a.evaluation.films.scores import difference_score, film_scores
from ta_v2a.evaluation.metrics.agreement import (
    SoundOnsets,
    gain_difference,
    librosa_onsets,
    onset_agreement,
    read_sound,
)
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.media.reading.frames import luma_pictures
from ta_v2a.media.reading.probe import probe
from ta_v2a.presets.resolve import WEIGHTS_FOLDER
from ta_v2a.presets.trained import mini_cvalp
from vocoders.clock import MINI

MINI_CVALP = WEIGHTS_FOLDER / "mini" / "cvalp"
ONSETS_PER_COLUMN = 4
STEP_S = MINI.column_s / ONSETS_PER_COLUMN
HALVES = ("first", "second")


def subject(cvalp: str) -> str:
    """What is measured: the checkpoint as it was named, or the preset's."""
    return "mini" if Path(cvalp) == MINI_CVALP else cvalp


def peaks_s(probability: np.ndarray, threshold: float, step_s: float) -> np.ndarray:
    """Times of local maxima (within 96 ms either side) of the smoothed curve above a threshold."""
    return onset_peaks(probability, threshold)[0] * step_s


def heard_films(folder: str, half: str | None = None) -> dict[Path, SoundOnsets]:
    """The films of a folder that have a sound, with its onsets; of all films by name, or of every second."""
    films = list_clips(folder)
    films = films if half is None else films[HALVES.index(half) :: 2]
    return {film: librosa_onsets(wave) for film in films if (wave := read_sound(film)) is not None}


@torch.inference_mode()
def onset_curves(cvalp: str, films: Sequence[Path]) -> list[np.ndarray]:
    """Onset probability every `STEP_S` of each film, as a tower sees it."""
    tower = mini_cvalp(cvalp, MINI_CVALP / "spiece.model")
    curves = []
    for film in films:
        clip = probe(film)
        pictures = luma_pictures(clip, MINI.lasting(clip.duration_s).picture_times_s, MINI.picture_px)
        curves.append(
            tower.onsets(tower.encode_video(torch.from_numpy(pictures)[None].float() / 255))[0].numpy()
        )
    return curves


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("folder")
    parser.add_argument("--thresholds", type=float, nargs="+", default=[0.2, 0.35, 0.5])
    parser.add_argument(
        "--lags", type=float, nargs="+", default=[0.0], help="seconds added to every onset found"
    )
    parser.add_argument("--cvalp", default=str(MINI_CVALP))
    parser.add_argument("--against", help="checkpoint or folder of other encoders")
    parser.add_argument("--half", choices=HALVES)
    given = parser.parse_args()
    noted = begun(given)
    heard = heard_films(given.folder, given.half)
    towers = [given.cvalp] if given.against is None else [given.cvalp, given.against]
    curves = [onset_curves(tower, list(heard)) for tower in towers]
    true = list(heard.values())
    report: dict[str, Any] = {}
    figures: list[Score] = []
    for threshold in given.thresholds:
        for lag in given.lags:
            of = f"threshold {threshold}, lag {lag}"
            found = [
                [
                    SoundOnsets(peaks_s(curve, threshold, STEP_S) + lag, sound.duration_s)
                    for curve, sound in zip(each, true, strict=True)
                ]
                for each in curves
            ]
            report[of] = onset_agreement(true, found[0])
            figures += [replace(one, of=of) for one in film_scores({"onset_agreement": report[of]})]
            if given.against is not None:
                more = gain_difference(true, found[:1], found[1:])
                report[of] |= more
                figures.append(replace(difference_score(more), of=of))
    print(json.dumps(report))
    details = {"against": given.against, "half": given.half}
    keep(noted, subject(given.cvalp), figures, len(true), weights=given.cvalp, details=details)


if __name__ == "__main__":
    main()
