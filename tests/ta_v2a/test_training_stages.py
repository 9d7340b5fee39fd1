"""Every stage and every packaged configuration trains: two steps at tiny sizes, over the real command's
parser, data and trainer."""

import inspect
import io
import json
import shutil
import tarfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
import yaml
from safetensors.torch import save_file
from tiny_trainings import DEVICES, EXPORTED, TINY_CODE, TRAINED, VALIDATED, WEIGHTS
from tiny_words import tiny_tokenizer

from cvalp.paper.model import PaperCVALP
from ldm.autoencoders.film_code import FilmCode
from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.autoencoders.picture_vae import PictureVae
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.conditions import Conditions
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.latents import Latents
from ldm.training.joint import TwoStreamTraining
from ta_v2a.data import feature_files, features
from ta_v2a.data.clean_films import CleanLatents
from ta_v2a.data.features import StageFeatures
from ta_v2a.data.film_clips import to_strip
from ta_v2a.data.wordings import StageWordings
from ta_v2a.errors import UserError
from ta_v2a.training.stages import STAGES, base_config, run_stage
from vocoders.clock import ClipSpec


def packaged(stage: str, name: str) -> dict[str, Any]:
    """A packaged configuration as it is written."""
    package, own = STAGES[stage]
    parent, _, folder = package.rpartition(".")
    return yaml.safe_load((files(parent) / folder / (own if name == "mini" else f"{name}.yaml")).read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    """Where the trainings are run: recordings, a vocabulary, shards of four films."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "bank" / "wood").mkdir(parents=True)
    rng = np.random.default_rng(0)
    soundfile.write(folder / "bank" / "wood" / "knock.wav", 0.1 * rng.standard_normal(48_000), 48_000)
    (folder / "recordings").mkdir()
    for number in range(40):  # some of them held out
        knock = 0.3 * rng.standard_normal(4000) * np.exp(-np.arange(4000) / 800)
        soundfile.write(folder / "recordings" / f"door knock {number}.wav", knock, 16_000)
    teacher = {"vectors": rng.standard_normal((3, 256)), "kinds": np.eye(3, 204)}
    np.savez(folder / "teacher.npz", texts=np.array(["a djembe", "crisps", "a tabla"]), **teacher)
    tiny_tokenizer(folder / "words")
    PaperCVALP.tiny(str(folder / "words")).save_pretrained(folder / "paper_cvalp")
    SpectrogramVae.tiny(block_out_channels=(8, 8, 8, 8)).save_pretrained(folder / "paper_vae")
    sizes = {"picture_channels": 1, "latent_channels": 8, "block_out_channels": (8, 8, 8, 8)}
    SpectrogramVae.tiny(**sizes).save_pretrained(folder / "small_vae")
    (folder / "joint_latents").mkdir()
    rows = {
        "audio": torch.randn(4, 4, 4, 20),
        "video": torch.randn(4, 4, 4, 4, 4),
        "text": torch.randn(4, 16),
    }
    for split in ("train", "validation"):
        save_file(rows, folder / "joint_latents" / f"{split}-0.safetensors")
    PictureAutoencoder(**TINY_CODE).save_pretrained(folder / "video_autoencoder")
    FilmCode.tiny().save_pretrained(folder / "film_code")
    PictureVae.tiny().save_pretrained(folder / "picture_vae")
    (folder / "shards").mkdir()
    with tarfile.open(folder / "shards" / "shard-000000.tar", "w") as shard:
        for number in range(4):
            mel = io.BytesIO()
            np.save(mel, rng.random((128, 64), np.float32))
            strip = to_strip(rng.integers(0, 256, (4, 32, 32, 3), np.uint8))
            parts = {
                "frames.jpg": strip,
                "json": json.dumps({"caption": "a dog"}).encode(),
                "mel.npy": mel.getvalue(),
            }
            for name, content in parts.items():
                entry = tarfile.TarInfo(f"{number}.{name}")
                entry.size = len(content)
                shard.addfile(entry, io.BytesIO(content))
    index = {"shards": {"shard-000000.tar": 4}, "clips": 4}
    (folder / "shards" / "index.json").write_text(json.dumps(index))
    return folder


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("training", TRAINED, ids="-".join)
def test_two_steps(training, place, monkeypatch):
    monkeypatch.chdir(place)
    monkeypatch.setattr(features, "MINI", ClipSpec(duration_s=1.024))
    monkeypatch.setattr(feature_files, "SHARD", 2)
    stage, *configs = training
    network, trainer, data = TRAINED[training]
    model = packaged(stage, configs[0])["model"]["init_args"]
    role = next(name for name in ("model", "network", "vocoder") if name in model)
    settings = {f"--model.init_args.{role}.init_args.{name}": value for name, value in network.items()}
    settings |= {f"--model.init_args.{name}": value for name, value in trainer.items()}
    settings |= {f"--data.init_args.{name}": value for name, value in data.items()}
    settings |= {"--trainer.accelerator": "cpu", **VALIDATED.get(stage, {}), **DEVICES.get(configs[-1], {})}
    if "total_steps" not in trainer:
        settings["--trainer.max_steps"] = 2
    report = run_stage(
        stage,
        configs,
        [word for name, value in settings.items() for word in (name, json.dumps(value).strip('"'))],
    )
    assert report["steps"] == (
        2 + 1 if training == ("vocoder", "mini") else 2
    )  # there the adversary steps once, too
    named = [name for name in configs if name != "mini"][-2 if configs[-1] in ("ddp", "fsdp") else -1 :]
    run = place / "runs" / ("-".join(named) or stage)
    assert Path(report["checkpoint"]) == run / "last.ckpt" and (run / "last.ckpt").is_file()
    assert (run / "version_0" / "config.yaml").is_file()
    losses = {name: value for name, value in report["metrics"].items() if "train" in name or "loss" in name}
    assert losses and np.isfinite(list(losses.values())).all(), report
    validated = any("validation" in name for name in report["metrics"])
    assert validated == (training not in {("cvalp", "ablation"), ("cvalp", "paper", "published")})
    if training in EXPORTED:
        folder, read = EXPORTED[training]
        assert all(weights.isfinite().all() for weights in read(Path(folder)).parameters())


@pytest.mark.filterwarnings("ignore")
def test_what_a_worker_cannot_read_is_said_in_one_line(place, tmp_path, monkeypatch):
    monkeypatch.chdir(place)
    shutil.copytree("shards", tmp_path / "shards")
    shard = tmp_path / "shards" / "shard-000000.tar"
    shard.write_bytes(shard.read_bytes()[:3000])
    network, trainer, _ = TRAINED[("cvalp", "paper", "published")]
    settings = {f"--model.init_args.model.init_args.{name}": value for name, value in network.items()}
    settings |= {f"--model.init_args.{name}": value for name, value in trainer.items()}
    settings |= {
        "--data.init_args.shards": str(tmp_path / "shards"),
        "--data.init_args.batch_size": 2,
        "--data.init_args.workers": 1,
    }
    options = [word for name, value in settings.items() for word in (name, json.dumps(value).strip('"'))]
    with pytest.raises(UserError) as error:
        run_stage("cvalp", ["paper", "published"], [*options, "--trainer.accelerator", "cpu"])
    assert str(error.value) == f"{shard} is damaged: remove it and run ta-v2a data prepare again"


def test_every_stage_and_every_packaged_configuration_is_tried():
    assert {stage for stage, *_ in TRAINED} == set(STAGES)
    tried = {name for _, *names in TRAINED for name in names} - {"mini"}
    written = set()
    for package, _ in STAGES.values():
        parent, _, folder = package.rpartition(".")
        written |= {path.name.removesuffix(".yaml") for path in (files(parent) / folder).iterdir()}
    assert tried == written - {own.removesuffix(".yaml") for _, own in STAGES.values()}


def test_a_run_is_named_after_its_last_packaged_configuration_or_its_stage(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("{}")
    configurations = {
        "vae": ["mini"],
        "cvalp": ["mini", "mine.yaml"],
        "wavegrad-small": ["wavegrad", "wavegrad-small", "mine.yaml"],
    }
    for run, configs in configurations.items():
        trainer = yaml.safe_load(base_config(run if "mini" in configs else "vocoder", configs))["trainer"]
        assert trainer["logger"]["init_args"]["name"] == run
        assert trainer["callbacks"][0]["init_args"]["dirpath"] == f"runs/{run}"


def test_a_stage_begins_with_what_an_earlier_one_leaves():
    """Checkpoints that the packaged configurations and the data's defaults read are where stages put them."""
    read = [
        packaged(stage, "mini")["model"]["init_args"].get(name)
        for stage in STAGES
        for name in ("start", "checkpoint")
    ]
    read += [
        parameter.default
        for data in (StageFeatures, StageWordings, CleanLatents)
        for parameter in inspect.signature(data).parameters.values()
    ]
    found = {value for value in read if isinstance(value, str) and value.endswith(".ckpt")}
    assert found == {f"runs/{stage}/last.ckpt" for stage in ("cvalp", "text", "video", "vae", "video-vae")}


def test_a_file_of_the_users_has_the_last_word(tmp_path, capsys):
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "seed_everything: 3\ntrainer: {gradient_clip_val: null, logger: false, callbacks: null}\n"
    )
    report = run_stage("vae", ["mini", str(mine)], ["--print_config"])
    assert report == {"stage": "vae", "steps": 0, "checkpoint": None, "metrics": {}}
    resolved = yaml.safe_load(capsys.readouterr().out)
    trainer = resolved["trainer"]
    assert (resolved["seed_everything"], trainer["gradient_clip_val"], trainer["logger"]) == (3, None, False)
    assert trainer["callbacks"] is None and trainer["max_steps"] == 900


