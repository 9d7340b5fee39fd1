"""The tables of TAVDiffusion (3: interaction and alignment), UniForm (4 and what it is given), TempoTokens (2
and 3) and Seeing and Hearing (1), and all four against a cascade, on the stage: arms from one start and with
one budget, told apart on scenes that none has seen.

    PYTHONPATH=. python benchmarks/joint_arms.py train --steps 1500 --scenes 32768 --workers 14
    PYTHONPATH=. python benchmarks/joint_arms.py measure -n 300 --result results/joint-arms.json

On a processor, with smaller networks and shorter clips, an arm in 10 to 17 minutes of one core (tempo after
two-stream, and shorter):

    PYTHONPATH=. python benchmarks/joint_arms.py train --width 192 --depth 4 --pictures 32 --steps 700 \\
        --batch 24 --scenes 3072 --precision 32-true --folder runs/joint-small
    PYTHONPATH=. python benchmarks/joint_arms.py measure --pictures 32 -n 300 --sampler-steps 6 \\
        --folder runs/joint-small --result results/joint_arms.json

Two streams that start from the shipped denoisers of sound and picture, in the video head's own code, with and
without interaction, against those denoisers side by side ("as shipped": one step is enough, nothing is
learnt) and in turn (54 minutes of one core for "shipped"):

    PYTHONPATH=. python benchmarks/joint_arms.py train --code shipped --steps 260 --batch 24 --lr 3e-4 \\
        --scenes 1536 --precision 32-true --folder runs/joint-shipped
    PYTHONPATH=. python benchmarks/joint_arms.py measure --code shipped -n 150 --sampler-steps 8 \\
        --text-scale 1.75 --folder runs/joint-shipped --result results/joint_shipped.json

`train` makes the latents where they are missing, once for all arms, and trains arm after arm, as `--arms`
names them; each is noted in `arm.json` beside its networks. One that is noted is left alone; one that was
stopped goes on from its last whole epoch. `measure` lets every arm that is there do its tasks, and keeps the
scores of each task beside the networks and in the result at once: stopped, it goes on where it was.
Everything lies below `--folder`. Scenes are those of the clean setting: in this budget pictures of the wild
one stay noise.

Scores with CVALP, which no training here optimises, but the aligner does: the cosine of picture and sound
(AVHScore's part played by E_v and E_a), of words with each, each beside the same with the clips shuffled; F1
of the onsets that the tower sees in the pictures with those that are heard, at 0.1 s, likewise; the Frechet
distance of E_v and E_a to those of true scenes. Scores without it, which nothing optimises: AV-Align in every
variant, the listener's kind, the onsets heard against the scene's events. "true" is the scenes themselves
through the same codes. Seconds a clip are those of all networks up to the latents.
"""

import json
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from joint_scores import TOLERANCE_S, Judge, scored, together
from joint_tasks import Maker
from measuring import begun, keep, options

from ldm.training.joint import whole_text
from ta_v2a.data.joint_latents import WORDED
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.media.writing.atomic import whole_file

MODEL = "--model.init_args."
ARMS: dict[str, tuple[str, list[str]]] = {
    "two-stream": ("two-stream-patches", []),
    "no interaction": ("two-stream-patches", [f"{MODEL}network.init_args.interacts", "false"]),
    "no alignment": ("two-stream-patches", [f"{MODEL}eas_weight", "0"]),
    "neither": (
        "two-stream-patches",
        [f"{MODEL}network.init_args.interacts", "false", f"{MODEL}eas_weight", "0"],
    ),
    "uniform": ("uniform", []),
    "shared t": ("uniform", [f"{MODEL}network.init_args.condition_noise", "shared_t"]),
    "independent t": ("uniform", [f"{MODEL}network.init_args.condition_noise", "independent_t"]),
    "shared mlp": ("uniform", [f"{MODEL}network.init_args.mlps", "shared"]),
    "tempo": ("tempo", []),
    "tempo local": ("tempo", [f"{MODEL}network.init_args.use", "local"]),
    "tempo whole": ("tempo", [f"{MODEL}network.init_args.use", "whole"]),
    "shipped": ("two-stream", []),
    "shipped apart": ("two-stream", [f"{MODEL}network.init_args.interacts", "false"]),
    "as shipped": ("two-stream", [f"{MODEL}network.init_args.interacts", "false", f"{MODEL}lr", "0"]),
}
"""Configuration and overrides; the tempo arms steer the video stream of "two-stream"."""
TASKS = {
    "two-stream": ("t2av",),
    "two-stream-patches": ("t2av",),
    "uniform": ("t2av", "v2a", "a2v"),
    "tempo": ("a2v",),
}
"""What an arm's kind of model does, see `joint_tasks`."""
MORE_TASKS = {
    "uniform": ("v2a without words", "a2v without words"),
    "two-stream": ("v2a replaced", "v2a gradient", "a2v replaced"),
    "neither": ("v2a by words", "v2a aligned", "a2v by words", "a2v aligned", "t2av aligned"),
}
"""What one arm does beside them."""
CASCADE = ("neither", "uniform")
"""The models of pictures from words, and of sound from pictures."""
CODES: dict[str, dict[str, Any]] = {
    "patches": {},
    "shipped": {"picture_code": "ta_v2a/weights/mini", "words": 24, "picture_px": 128},
}
"""Options of the scenes: pictures as a linear code or as the video head's, whose text is told with words."""
PICTURE_S = 0.064
BATCH = 50


