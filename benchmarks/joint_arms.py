"""The tables of TAVDiffusion (3: interaction and alignment), UniForm (4 and what it is given) and TempoTokens
(2 and 3) on the stage: arms from one start and with one budget, told apart on scenes that none has seen.

    PYTHONPATH=. python benchmarks/joint_arms.py train --steps 1500 --scenes 32768 --workers 14
    PYTHONPATH=. python benchmarks/joint_arms.py measure -n 300 --result results/joint-arms.json

`train` makes the latents where they are missing and trains arm after arm, as `--arms` names them; one that is
there is left alone. `measure` lets every arm do its tasks. Everything lies below `--folder`.

Scores, all with CVALP, which none of these trainings optimises: the cosine of picture and sound (AVHScore's
part played by E_v and E_a), of words with each, each beside the same with the clips shuffled; F1 of the
onsets that the tower sees in the pictures with those that are heard, at 0.1 s, likewise; the Frechet distance
of E_v and E_a to those of true scenes. "true" is the scenes themselves through the same codes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from measuring import begun, keep, options
from torch import Tensor

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1

MODEL = "--model.init_args."
ARMS: dict[str, tuple[str, list[str]]] = {
    "two-stream": ("two-stream", []),
    "no interaction": ("two-stream", [f"{MODEL}network.init_args.interacts", "false"]),
    "no alignment": ("two-stream", [f"{MODEL}eas_weight", "0"]),
    "neither": (
        "two-stream",
        [f"{MODEL}network.init_args.interacts", "false", f"{MODEL}eas_weight", "0"],
    ),
    "uniform": ("uniform", []),
    "shared t": ("uniform", [f"{MODEL}network.init_args.condition_noise", "shared_t"]),
    "independent t": ("uniform", [f"{MODEL}network.init_args.condition_noise", "independent_t"]),
    "shared mlp": ("uniform", [f"{MODEL}network.init_args.mlps", "shared"]),
    "tempo": ("tempo", []),
    "tempo local": ("tempo", [f"{MODEL}network.init_args.use", "local"]),
    "tempo whole": ("tempo", [f"{MODEL}network.init_args.use", "whole"]),
}
"""Configuration and overrides; the tempo arms steer the video stream of "two-stream"."""
TOLERANCE_S = 0.1
BATCH = 50
SAMPLER_STEPS, TEXT_SCALE = 25, 2.0


def model_folder(folder: Path, arm: str) -> Path:
    return folder / arm.replace(" ", "-") / "model"


def train(arm: str, given: Any) -> None:
    """One arm, unless it is there."""
    from ta_v2a.training.stages import run_stage

    place = model_folder(given.folder, arm)
    if (place / "code" / "config.json").is_file():
        return
    config, overrides = ARMS[arm]
    place.parent.mkdir(parents=True, exist_ok=True)
    kept = {"dirpath": str(place.parent), "save_last": True, "save_top_k": 1, "every_n_epochs": 1}
    keeper = {"class_path": "lightning.pytorch.callbacks.ModelCheckpoint", "init_args": kept}
    noted = {"save_dir": str(place.parent), "name": "log"}
    noted = {"class_path": "lightning.pytorch.loggers.CSVLogger", "init_args": noted}
    overlay = place.parent / "arm.yaml"
    overlay.write_text(json.dumps({"trainer": {"logger": noted, "callbacks": [keeper]}}))
    settings = {
        "--trainer.max_steps": given.steps,
        "--trainer.check_val_every_n_epoch": 1000,
        f"{MODEL}max_steps": given.steps,
        f"{MODEL}lr": given.lr,
        f"{MODEL}export_folder": str(place),
        "--data.init_args.batch_size": given.batch,
        "--data.init_args.scenes": given.scenes,
        "--data.init_args.validation_scenes": given.n,
        "--data.init_args.workers": given.workers,
        "--data.init_args.cache": str(given.folder / "scenes"),
    }
    if config == "tempo":
        settings[f"{MODEL}start"] = str(given.folder / "two-stream" / "last.ckpt")
    words = [str(word) for pair in settings.items() for word in pair]
    report = run_stage("joint", [config, str(overlay)], [*words, *overrides])
    print(json.dumps({"arm": arm, **report}), flush=True)


class Judge:
    """CVALP, the codes and the vocoder, on a device."""

    def __init__(self, folder: Path, data: Any, device: torch.device):
        from cvalp.joint_embedding import CvalpEmbedding
        from ta_v2a.engine.parts import load_parts

        self.parts, self.device = load_parts("mini")[0].to(device), device
        self.cvalp, self.code = self.parts.cvalp, data.code().to(device)
        self.embedding = CvalpEmbedding(self.cvalp, data.spec.duration_s)

    @torch.no_grad()
    def embedded(self, audio: Tensor | None, video: Tensor | None) -> dict[str, Any]:
        """E_a, E_v, and the onsets heard and seen, of latents."""
        from ldm.guides.onset import expected_onsets
        from ta_v2a.evaluation.metrics.onsets import onsets

        found: dict[str, Any] = {}
        if audio is not None:
            mel = self.parts.autoencoder.decode(audio)
            found["E_a"] = self.embedding.of_sound(mel).cpu().numpy()
            waves = self.parts.vocoder(mel).float().cpu().numpy()
            found["heard"] = [onsets(wave)[0] for wave in waves]
        if video is not None:
            features = self.embedding.features(self.code.decode_film(video))
            tokens = features[..., : self.cvalp.text_width].float().mean(1)
            found["E_v"] = torch.nn.functional.normalize(tokens, dim=-1).cpu().numpy()
            seen = expected_onsets(self.cvalp.onsets(features)).cpu().numpy()
            frame_s = self.parts.clock.hop_samples / self.parts.clock.sample_rate_hz
            peaks = (seen > 0.3) & (seen >= np.roll(seen, 1, 1)) & (seen > np.roll(seen, -1, 1))
            found["seen"] = [(np.flatnonzero(row) + 0.5) * frame_s for row in peaks]
        return found


def scored(arm: str, task: str, found: dict[str, Any], true: dict[str, Any], text: np.ndarray) -> list[Score]:
    """All scores of one arm and task. What a task does not make is the truth's."""
    from ta_v2a.evaluation.metrics.distributions import frechet_distance
    from ta_v2a.evaluation.metrics.onsets import match

    both, of = {**true, **found}, f"{arm}, {task}"
    scores = []

    def said(metric: str, values: np.ndarray, pooled: bool = False) -> None:
        estimate = (pooled_f1 if pooled else mean)(values)
        scores.append(Score.of_row(estimate.as_dict(), metric, "CVALP", "higher", of=of))

    n = len(text)
    shuffled = np.roll(np.arange(n), 1)
    pairs = {"picture and sound": ("E_v", "E_a"), "words and sound": ("text", "E_a")}
    pairs["words and picture"] = ("text", "E_v")
    vectors = {"text": text, "E_v": both["E_v"], "E_a": both["E_a"]}
    for name, (x, y) in pairs.items():
        said(f"cosine of {name}", (vectors[x] * vectors[y]).sum(1))
        said(f"cosine of {name}, shuffled", (vectors[x] * vectors[y][shuffled]).sum(1))
    for name, order in (("", np.arange(n)), (", shuffled", shuffled)):
        counts = [match(both["seen"][i], both["heard"][j], TOLERANCE_S).counts for i, j in enumerate(order)]
        said(f"F1 of onsets seen and heard{name}", np.array(counts), pooled=True)
    for name in ("E_v", "E_a"):
        if name in found:
            value = float(frechet_distance(found[name], true[name]))
            row = {"value": value, "low": None, "high": None, "n": n}
            scores.append(Score.of_row(row, f"Frechet distance of {name}", "CVALP", "lower", of=of))
    return scores


