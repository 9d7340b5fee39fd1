"""Do sounds hit the films' onsets more than others do? Both are folders of `ta-v2a evaluate films`.

    PYTHONPATH=. python benchmarks/paired_films.py ../shared/real/with_sound --new out/a0 out/a1 \\
        --old out/b0 out/b1

Several folders are several seeds, pooled; a film is drawn with all of its seeds, for both alike (paired).
`--half` keeps every second film by name, the first of them or the second.
"""

import json
from pathlib import Path

from measuring import begun, keep, options
from tower_onsets import HALVES, heard_films

from ta_v2a.evaluation.films.scores import difference_score
from ta_v2a.evaluation.metrics.agreement import SoundOnsets, gain_difference, librosa_onsets, read_sound


def onsets_of(folder: str, films: list[Path]) -> list[SoundOnsets]:
    """Onsets of every film's sound in a folder.

    Raises:
        SystemExit: a sound is missing.
    """
    waves = {film: read_sound(Path(folder) / f"{film.stem}.wav") for film in films}
    missing = [film.stem for film, wave in waves.items() if wave is None]
    if missing:
        raise SystemExit(f"{folder}: no sound for {missing[0]}")
    return [librosa_onsets(wave) for wave in waves.values() if wave is not None]


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("folder", help="films with sound")
    parser.add_argument("--new", nargs="+", required=True)
    parser.add_argument("--old", nargs="+", required=True)
    parser.add_argument("--half", choices=HALVES)
    given = parser.parse_args()
    noted = begun(given)
    true = heard_films(given.folder, given.half)
    new, old = ([onsets_of(folder, list(true)) for folder in each] for each in (given.new, given.old))
    report = gain_difference(list(true.values()), new, old)
    print(json.dumps(report))
    details = {"half": given.half, "seeds": len(new)}
    subject = f"{' '.join(given.new)} against {' '.join(given.old)}"
    keep(noted, subject, [difference_score(report)], len(true), details=details)


if __name__ == "__main__":
    main()