def model_folder(folder: Path, arm: str) -> Path:
    return folder / arm.replace(" ", "-") / "model"


def arms_of(code: str) -> list[str]:
    """Those that learn pictures in a code."""
    return [arm for arm, (config, _) in ARMS.items() if (config == "two-stream") == (code == "shipped")]


def note(file: Path, content: dict[str, Any]) -> None:
    """Writes it whole or not at all."""
    with whole_file(file) as part:
        Path(part).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def sized(config: str, given: Any) -> dict[str, Any]:
    """Overrides for networks of another width and depth: heads of 64 channels, no shipped weights to start
    from. A "uniform" of both in one is as deep as its configuration is to the streams': a third more."""
    if given.width is None or config == "two-stream":
        return {}
    size = {"width": given.width, "depth": given.depth, "heads": given.width // 64}
    if config == "uniform":
        size["depth"] = given.depth * 4 // 3
        return {f"{MODEL}network.init_args.{name}": value for name, value in size.items()}
    video = {"latent_channels": 24, "height": 6, "width_px": 6, **size}
    if config == "tempo":
        return {f"{MODEL}denoiser.init_args.{name}": value for name, value in size.items()}
    return {
        f"{MODEL}network.init_args.audio": json.dumps({"class_name": "AudioTransformer", **size}),
        f"{MODEL}network.init_args.video": json.dumps({"class_name": "FrameTransformer", **video}),
        f"{MODEL}network.init_args.heads": size["heads"],
        f"{MODEL}audio": "null",
    }


def train(arm: str, given: Any) -> None:
    """One arm, unless it is noted."""
    from ta_v2a.training.stages import run_stage

    place = model_folder(given.folder, arm)
    done, last = place.parent / "arm.json", place.parent / "last.ckpt"
    if done.is_file():
        return
    config, overrides = ARMS[arm]
    place.parent.mkdir(parents=True, exist_ok=True)
    kept = {"dirpath": str(place.parent), "save_last": True, "save_top_k": 1, "every_n_epochs": 1}
    keeper = {
        "class_path": "lightning.pytorch.callbacks.ModelCheckpoint",
        "init_args": {**kept, "enable_version_counter": False},
    }
    noted = {"save_dir": str(place.parent), "name": "log"}
    noted = {"class_path": "lightning.pytorch.loggers.CSVLogger", "init_args": noted}
    overlay = place.parent / "arm.yaml"
    overlay.write_text(json.dumps({"trainer": {"logger": noted, "callbacks": [keeper]}}))
    settings = {
        "--trainer.max_steps": given.steps,
        "--trainer.check_val_every_n_epoch": 1000,
        "--trainer.precision": given.precision,
        f"{MODEL}max_steps": given.steps,
        f"{MODEL}lr": given.lr,
        f"{MODEL}export_folder": str(place),
        "--data.init_args.batch_size": given.batch,
        **scenes(given),
        **sized(config, given),
    }
    if config == "tempo":
        settings[f"{MODEL}start"] = str(given.folder / "two-stream" / "last.ckpt")
    if last.is_file():
        settings["--ckpt_path"] = str(last)
    words = [str(word) for pair in settings.items() for word in pair]
    began = time.perf_counter()
    report = run_stage("joint", [config, str(overlay)], [*words, *overrides])
    report = {"arm": arm, "seconds": round(time.perf_counter() - began, 1), **report}
    note(done, {**report, "batch": given.batch, "width": given.width, "depth": given.depth})
    print(json.dumps(report), flush=True)


def scenes(given: Any) -> dict[str, Any]:
    """The data's options: the same latents for every arm, made once."""
    return {
        "--data.init_args.scenes": given.scenes,
        "--data.init_args.validation_scenes": given.n,
        "--data.init_args.pictures": given.pictures,
        "--data.init_args.duration_s": given.pictures * PICTURE_S,
        "--data.init_args.workers": given.workers,
        "--data.init_args.setting": given.setting,
        "--data.init_args.cache": str(given.folder / "scenes"),
        **{f"--data.init_args.{name}": value for name, value in CODES[given.code].items()},
    }


class Bench:
    """Scenes that no arm has seen, with what is true of them; all of it is made when it is first needed."""

    def __init__(self, given: Any):
        self.given = given
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    @cached_property
    def data(self) -> Any:
        from ta_v2a.data.joint_scenes import JointScenes

        options_of = {name.rpartition(".")[2]: value for name, value in scenes(self.given).items()}
        data = JointScenes(**{**options_of, "scenes": 64})
        data.prepare_data()
        data.setup("fit")
        return data

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.data, self.device)

    @cached_property
    def rows(self) -> dict[str, torch.Tensor]:
        found = self.data.rows["validation"]
        rows = {name: value[: self.given.n].to(self.device) for name, value in found.items()}
        rows |= {name: value[:, 0] for name, value in rows.items() if name in WORDED}
        return {name: value if name == "has_text" else value.float() for name, value in rows.items()}

    @cached_property
    def parts(self) -> list[dict[str, torch.Tensor]]:
        starts = range(0, self.given.n, BATCH)
        return [{name: value[at : at + BATCH] for name, value in self.rows.items()} for at in starts]

    @cached_property
    def true(self) -> dict[str, Any]:
        return together([self.judge.embedded(part["audio"], part["video"]) for part in self.parts])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the scores need to know of the scenes."""
        from ta_v2a.data.joint_scenes import joint_scene
        from ta_v2a.evaluation.stage.truth import Truth

        seeds = self.data.seeds("validation")[: self.given.n]
        scenes = [joint_scene(seed, self.data.spec.duration_s, self.given.setting) for seed in seeds]
        return {
            "text": whole_text(self.rows["text"]).cpu().numpy(),
            "truth": [Truth.of(scene) for scene in scenes],
            "acts": [getattr(scene, "act", None) for scene in scenes],
            "fps": self.judge.fps,
        }

    def scores(self, arm: str, task: str, networks: dict[str, Any]) -> list[Score]:
        """Of one arm's task; of the scenes themselves without networks."""
        if not networks:
            return scored(arm, task, self.true, self.true, self.facts)
        maker = Maker(self.judge, self.given.sampler_steps, self.given.text_scale)
        asked = {"v2a": ("audio",), "a2v": ("video",)}.get(task[:3], ("audio", "video"))
        found, seconds = [], 0.0
        for number, part in enumerate(self.parts):
            began = time.perf_counter()
            latents = maker.made(networks, task, part, number)
            seconds += time.perf_counter() - began
            both = (latents.get(name) if name in asked else None for name in ("audio", "video"))
            found.append(self.judge.embedded(*both))
        row = {"value": seconds / self.given.n, "low": None, "high": None, "n": self.given.n}
        took = Score.of_row(row, "seconds a clip", "clock", "lower", of=f"{arm}, {task}")
        return [*scored(arm, task, together(found), self.true, self.facts), took]