@torch.no_grad()
def made(network: Any, mapper: Any, task: str, rows: dict[str, Tensor], seed: int) -> dict[str, Tensor]:
    """The latents that a task asks for."""
    from ldm.audio_mapper import said_or_nothing
    from ldm.conditions import TEXT, Conditions, Track
    from ldm.denoisers.uniform_transformer import given as clean_tracks
    from ldm.denoisers.uniform_transformer import task_track
    from ldm.guidance import branch, plan_branches
    from ldm.guides.known import Replacement
    from ldm.latents import Latents
    from ldm.sampling import sample
    from ldm.scheduling import FlowEuler

    device, batch = rows["audio"].device, len(rows["audio"])
    generator = torch.Generator().manual_seed(seed)
    noise = {
        name: torch.randn(rows[name].shape, generator=generator).to(device) for name in ("audio", "video")
    }
    tracks: dict[str, Track] = {TEXT: Track(rows["text"])}
    always: tuple[str, ...] = ()
    guides: list[Any] = []
    if task.startswith("t2av"):
        start = Latents(**noise)
    else:
        make, has = ("audio", "video") if task.startswith("v2a") else ("video", "audio")
        start = Latents(**{make: noise[make]})
        known = Latents(**{has: rows[has]})
        if mapper is not None:
            steps = rows["video"].shape[2] // network.config.pictures_per_token
            text = said_or_nothing(network.mixer, rows["text"], None)
            tracks = {TEXT: mapper.text_track(mapper(rows["sound"], steps), text)}
        elif "config" in vars(network) and network.config.get("condition_noise") == "shared_t":
            tracks["task"], always = task_track(task[:3], batch, device), ("task",)
            start, guides = Latents(**noise), [Replacement(known)]
        else:
            clean = clean_tracks(known)
            tracks, always = {**tracks, **clean}, tuple(clean)
    scale = 1.0 if "without words" in task else TEXT_SCALE
    if "without words" in task:
        tracks.pop(TEXT)
    weights = {branch(TEXT, *always): scale, branch(*always): 1 - scale}
    plan = plan_branches(weights, batch, Conditions(tracks))
    found = sample(network, FlowEuler(3.0), start, plan, SAMPLER_STEPS, guides=guides)
    return dict(found.items())