@pytest.mark.parametrize(("fast", "precision"), [(torch.bfloat16, "bf16-mixed"), (None, "32-true")])
def test_half_precision_is_for_machines_that_are_fast_in_it(monkeypatch, fast, precision):
    monkeypatch.setattr("ta_v2a.engine.devices.fast_dtype", lambda device: fast)
    assert yaml.safe_load(base_config("vae", ["mini"]))["trainer"]["precision"] == precision


def test_shared_settings_stand_in_one_place():
    """No stage's file says again what the base says, and none names the folder of its run."""
    shared = yaml.safe_load(base_config("vae", ["mini"]))["trainer"]
    for stage, *names in TRAINED:
        for name in names:
            config = packaged(stage, name)
            trainer = config.get("trainer", {})
            assert not {key for key in trainer.keys() & shared.keys() if trainer[key] == shared[key]} - {
                "precision"
            }
            assert (
                not trainer.keys() & {"logger", "callbacks", "default_root_dir"}
                and "seed_everything" not in config
            )


@pytest.mark.parametrize("name", ["mini", "two-stream-patches"])
@torch.no_grad()
def test_two_streams_begin_as_the_shipped_denoisers(name):
    settings = packaged("joint", name)["model"]["init_args"]
    network = TwoStreams(**settings.pop("network")["init_args"])
    shipped = {
        "audio": AudioTransformer.from_pretrained(WEIGHTS / "denoiser"),
        "video": VideoTransformer.from_pretrained(WEIGHTS / "video_head"),
    }
    roles = {part: Path(settings[part]).name for part in shipped if part in settings}
    TwoStreamTraining(network, **{part: str(WEIGHTS / role) for part, role in roles.items()})
    data = packaged("joint", name)["data"]["init_args"]
    assert not network.words_read or network.words_read == data["words"]
    text = torch.randn(2, 1 + network.words_read, 256)
    given = {"audio": torch.randn(2, 48, 8)}
    if "video" in roles:
        given["video"] = torch.randn(2, *network.video.film_shape)
        told = {"audio": Conditions.of(text=text[:, 0]), "video": Conditions.of(text=text)}
    else:
        text = text[:, 0]
        told = {"audio": Conditions.of(text=text)}
    time = torch.tensor([0.3, 0.9])
    together = network.eval()(Latents(**given), time, Conditions.of(text=text))
    assert roles
    for part, conditions in told.items():
        alone = shipped[part](Latents(**{part: given[part]}), time, conditions)
        torch.testing.assert_close(getattr(together, part), getattr(alone, part), rtol=1e-4, atol=1e-4)