def places_of(arm: str, folder: Path, code: str) -> dict[str, Path]:
    """The folders of the networks that an arm's tasks need; the scenes themselves need none."""
    if arm == "true":
        return {}
    if (arm, code) == ("cascade", "shipped"):
        return {"denoiser": Path("ta_v2a/weights/mini/video_head")}
    if arm != "cascade":
        return {"": model_folder(folder, arm)}
    pictures, sounds = CASCADE
    return {"": model_folder(folder, pictures), "sounds": model_folder(folder, sounds)}


def networks_of(places: dict[str, Path], device: torch.device) -> dict[str, Any]:
    """The `denoiser` of an arm, and its `mapper` if it has one; of a cascade `sounds`, too."""
    from ldm.denoisers.video_transformer import VideoTransformer
    from ta_v2a.engine.joint import JOINT_KINDS
    from vocoders.component import class_name

    found: dict[str, Any] = {}
    for role, place in places.items():
        if role == "denoiser":
            found[role] = VideoTransformer.from_pretrained(place).to(device)
        for name in ("denoiser", "mapper"):
            if (place / name).is_dir():
                network = JOINT_KINDS[class_name(place / name)].from_pretrained(place / name)
                found[role or name] = network.to(device)
    return found


def tasks_of(given: Any) -> list[tuple[str, str]]:
    """All arms that are there with their tasks."""
    tasks = [("true", "scenes")]
    for arm in given.arms:
        if (model_folder(given.folder, arm).parent / "arm.json").is_file():
            tasks += [(arm, task) for task in (*TASKS[ARMS[arm][0]], *MORE_TASKS.get(arm, ()))]
    if given.code == "shipped":
        tasks.append(("cascade", "t2av in turn, ours"))
    elif set(CASCADE) <= {arm for arm, _ in tasks}:
        tasks += [("cascade", "t2av in turn"), ("cascade", "t2av in turn, ours")]
    return tasks


