"""`ta-v2a spot` on films with sound: do its onsets fall where those of the true sound fall?

    PYTHONPATH=. python benchmarks/spot_films.py ../shared/real/with_sound --result results/spot_films.json

F1 within 100 ms of the film's own onsets, and of the other films' ("shuffled"), by threshold; the first is
the command's own.
"""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from measuring import begun, keep, options

from ta_v2a.engine.encoders import load_encoders
from ta_v2a.engine.spotting import LAG_S, THRESHOLD, onset_curve, onset_peaks
from ta_v2a.evaluation.films.command import list_clips
from ta_v2a.evaluation.films.scores import film_scores
from ta_v2a.evaluation.metrics.agreement import SoundOnsets, librosa_onsets, onset_agreement, read_sound
from ta_v2a.media.reading.probe import probe
from ta_v2a.presets.resolve import WEIGHTS_FOLDER


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("folder", help="films with sound")
    parser.add_argument("-n", type=int, help="only the first films by name")
    parser.add_argument("--thresholds", type=float, nargs="+", default=[THRESHOLD, 0.2, 0.5])
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    cvalp = load_encoders(given.preset)
    true: list[SoundOnsets] = []
    curves: list[tuple[np.ndarray, float]] = []
    for path in list_clips(given.folder)[: given.n]:
        wave = read_sound(path)
        if wave is None:
            continue
        clip = probe(path)
        curve, tokens = onset_curve(clip, cvalp)
        true.append(librosa_onsets(wave))
        curves.append((curve, cvalp.clock.column_s * len(tokens) / len(curve)))
    report = {}
    for threshold in dict.fromkeys(given.thresholds):
        rows = zip(curves, true, strict=True)
        found = [
            SoundOnsets(onset_peaks(curve, threshold)[0] * step_s + LAG_S, heard.duration_s)
            for (curve, step_s), heard in rows
        ]
        report[f"threshold {threshold:g}"] = onset_agreement(true, found)
    print(json.dumps(report))
    scores = {name: film_scores({"onset_agreement": row}) for name, row in report.items()}
    figures = [replace(one, of=name) for name, each in scores.items() for one in each]
    weights = WEIGHTS_FOLDER / "mini" / "cvalp" if given.preset == "mini" else Path(given.preset)
    keep(noted, given.preset, figures, len(true), weights=weights)


if __name__ == "__main__":
    main()
