"""Vocoders side by side: the sound that comes back from its own log-mel, against the sound itself.

Half of the sounds are scenes of the stage's test split, half are recordings that no training saw: held-out files of a sound bank, and files
of kinds that the stage does not know ("unseen kinds"). Every figure has its 95 % bootstrap interval over sounds; 0 is perfect but for F1:
`stft` multi-resolution STFT distance, `mel` difference of the log-mel in dB, `level` difference of the level in dB, `onset` median distance
of matched onsets in ms, `F1` of onsets within 50 ms; then seconds of sound a second, parameters, and peak memory of a process of its own.

    .venv/bin/python benchmarks/vocoder_table.py --sounds ../shared/sounds --scenes 100 --recordings 100 --threads 2 \\
        --schedules WG-6 WG-50 --wavegrad-weights runs/wavegrad/vocoder --istft-weights runs/vocoder/vocoder

What has no weights given is measured untrained, and named so. Every vocoder runs in a process of its own. Prints one JSON object and, on
standard error, the table. (The name is not that of the package beside it, which Python would then not find.)
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from measuring import begun, keep, mebibytes, number, options, show

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1, pooled_median, ratio_of_means
from ta_v2a.evaluation.report.results import machine

SOUND_S = 4.096
DB_OF_LOG_MEL = 100.0  # the log-mel's scale: 0.2 a factor of ten in amplitude, which is 20 dB
BATCH = 1  # the network is faster on one sound at a time, on a CPU
SILENCE = 1e-5
ONSET_TOLERANCE_S = 0.05
SEARCHED = "searched"
KINDS = ("griffin-lim", "istft", "wavegrad", "gla-grad", "gla-grad++", "hifi-gan")
SMALL = {
    "wavegrad": {"up_widths": (32, 32, 16, 16, 16), "mel_width": 32, "wave_widths": (16, 16, 16, 32, 32)},
    "hifi-gan": {"upsample_initial_channel": 64},
}


def render(folder: Path, sounds: Path | None, scenes: int, recordings: int, split: str) -> None:
    """Writes waves.npy (n, samples) and groups.json, the group of every sound."""
    from ta_v2a.stage.scene.scene import SPLITS, plan
    from ta_v2a.stage.sound.render import render_sound
    from vocoders.clock import MINI

    spec = MINI.lasting(SOUND_S)
    waves = [render_sound(plan(seed, spec.duration_s), spec.sample_rate_hz) for seed in SPLITS[split][:scenes]]
    groups = ["stage"] * len(waves)
    for name, files in unheard(sounds, recordings).items() if sounds else ():
        heard = [wave for wave in (beginning(path, spec) for path in files) if np.abs(wave).max() > SILENCE]
        waves += heard
        groups += [name] * len(heard)
    np.save(folder / "waves.npy", np.stack(waves).astype(np.float32))
    (folder / "groups.json").write_text(json.dumps(groups))


def unheard(folder: Path, count: int) -> dict[str, list[Path]]:
    """At most `count` recordings that no training on this bank sees, evenly spread, half of them held-out files where there are as many.

    Raises:
        SystemExit: if there is no sound in the folder.
    """
    from ta_v2a.stage.sound.bank import RECORDING_SUFFIXES, SoundBank, kind_of

    held = sorted(path for files in SoundBank(folder, "test").files.values() for path in files)
    every = sorted(path for path in folder.rglob("*") if path.suffix.lower() in RECORDING_SUFFIXES and path.is_file())
    unseen = [path for path in every if kind_of(path.relative_to(folder), folder.name) is None]
    if not held and not unseen:
        raise SystemExit(f"no sounds in {folder} that training leaves out")
    chosen = spread(held, count // 2 if unseen else count)
    return {"held-out": chosen, "unseen kinds": spread(unseen, count - len(chosen))}


def spread(files: list[Path], count: int) -> list[Path]:
    """At most `count` of them, at even distances."""
    return [files[index] for index in np.unique(np.linspace(0, len(files) - 1, min(count, len(files))).astype(int))]


def beginning(path: Path, spec: Any) -> np.ndarray:
    """(samples,) mono at the clock's rate, silent after the end of a shorter file."""
    import soundfile

    from ta_v2a.media.sound import resampled

    with soundfile.SoundFile(path) as file:
        rate = file.samplerate
        wave = file.read(math.ceil(spec.duration_s * rate), dtype="float32", always_2d=True).mean(axis=1)
    return np.concatenate(list(resampled(wave, rate, spec.sample_rate_hz, spec.samples)))[:, 0]