def measure(given: Any, written: Callable[[list[Score]], None]) -> None:
    """All arms that are there, task after task; `written` gets all scores so far after each."""
    from ta_v2a.system.provenance import folder_sha256

    bench, scores = Bench(given), []
    for arm, task in tasks_of(given):
        places = places_of(arm, given.folder, given.code)
        how = {
            "weights_sha256": [folder_sha256(place) for place in places.values()],
            "n": given.n,
            "pictures": given.pictures,
            "sampler_steps": given.sampler_steps,
            "text_scale": given.text_scale,
            "setting": given.setting,
            "code": given.code,
        }
        file = given.folder / arm.replace(" ", "-") / f"{task.replace(' ', '-')}.json"
        kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if kept.get("how") != how:
            found = bench.scores(arm, task, networks_of(places, bench.device))
            kept = {"how": how, "scores": [score.as_dict() for score in found]}
            file.parent.mkdir(parents=True, exist_ok=True)
            note(file, kept)
            print(arm, task, flush=True)
        scores += [Score.from_dict(score) for score in kept["scores"]]
        written(scores)


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__)
    parser.add_argument("action", choices=("train", "measure"))
    names = list(ARMS)
    parser.add_argument(
        "--arms", nargs="+", choices=names, metavar="ARM", help="; ".join(names) + "; none: all of the code"
    )
    parser.add_argument("--code", choices=list(CODES), default="patches", help="of the pictures")
    parser.add_argument("-n", type=int, default=300, help="scenes of the measure")
    parser.add_argument("--steps", type=int, default=1500, help="of every training")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--scenes", type=int, default=16384, help="of every training")
    parser.add_argument("--setting", choices=("wild", "clean"), default="clean", help="of the stage")
    parser.add_argument("--pictures", type=int, default=64, help="of a clip, 15.6 a second; multiples of 4")
    parser.add_argument("--width", type=int, help="of the networks, a multiple of 64; none: as configured")
    parser.add_argument("--depth", type=int, default=6, help="of the streams, with --width")
    parser.add_argument("--precision", default="bf16-mixed", help="of the training, in Lightning's words")
    parser.add_argument("--sampler-steps", type=int, default=25)
    parser.add_argument("--text-scale", type=float, default=2.0)
    parser.add_argument("--workers", type=int, default=0, help="processes that render")
    parser.add_argument("--folder", type=Path, default=Path("runs/joint-arms"))
    given = parser.parse_args()
    given.arms = given.arms or arms_of(given.code)
    noted = begun(given)
    if given.action == "train":
        for arm in given.arms:
            train(arm, given)
        return
    noted_too = ("sampler_steps", "text_scale", "pictures", "width", "depth", "setting", "code")
    details = {"tolerance_s": TOLERANCE_S, **{name: getattr(given, name) for name in noted_too}}

    def written(scores: list[Score]) -> None:
        keep(noted, "joint models by arm", scores, given.n, seed=0, details=details)

    measure(given, written)


if __name__ == "__main__":
    main()
