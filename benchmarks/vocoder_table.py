"""Vocoders side by side: the sound that comes back from its own log-mel, against the sound itself.

Fast Griffin-Lim at several numbers of iterations and, where their folders are given, trained iSTFT-head networks; on sounds of the stage
and, where a folder is given, on recordings. Every distance is a mean over sounds with its 95 % bootstrap interval, 0 is perfect:
`stft` multi-resolution STFT distance, `mel` difference of the log-mel in dB, `level` difference of the level in dB.

    .venv/bin/python benchmarks/vocoder_table.py --iterations 0 8 16 32 64 --sounds ../shared/sounds --network runs/vocoder/vocoder

Prints one JSON object and, on standard error, the table. (The name is not that of the package beside it, which Python would then not find.)
"""

import argparse
import math
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from measuring import machine, show

from ta_v2a.evaluation.statistics import mean
from ta_v2a.media.sound import resampled
from ta_v2a.stage import sound
from ta_v2a.stage.bank import SUFFIXES
from ta_v2a.stage.scene import SPLITS, plan
from vocoders.clock import MINI
from vocoders.griffin_lim import GriffinLim
from vocoders.istft_net import IstftNet
from vocoders.losses import MultiResolutionStft, mel_loss
from vocoders.mel import LogMel

SPEC = MINI.lasting(MINI.duration_s / 2)
DB_OF_LOG_MEL = 100.0  # the log-mel's scale: 0.2 a factor of ten in amplitude, which is 20 dB
BATCH = 4
SILENCE = 1e-5


def stage_sounds(count: int) -> torch.Tensor:
    """(count, samples): the first scenes of the test split."""
    scenes = (plan(seed, SPEC.duration_s) for seed in SPLITS["test"][:count])
    return torch.from_numpy(np.stack([sound.render(scene, SPEC.sample_rate_hz) for scene in scenes]))


def recordings(folder: Path, count: int) -> torch.Tensor:
    """(at most count, samples): the beginnings of files that lie evenly spread in the sorted folder.

    Raises:
        SystemExit: if there is no sound in it.
    """
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    waves = [_beginning(files[index]) for index in np.unique(np.linspace(0, len(files) - 1, min(count, len(files))).astype(int))]
    heard = [wave for wave in waves if np.abs(wave).max() > SILENCE]
    if not heard:
        raise SystemExit(f"no sounds in {folder}")
    return torch.from_numpy(np.stack(heard))


def _beginning(path: Path) -> np.ndarray:
    """(samples,) mono at the clock's rate, silent after the end of a shorter file."""
    import soundfile

    with soundfile.SoundFile(path) as file:
        rate = file.samplerate
        wave = file.read(math.ceil(SPEC.duration_s * rate), dtype="float32", always_2d=True).mean(axis=1)
    return np.concatenate(list(resampled(wave, rate, SPEC.sample_rate_hz, SPEC.samples)))[:, 0]


def vocoders(iterations: list[int], networks: list[Path]) -> dict[str, torch.nn.Module]:
    """By name."""
    known: dict[str, torch.nn.Module] = {f"Griffin-Lim {count}": GriffinLim(iterations=count) for count in iterations}
    return known | {str(folder): IstftNet.from_pretrained(folder).eval() for folder in networks}


@torch.no_grad()
def distances(vocoder: torch.nn.Module, waves: torch.Tensor, log_mel: LogMel, stft: MultiResolutionStft) -> dict[str, dict[str, Any]]:
    """Every distance as an estimate with its interval."""
    made = torch.cat([vocoder(log_mel(batch)) for batch in waves.split(BATCH)])
    levels = [wave.square().mean(dim=1).sqrt().clamp_min(SILENCE) for wave in (made, waves)]
    values = {
        "stft": stft(made, waves),
        "mel": DB_OF_LOG_MEL * mel_loss(made, waves, log_mel),
        "level": (20 * torch.log10(levels[0] / levels[1])).abs(),
    }
    return {name: mean(value.numpy()).as_dict() for name, value in values.items()}


def seconds_for_a_clip(vocoder: torch.nn.Module, mel: torch.Tensor, repeats: int) -> float:
    """Median wall-clock seconds of one sound of 8.192 s, after one run that does not count."""
    whole = torch.cat([mel, mel], dim=-1)
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        vocoder(whole)
        taken.append(time.perf_counter() - began)
    return round(median(taken[1:]), 4)


def cell(estimate: dict[str, Any], digits: int) -> str:
    """Value and interval for the table."""
    return "{value:.{d}f} ({low:.{d}f} to {high:.{d}f})".format(d=digits, **estimate)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iterations", type=int, nargs="+", default=[0, 8, 16, 32, 64], help="of Griffin-Lim")
    parser.add_argument("--network", type=Path, nargs="*", default=[], help="folders of trained iSTFT-head networks")
    parser.add_argument("--scenes", type=int, default=48, help="sounds of the stage")
    parser.add_argument("--sounds", type=Path, help="a folder of recordings")
    parser.add_argument("--recordings", type=int, default=48, help="how many of them")
    parser.add_argument("--repeats", type=int, default=5, help="timed runs of each vocoder")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    given = parser.parse_args()
    if given.threads is not None:
        torch.set_num_threads(given.threads)
    groups = {"stage": stage_sounds(given.scenes)}
    if given.sounds is not None:
        groups["recordings"] = recordings(given.sounds, given.recordings)
    log_mel, stft = LogMel(SPEC), MultiResolutionStft()
    results: dict[str, dict[str, Any]] = {}
    for name, vocoder in vocoders(given.iterations, given.network).items():
        results[name] = {group: distances(vocoder, waves, log_mel, stft) for group, waves in groups.items()}
        results[name]["s_per_clip"] = seconds_for_a_clip(vocoder, log_mel(groups["stage"][:1]), given.repeats)
    counts = {group: len(waves) for group, waves in groups.items()}
    report = {"sound_s": SPEC.duration_s, "sounds": counts, "machine": machine(torch.get_num_threads()), "vocoders": results}
    rows = [
        (
            name,
            group,
            *(cell(result[group][measure], digits) for measure, digits in (("stft", 3), ("mel", 2), ("level", 2))),
            result["s_per_clip"],
        )
        for name, result in results.items()
        for group in groups
    ]
    show(report, ("vocoder", "sounds", "stft", "mel dB", "level dB", "s for 8.192 s"), rows)


if __name__ == "__main__":
    main()
