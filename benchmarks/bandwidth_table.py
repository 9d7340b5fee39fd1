"""The bandwidth extension against plain resampling: what lies above 8 kHz, and that nothing below is damaged.

Sounds are full-band scenes of the stage's test split and full-band recordings that no training saw (held-out files of a sound bank, and
files of kinds that the stage does not know). Each goes to 16 kHz and back, as a delivered file comes from a generated sound, then through
the extension; --griffin-lim sends it through mel and vocoder in between. Distances to the true sound, in dB, with 95 % bootstrap intervals
over sounds; 0 is perfect: `above` and `below` are log-spectral distances (Gray & Markel 1976: root mean square over bins of the difference
of log magnitudes, mean over frames) at 8-20 kHz and 0.1-7.5 kHz, `bands` the mean difference of levels in 22 bands above 7.6 kHz.
`changed` is the log-spectral distance below 7.5 kHz to the resampled sound itself. "flat" is the extension untrained: it continues the
level of 5-7.6 kHz.

    .venv/bin/python benchmarks/bandwidth_table.py --weights runs/bandwidth/bandwidth --sounds ../shared/sounds --threads 1

Prints one JSON object and, on standard error, the table.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
from measuring import begun, keep, number, options, show
from vocoder_table import cell, unheard

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.metrics.statistics import mean, ratio_of_means
from ta_v2a.evaluation.report.results import Begun, machine

SOUND_S = 4.096
FFT_SAMPLES, HOP_SAMPLES = 2048, 512
ABOVE_HZ, BELOW_HZ = (8_000, 20_000), (100, 7_500)
FLOOR = 1e-3  # magnitudes below are silence: the rounding of a 16-bit file lies there
MEASURES = ("above", "below", "bands", "changed")


def sounds(folder: Path | None, scenes: int, recordings: int) -> dict[str, list[np.ndarray]]:
    """Full-band sounds (samples,) at 48 kHz by group."""
    from ta_v2a.data.full_band import is_full_band, read_piece
    from ta_v2a.stage.scene.scene import SPLITS, plan
    from ta_v2a.stage.sound.render import render_sound
    from vocoders.bandwidth_extension import SAMPLE_RATE_HZ

    rendered = (render_sound(plan(seed, SOUND_S), SAMPLE_RATE_HZ) for seed in SPLITS["test"][:scenes])
    groups = {"stage": [wave for wave in rendered if is_full_band(wave, SAMPLE_RATE_HZ)]}
    for name, files in unheard(folder, recordings).items() if folder else ():
        read = (read_piece(path, SOUND_S) for path in files)
        groups[name] = [wave for wave in read if wave is not None]
    return {name: waves for name, waves in groups.items() if waves}


def narrow(wave: np.ndarray, vocoder: Any) -> np.ndarray:
    """The sound by way of 16 kHz, and of mel and vocoder where one is given."""
    import torch

    from ta_v2a.data.full_band import by_way_of_16_khz
    from ta_v2a.media.sound import resampled
    from vocoders.bandwidth_extension import LOW_RATE_HZ, SAMPLE_RATE_HZ
    from vocoders.mel import LogMel

    if vocoder is None:
        return by_way_of_16_khz(wave)
    frames = -(-len(wave) // (3 * vocoder.clock.hop_samples))
    low = np.concatenate(list(resampled(wave, SAMPLE_RATE_HZ, LOW_RATE_HZ, frames * vocoder.clock.hop_samples)))[:, 0]
    made = vocoder(LogMel(vocoder.clock)(torch.from_numpy(low)[None]))[0].numpy()
    return np.concatenate(list(resampled(made, LOW_RATE_HZ, SAMPLE_RATE_HZ, len(wave))))[:, 0]


def log_spectral_distance(made: Any, true: Any, range_hz: tuple[int, int]) -> float:
    """dB between two sounds (samples,) at 48 kHz."""
    import torch

    from vocoders.bandwidth_extension import SAMPLE_RATE_HZ

    window = torch.hann_window(FFT_SAMPLES)
    bins = slice(*(round(hz * FFT_SAMPLES / SAMPLE_RATE_HZ) for hz in range_hz))
    logs = [
        20 * torch.stft(wave, FFT_SAMPLES, HOP_SAMPLES, window=window, return_complex=True)[bins].abs().clamp_min(FLOOR).log10()
        for wave in (made, true)
    ]
    return float((logs[0] - logs[1]).square().mean(0).sqrt().mean())


def distances(made: Any, plain: Any, true: Any, extension: Any) -> dict[str, float]:
    """All measures of one sound (samples,)."""
    from vocoders.bandwidth_extension import HIGH_BANDS, HIGH_BINS, levels

    got, wanted = (levels(extension.spectrum(wave[None]), HIGH_BINS, HIGH_BANDS) for wave in (made, true))
    return {
        "above": log_spectral_distance(made, true, ABOVE_HZ),
        "below": log_spectral_distance(made, true, BELOW_HZ),
        "bands": 100 * float((got - wanted).abs().mean()),
        "changed": log_spectral_distance(made, plain, BELOW_HZ),
    }


def arguments() -> argparse.Namespace:
    """What was typed."""
    parser = options(__doc__)
    parser.add_argument("--weights", type=Path, help="folder of a trained extension")
    parser.add_argument("--sounds", type=Path, help="a sound bank, of which only files that training leaves out are used")
    parser.add_argument("--scenes", type=int, default=100, help="sounds of the stage")
    parser.add_argument("--recordings", type=int, default=100, help="sounds of the bank, before those that are not full-band are left out")
    parser.add_argument("--griffin-lim", action="store_true", help="narrow sounds go through the mel and Griffin-Lim")
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")
    return parser.parse_args()


def main() -> None:
    """Measures and prints."""
    given = arguments()
    noted = begun(given)
    import torch

    from vocoders.bandwidth_extension import BandwidthExtension
    from vocoders.griffin_lim import GriffinLim

    torch.set_num_threads(given.threads)
    rows: dict[str, Any] = {"resampled": None, "flat": BandwidthExtension().eval()}
    if given.weights:
        rows["extended"] = BandwidthExtension.from_pretrained(given.weights)
    vocoder = GriffinLim().eval() if given.griffin_lim else None
    values: dict[str, dict[str, list]] = {name: {measure: [] for measure in (*MEASURES, "seconds")} for name in rows}
    groups: list[str] = []
    for group, waves in sounds(given.sounds, given.scenes, given.recordings).items():
        for wave in waves:
            true, plain = torch.from_numpy(wave), torch.from_numpy(narrow(wave, vocoder))
            groups.append(group)
            for name, extension in rows.items():
                began = time.process_time()
                made = plain if extension is None else extension(plain[None])[0]
                values[name]["seconds"].append(time.process_time() - began)
                for measure, value in distances(made, plain, true, rows["flat"]).items():
                    values[name][measure].append(value)
    report(values, np.array(groups), given, noted)


def report(
    values: dict[str, dict[str, list]], groups: np.ndarray, given: argparse.Namespace, noted: Begun | None
) -> None:
    """Prints the JSON object and the table, and keeps the result."""
    figures: list[Score] = []
    inside = {"all": np.ones(len(groups), bool)} | {name: groups == name for name in dict.fromkeys(groups.tolist())}
    results: dict[str, dict[str, Any]] = {}
    lines = []
    for name, one in values.items():
        seconds = float(np.sum(one["seconds"]))
        speed = None if name == "resampled" else round(SOUND_S * len(groups) / seconds, 1)
        results[name] = {"sound_s_per_processor_s": speed, "sounds": {}}
        for group, mask in inside.items():
            found = {measure: mean(np.array(one[measure])[mask]).as_dict() for measure in MEASURES}
            plain = np.array(values["resampled"]["above"])[mask]
            found["above_over_resampled"] = ratio_of_means(np.array(one["above"])[mask], plain).as_dict()
            results[name]["sounds"][group] = found
            for measure, row in found.items():
                unit = "" if measure == "above_over_resampled" else "dB"
                of, metric = f"{name}: {group}", measure.replace("_", " ")
                figures.append(Score.of_row(row, metric, "log-spectral", "lower", of=of, unit=unit))
            cells = [cell(found[measure], 2) for measure in (*MEASURES, "above_over_resampled")]
            lines.append((name, f"{group} ({int(mask.sum())})", *cells, str(speed) if speed and group == "all" else ""))
    header = ("sound", "sounds", "above dB", "below dB", "bands dB", "changed dB", "above / resampled", "sound s/s")
    kept = {"sound_s": SOUND_S, "griffin_lim": given.griffin_lim, "machine": machine(given.threads), "results": results}
    show(kept, header, lines)
    for name, one in results.items():
        speed = one["sound_s_per_processor_s"]
        figures.append(number("seconds of sound a second", name, speed, "", "higher", variant="processor"))
    details = {"sound_s": SOUND_S, "griffin_lim": given.griffin_lim}
    keep(noted, "bandwidth extension", figures, len(groups), weights=given.weights, details=details)


if __name__ == "__main__":
    main()
