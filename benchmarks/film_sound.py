"""What the generated sound of real films sounds like, beside their true sound:

    python benchmarks/film_sound.py ../shared/real/with_sound out/films --judge ../shared/tools/sfx_judge.py

with `--weights aisfx-0.1.2-py2.py3-none-any.whl --yamnet ../shared/judge/yamnet.tflite`. The judge is a
program of its own; `--python` names the one that has what it needs (torch, librosa, av, ai-edge-litert).
Beside its figures stands the *floor* of both sounds: 10th less 95th percentile of the level over 32 ms, in
dB. With `--ceiling` the generated sounds are first written: the true ones by way of log mel, autoencoder and
vocoder, the best that the preset's diffusion can sound.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from measuring import begun, keep, options, show

from ta_v2a.delivery.order import load_engine
from ta_v2a.evaluation.films.command import list_clips
from ta_v2a.evaluation.metrics.agreement import read_sound
from ta_v2a.evaluation.metrics.records import Better, Score
from ta_v2a.evaluation.metrics.statistics import mean
from ta_v2a.evaluation.stage.benchmark import through_decoder
from ta_v2a.presets.resolve import resolve

FRAME = 512
FIGURES: tuple[tuple[str, str, str, Better], ...] = (
    ("cosine_less_shuffled", "cosine to the true sound, less other films'", "aisfx:100-7500 Hz", "higher"),
    ("top3", "own film among the nearest three", "aisfx:100-7500 Hz", "higher"),
    ("kid", "KID", "aisfx:100-7500 Hz", "lower"),
)
YAMNET: tuple[tuple[str, str, Better], ...] = (
    ("kl", "KL to the true sound", "lower"),
    ("true_top1_in_top5", "true class in top 5", "higher"),
    ("music", "music is heard", "lower"),
    ("speech", "speech is heard", "lower"),
)


def floor_db(wave: np.ndarray) -> float:
    """Level of a sound's quiet moments below its loud ones, -80 at the lowest."""
    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME)
    level = 10 * np.log10(np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-10)
    return float(max(np.percentile(level, 10) - np.percentile(level, 95), -80))


def score(
    row: Any, metric: str, variant: str, better: Better, n: int, of: str = "generated", unit: str = ""
) -> Score:
    value, low, high = row if isinstance(row, list) else (row, None, None)
    return Score.of_row(
        {"value": value, "low": low, "high": high, "n": n}, metric, variant, better, of=of, unit=unit
    )


def write_ceiling(films: str, folder: Path, preset: str) -> None:
    """The true sounds by way of the decoder of a preset, as wavs in a new folder."""
    folder.mkdir(parents=True)
    engine = load_engine(preset)
    rate_hz, column = engine.clock.sample_rate_hz, round(engine.clock.column_s * engine.clock.sample_rate_hz)
    for clip in list_clips(films):
        wave = read_sound(clip, rate_hz)
        if wave is not None and np.abs(wave).max() > 0:
            whole = np.pad(wave, (0, -len(wave) % column))
            heard = through_decoder(engine.parts, whole[None], engine.clock)[0]
            soundfile.write(folder / f"{clip.stem}.wav", heard[: len(wave)], rate_hz)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("films", help="films with their true sound")
    parser.add_argument("generated", help="folder of their generated sounds, wavs named like them")
    parser.add_argument("--judge", required=True, help="sfx_judge.py")
    parser.add_argument("--weights", required=True, help="of the judge")
    parser.add_argument("--yamnet", required=True, help="YAMNet's classifier as tflite")
    parser.add_argument("--python", default=sys.executable, help="that runs the judge (default: this one)")
    parser.add_argument("--preset", default="mini", help="whose sounds they are")
    parser.add_argument("--seed", type=int, default=None, help="of the sounds")
    parser.add_argument("--ceiling", action="store_true", help="write them first, of the true sounds")
    given = parser.parse_args()
    noted = begun(given)
    if given.ceiling:
        write_ceiling(given.films, Path(given.generated), given.preset)
    words = [given.judge, given.films, given.generated, "--weights", given.weights, "--yamnet", given.yamnet]
    heard = subprocess.run([given.python, *words], stdout=subprocess.PIPE, text=True, check=False)
    if heard.returncode:
        raise SystemExit(f"{given.judge} failed, see above")
    told = json.loads(heard.stdout.strip().splitlines()[-1])
    figures = [
        score(told[name], metric, variant, better, told["n"]) for name, metric, variant, better in FIGURES
    ]
    figures += [
        score(told["yamnet"][name], metric, "yamnet", better, told["n"]) for name, metric, better in YAMNET
    ]
    floors: dict[str, list[float]] = {"true sound": [], "generated": []}
    for clip in list_clips(given.films):
        made = Path(given.generated) / f"{clip.stem}.wav"
        waves = {"true sound": read_sound(clip), "generated": read_sound(made) if made.is_file() else None}
        if all(wave is not None for wave in waves.values()):
            for of, wave in waves.items():
                floors[of].append(floor_db(wave))
    for of, values in floors.items():
        row = mean(values).as_dict()
        median = {**row, "value": float(np.median(values)), "low": None, "high": None}
        figures.append(Score.of_row(median, "floor", "median:p10-p95", "higher", of=of, unit="dB"))
    show(
        {one.metric + ("" if one.of == "generated" else f" of {one.of}"): one.value for one in figures},
        ("measure", "value", "low", "high"),
        [(f"{one.metric}, {one.of}", one.value or 0.0, one.low or 0.0, one.high or 0.0) for one in figures],
    )
    keep(noted, given.preset, figures, told["n"], given.seed, resolve(given.preset), {"clips": told["clips"]})


if __name__ == "__main__":
    main()