def vocoder_of(kind: str, weights: str | None, small: bool, options: dict[str, Any], schedule: Any) -> Any:
    """The vocoder, ready to be called; random weights of seed 0 where none are given."""
    import torch

    from vocoders.griffin_lim import GriffinLim
    from vocoders.hifi_gan import HifiGan
    from vocoders.istft_net import IstftNet
    from vocoders.noise_schedule import SCHEDULES
    from vocoders.wavegrad import WaveGrad

    classes = dict(zip(KINDS, (GriffinLim, IstftNet, WaveGrad, WaveGrad, WaveGrad, HifiGan), strict=True))
    if classes[kind] is WaveGrad:
        options = {"guide": {"wavegrad": "none"}.get(kind, kind.replace("++", "-plus-plus").replace("-", "_")), **options}
    torch.manual_seed(0)
    if weights is None:
        family = "wavegrad" if schedule is not None else kind
        vocoder = classes[kind](**options, **(SMALL.get(family, {}) if small else {}))
    elif kind == "hifi-gan" and "_class_name" not in json.loads((Path(weights) / "config.json").read_text()):
        vocoder = HifiGan.from_speecht5(weights)  # a folder of transformers' own class
    else:
        vocoder = classes[kind].from_pretrained(weights, **options)
    if schedule is not None:
        vocoder.set_schedule(SCHEDULES[schedule] if isinstance(schedule, str) else schedule)
    return vocoder.eval()


def front_end(vocoder: Any) -> Any:
    """The log-mel that this vocoder inverts."""
    from vocoders.hifi_gan import AUDIOLDM_BANDS, AUDIOLDM_HOP_SAMPLES, AudioLdmMel
    from vocoders.mel import LogMel

    clock = vocoder.clock
    audioldm = (clock.mel_bins, clock.hop_samples) == (AUDIOLDM_BANDS, AUDIOLDM_HOP_SAMPLES)
    return AudioLdmMel(clock.sample_rate_hz) if audioldm else LogMel(clock)