def tasks_of(config: str) -> tuple[str, ...]:
    """What an arm's kind of model does."""
    return {
        "two-stream": ("t2av",),
        "uniform": ("t2av", "v2a", "v2a without words", "a2v", "a2v without words"),
        "tempo": ("a2v",),
    }[config]


def measure(given: Any) -> list[Score]:
    """All arms that are there."""
    from ta_v2a.data.joint_scenes import JointScenes
    from ta_v2a.engine.joint import JOINT_KINDS
    from vocoders.component import class_name

    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = JointScenes(
        scenes=64, validation_scenes=given.n, workers=given.workers, cache=str(given.folder / "scenes")
    )
    data.prepare_data()
    data.setup("fit")
    judge = Judge(given.folder, data, device)
    rows = {name: value[: given.n].float().to(device) for name, value in data.rows["validation"].items()}
    rows["text"] = rows["text"][:, 0]
    parts = [
        {name: value[at : at + BATCH] for name, value in rows.items()} for at in range(0, given.n, BATCH)
    ]
    text = rows["text"].cpu().numpy()
    true = _together([judge.embedded(part["audio"], part["video"]) for part in parts])
    scores = scored("true", "scenes", true, true, text)[:-2]
    for arm in given.arms:
        place = model_folder(given.folder, arm)
        if not (place / "denoiser" / "config.json").is_file():
            continue
        networks = {
            name: JOINT_KINDS[class_name(place / name)].from_pretrained(place / name).to(device)
            for name in ("denoiser", "mapper")
            if (place / name).is_dir()
        }
        for task in tasks_of(ARMS[arm][0]):
            found = []
            for number, part in enumerate(parts):
                latents = made(networks["denoiser"], networks.get("mapper"), task, part, number)
                asked = {"v2a": ("audio",), "a2v": ("video",)}.get(task[:3], ("audio", "video"))
                found.append(
                    judge.embedded(*(latents.get(n) if n in asked else None for n in ("audio", "video")))
                )
            scores += scored(arm, task, _together(found), true, text)
            print(arm, task, flush=True)
    return scores


def _together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: np.concatenate([part[name] for part in parts])
        if name.startswith("E_")
        else [row for part in parts for row in part[name]]
        for name in parts[0]
    }


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__)
    parser.add_argument("action", choices=("train", "measure"))
    names = list(ARMS)
    parser.add_argument(
        "--arms", nargs="+", choices=names, default=names, metavar="ARM", help="; ".join(names)
    )
    parser.add_argument("-n", type=int, default=300, help="scenes of the measure")
    parser.add_argument("--steps", type=int, default=1500, help="of every training")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--scenes", type=int, default=16384, help="of every training")
    parser.add_argument("--workers", type=int, default=0, help="processes that render")
    parser.add_argument("--folder", type=Path, default=Path("runs/joint-arms"))
    given = parser.parse_args()
    noted = begun(given)
    if given.action == "train":
        for arm in given.arms:
            train(arm, given)
        return
    scores = measure(given)
    for score in scores:
        print(score)
    details = {"tolerance_s": TOLERANCE_S, "sampler_steps": SAMPLER_STEPS, "text_scale": TEXT_SCALE}
    keep(noted, "joint models by arm", scores, given.n, seed=0, details=details)


if __name__ == "__main__":
    main()