def measure(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Speed and memory first, then every distance of every sound."""
    import resource

    import torch

    vocoder = vocoder_of(**job["vocoder"]).to(job["device"])
    front = front_end(vocoder).to(job["device"])
    waves = np.load(folder / "waves.npy", mmap_mode="r")
    with torch.no_grad():
        one = front(torch.tensor(waves[:1], device=job["device"]))
        taken = seconds_of_a_call(vocoder, torch.cat([one, one], dim=-1), job["repeats"])
        peak = mebibytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        if job["device"] != "cpu":
            peak = torch.cuda.max_memory_allocated() / 2**20
        made = [vocoder(front(torch.tensor(waves[at : at + BATCH], device=job["device"]))).cpu() for at in range(0, len(waves), BATCH)]
        sound = torch.cat(made)
        return {
            "sound_s_per_s": round(2 * SOUND_S / taken, 2),
            "parameters": sum(weights.numel() for weights in vocoder.parameters()),
            "peak_mib": round(peak),
            "values": distances(torch.nn.functional.pad(sound, (0, waves.shape[1] - sound.shape[1])), torch.tensor(np.asarray(waves))),
        }


def seconds_of_a_call(vocoder: Any, mel: Any, repeats: int) -> float:
    """Median wall-clock seconds of a call, after one that does not count."""
    taken = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        vocoder(mel).cpu()  # waits for the device
        taken.append(time.perf_counter() - began)
    return median(taken[1:])


def distances(made: Any, waves: Any) -> dict[str, list]:
    """One value a sound and measure; of onsets the errors in ms and the counts (hits, found, true)."""
    import torch

    from ta_v2a.evaluation.metrics.onsets import match, onsets
    from vocoders.mel import LogMel
    from vocoders.training.losses import MultiResolutionStft, mel_loss

    log_mel, stft = LogMel(), MultiResolutionStft()
    levels = [wave.square().mean(dim=1).sqrt().clamp_min(SILENCE) for wave in (made, waves)]
    matches = [match(onsets(a.numpy())[0], onsets(b.numpy())[0], ONSET_TOLERANCE_S) for a, b in zip(made, waves, strict=True)]
    return {
        "stft": torch.cat([stft(a, b) for a, b in zip(made.split(BATCH), waves.split(BATCH), strict=True)]).tolist(),
        "mel": (DB_OF_LOG_MEL * torch.cat([mel_loss(a, b, log_mel) for a, b in zip(made.split(8), waves.split(8), strict=True)])).tolist(),
        "level": (20 * torch.log10(levels[0] / levels[1])).abs().tolist(),
        "onset": [(1000 * np.abs(each.errors_s)).tolist() for each in matches],
        "counts": [each.counts.tolist() for each in matches],
    }


def search(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A schedule of six steps for the given WaveGrad weights, searched on the sounds of the folder."""
    import torch

    from vocoders.mel import LogMel
    from vocoders.training.schedule_search import search_schedule

    vocoder = vocoder_of(**job["vocoder"])
    waves = torch.tensor(np.load(folder / "waves.npy"))
    betas, error = search_schedule(vocoder, waves, LogMel(vocoder.clock), steps=6)
    return {"betas": betas, "mel_db": round(DB_OF_LOG_MEL * error, 3), "sounds": len(waves)}


def child(job: dict[str, Any]) -> None:
    """Does one job and prints its result as JSON."""
    folder = Path(job["folder"])
    if job["task"] == "render":
        render(folder, Path(job["sounds"]) if job["sounds"] else None, job["scenes"], job["recordings"], job["split"])
        print("{}")
        return
    if job["threads"]:
        import torch

        torch.set_num_threads(job["threads"])
    print(json.dumps(measure(job, folder) if job["task"] == "measure" else search(job, folder)))


def in_a_child(**job: Any) -> dict[str, Any]:
    """The result of `child` in a fresh process; this one never imports torch, so that its memory does not count there."""
    done = subprocess.run([sys.executable, __file__, "--child", json.dumps(job, default=str)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(done.returncode)
    return json.loads(done.stdout)


def rows_wanted(given: argparse.Namespace, schedules: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name of every row and the arguments of its `vocoder_of`."""
    weights = {"istft": given.istft_weights, "hifi-gan": given.hifi_gan_weights}
    rows: dict[str, dict[str, Any]] = {}

    def add(name: str, kind: str, folder: Path | None, schedule: Any = None, **options: Any) -> None:
        untrained = folder is None and kind != "griffin-lim"
        size = ", small" if given.small and kind in ("wavegrad", "gla-grad", "gla-grad++", "hifi-gan") else ""
        rows[f"{name} (untrained{size})" if untrained else name] = {
            "kind": kind,
            "weights": folder and str(folder),
            "small": given.small,
            "options": options,
            "schedule": schedule,
        }

    for kind in given.vocoders:
        if kind == "griffin-lim":
            for count in given.iterations:
                add(f"Griffin-Lim {count}", kind, None, iterations=count)
        elif kind in weights:
            add({"istft": "iSTFT network", "hifi-gan": "HiFi-GAN"}[kind], kind, weights[kind])
        else:
            for schedule, betas in schedules.items():
                for count in given.gla_iterations if kind != "wavegrad" else [None]:
                    options = {} if count is None else {"gla_iterations": count}
                    words = {"wavegrad": "WaveGrad", "gla-grad": "GLA-Grad", "gla-grad++": "GLA-Grad++"}[kind]
                    add(" ".join(filter(None, [words, schedule, count and f"gla {count}"])), kind, given.wavegrad_weights, betas, **options)
    return rows


def summary(values: dict[str, list], inside: np.ndarray) -> dict[str, dict[str, Any]]:
    """Every measure over one group of sounds."""
    kept = np.flatnonzero(inside)
    report = {name: mean(np.array(values[name])[kept]).as_dict() for name in ("stft", "mel", "level")}
    report["onset"] = pooled_median([np.array(values["onset"][index]) for index in kept]).as_dict()
    return report | {"F1": pooled_f1(np.array(values["counts"])[kept]).as_dict()}


def against(values: dict[str, list], plain: dict[str, list], inside: np.ndarray) -> dict[str, dict[str, Any]]:
    """Mean distance over that of plain WaveGrad with the same schedule, sound by sound: below 1 is better."""
    return {name: ratio_of_means(np.array(values[name])[inside], np.array(plain[name])[inside]).as_dict() for name in ("stft", "mel")}


def cell(estimate: dict[str, Any], digits: int) -> str:
    """Value and interval for the table."""
    if estimate["value"] is None:
        return "-"
    return "{value:.{d}f} ({low:.{d}f} to {high:.{d}f})".format(d=digits, **estimate)


def arguments() -> argparse.Namespace:
    """What was typed."""
    parser = options(__doc__)
    parser.add_argument("--vocoders", nargs="+", choices=KINDS, default=list(KINDS), help="default: all")
    parser.add_argument("--iterations", type=int, nargs="+", default=[0, 8, 16, 32, 64], help="of Griffin-Lim")
    parser.add_argument("--schedules", nargs="+", choices=("WG-6", "WG-50"), default=["WG-6"], help="of the diffusion family")
    parser.add_argument("--gla-iterations", type=int, nargs="+", default=[1, 3, 8, 32], help="inside GLA-Grad, and before GLA-Grad++")
    parser.add_argument("--search", type=int, default=0, help="also search a six-step schedule, on so many validation scenes")
    parser.add_argument("--istft-weights", type=Path, help="folder of a trained iSTFT-head network")
    parser.add_argument("--wavegrad-weights", type=Path, help="folder of any trained vocoder of the diffusion family")
    parser.add_argument("--hifi-gan-weights", type=Path, help="folder of a HiFi-GAN, ours or a SpeechT5HifiGan (AudioLDM's)")
    parser.add_argument("--small", action="store_true", help="small untrained networks: to see that it works")
    parser.add_argument("--sounds", type=Path, help="a sound bank, of which only files that training leaves out are used")
    parser.add_argument("--scenes", type=int, default=100, help="sounds of the stage")
    parser.add_argument("--recordings", type=int, default=100, help="sounds of the bank")
    parser.add_argument("--repeats", type=int, default=5, help="timed calls of each vocoder, of a sound of 8.192 s")
    parser.add_argument("--threads", type=int, default=0, help="threads of torch; default: its own choice")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measures and prints."""
    given = arguments()
    if given.child:
        child(json.loads(given.child))
        return
    noted = begun(given)
    with tempfile.TemporaryDirectory() as made:
        folder, common = Path(made), {"threads": given.threads, "device": given.device, "repeats": given.repeats}
        sounds = {"sounds": given.sounds, "scenes": given.scenes, "recordings": given.recordings}
        in_a_child(task="render", folder=folder, split="test", **sounds)
        groups = np.array(json.loads((folder / "groups.json").read_text()))
        schedules, found = schedules_wanted(given, common)
        rows = rows_wanted(given, schedules)
        measured = {name: in_a_child(task="measure", folder=folder, vocoder=row, **common) for name, row in rows.items()}
    inside = {"all": np.ones(len(groups), bool)} | {name: groups == name for name in dict.fromkeys(groups.tolist())}
    results: dict[str, dict[str, Any]] = {}
    for name, one in measured.items():
        values, row = one.pop("values"), rows[name]
        one["sounds"] = {group: summary(values, mask) for group, mask in inside.items()}
        one["values"] = values
        twin = next((other for other, like in rows.items() if like["kind"] == "wavegrad" and like["schedule"] == row["schedule"]), None)
        if row["kind"].startswith("gla-grad") and twin in results:
            plain = results[twin]["values"]
            one["over_wavegrad"] = {group: against(values, plain, mask) for group, mask in inside.items()}
        results[name] = one | {"trained": bool(row["weights"]) or row["kind"] == "griffin-lim"}
    for one in results.values():
        del one["values"]
    counts = {group: int(mask.sum()) for group, mask in inside.items()}
    report = {"sound_s": SOUND_S, "sounds": counts, "machine": machine(given.threads or None), "search": found, "vocoders": results}
    show(report, *table(results))
    kept = {"sound_s": SOUND_S, "sounds": counts, "search": found, "repeats": given.repeats}
    figures = [one for name, row in results.items() for one in vocoder_figures(name, row)]
    keep(noted, "vocoders", figures, len(groups), details=kept)


MEASURES = {
    # name in the result: metric, variant, unit, which way is up
    "stft": ("STFT distance", "multi-resolution", "", "lower"),
    "mel": ("log-mel distance", "L1", "dB", "lower"),
    "level": ("level difference", "RMS", "dB", "lower"),
    "onset": ("onset error", "median of matches within 50 ms", "ms", "lower"),
    "F1": ("onset F1", "50ms", "", "higher"),
}


def vocoder_figures(name: str, row: dict[str, Any]) -> list[Score]:
    """Every measure over every group of sounds, distances over plain WaveGrad's, speed, size, memory."""
    found = []
    for group, measures in row["sounds"].items():
        for measure, (metric, variant, unit, better) in MEASURES.items():
            of, row_of = f"{name}: {group}", measures[measure]
            found.append(Score.of_row(row_of, metric, variant, better, of=of, unit=unit))
    for group, measures in row.get("over_wavegrad", {}).items():
        for measure, each in measures.items():
            metric = f"{MEASURES[measure][0]} over plain WaveGrad's"
            found.append(Score.of_row(each, metric, "same schedule:paired", "lower", of=f"{name}: {group}"))
    return found + [
        number("seconds of sound a second", name, row["sound_s_per_s"], "", "higher", variant="wall:median"),
        number("parameters", name, row["parameters"], variant="count"),
        number("peak memory", name, row["peak_mib"], "MiB", variant="highest"),
    ]


def schedules_wanted(given: argparse.Namespace, common: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Schedules by name (as a name or as betas), and what the search for one found."""
    schedules: dict[str, Any] = {name: name for name in given.schedules}
    if not given.search:
        return schedules, None
    with tempfile.TemporaryDirectory() as made:
        in_a_child(task="render", folder=made, split="validation", sounds=None, scenes=given.search, recordings=0)
        vocoder = {"kind": "wavegrad", "weights": given.wavegrad_weights, "small": given.small, "options": {}, "schedule": "WG-6"}
        found = in_a_child(task="search", folder=made, vocoder=vocoder, **common)
    return schedules | {SEARCHED: found["betas"]}, found


def table(results: dict[str, dict[str, Any]]) -> tuple[tuple[str, ...], list[tuple[str | float, ...]]]:
    """Header and rows: one for every vocoder and group of sounds."""
    digits = {"stft": 3, "mel": 2, "level": 2, "onset": 1, "F1": 3}
    header = ("vocoder", "sounds", "stft", "mel dB", "level dB", "onset ms", "F1", "sound s/s", "parameters", "peak MiB")
    rows = []
    for name, one in results.items():
        for group, measures in one["sounds"].items():
            cells = [cell(measures[measure], places) for measure, places in digits.items()]
            speed = (str(one["sound_s_per_s"]), str(one["parameters"]), str(one["peak_mib"])) if group == "all" else ("", "", "")
            rows.append((name, f"{group} ({measures['stft']['n']})", *cells, *speed))
    return header, rows


if __name__ == "__main__":
    main()
