"""Whatever file a command is pointed at: one line, exit code 2, no code run, nothing written."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from damaging import LONG, WEIGHTS, changed, first, weights


class Rogue:
    """What a pickle may not do."""

    def __init__(self, marker: Path):
        self.marker = str(marker)

    def __reduce__(self):
        return open, (self.marker, "w")


INDEX, DENOISER = "model_index.json", "denoiser/config.json"
PRESETS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "index is a list": ("holds no JSON object", lambda f: (f / INDEX).write_text("[1, 2]")),
    "index is no JSON": ("is no JSON", lambda f: (f / INDEX).write_text("{")),
    "index is bytes": ("is no JSON", lambda f: (f / INDEX).write_bytes(b"\xff\xfe\x00\xd8")),
    "index is nested": ("", lambda f: (f / INDEX).write_text("[" * 100_000)),
    "index is huge": ("too large", lambda f: (f / INDEX).write_text(" " * 2_000_000)),
    "a number of 5,000 digits": (
        "is no JSON",
        lambda f: (f / INDEX).write_text('{"lag_s": ' + "9" * 5000 + "}"),
    ),
    "__class__": ("'__class__'", lambda f: changed(f / INDEX, __class__="x")),
    "a method's name": ("'items'", lambda f: changed(f / INDEX, items=5)),
    "another pipeline": (
        "FoleyPipeline",
        lambda f: changed(f / INDEX, _class_name="StableDiffusionPipeline"),
    ),
    "unknown guidance": ("not 'loud'", lambda f: changed(f / INDEX, guidance="loud")),
    "guidance is a list": ("guidance is", lambda f: changed(f / INDEX, guidance=["conditional"])),
    "steps are words": ("not 'x'", lambda f: changed(f / INDEX, num_inference_steps="x")),
    "a scale is NaN": ("beyond what settings hold", lambda f: changed(f / INDEX, text_scale=float("nan"))),
    "a component is missing": ("no class for denoiser", lambda f: changed(f / INDEX, denoiser=None)),
    "a component is a number": ("no class for denoiser", lambda f: changed(f / INDEX, denoiser=[1, 2])),
    "a component of elsewhere": (
        "cannot be the denoiser",
        lambda f: changed(f / INDEX, denoiser=["subprocess", "Popen"]),
    ),
    "a component of another role": (
        "cannot be the denoiser",
        lambda f: changed(f / INDEX, denoiser=["cvalp.mini.model", "CVALP"]),
    ),
    "no scheduler of diffusers": (
        "cannot be the scheduler",
        lambda f: changed(f / INDEX, scheduler=["diffusers", "AutoencoderKL"]),
    ),
    "checksums are no text": (
        "no list of checksums",
        lambda f: (f / "SHA256SUMS").write_bytes(b"\xff\xfe\x00"),
    ),
    "checksums of nothing": ("is missing", lambda f: (f / "SHA256SUMS").write_text("0" * 64 + "  " + LONG)),
    "settings are a list": ("holds no JSON object", lambda f: (f / DENOISER).write_text("[]")),
    "settings are gone": ("cannot be read", lambda f: (f / DENOISER).unlink()),
    "settings: __class__": ("'__class__'", lambda f: changed(f / DENOISER, __class__=1)),
    "settings of another": (
        "holds no denoiser: its config.json names CVALP",
        lambda f: changed(f / DENOISER, _class_name="CVALP"),
    ),
    "a width is a word": ("settings", lambda f: changed(f / DENOISER, width="wide")),
    "a width is negative": ("settings", lambda f: changed(f / DENOISER, width=-16)),
    "a width is huge": ("beyond what settings hold", lambda f: changed(f / DENOISER, width=10**12)),
    "a width is large": ("more weights than its files hold", lambda f: changed(f / DENOISER, width=32768)),
    "depth is large": ("more weights than its files hold", lambda f: changed(f / DENOISER, depth=60000)),
    "a width is another": ("its settings say", lambda f: changed(f / DENOISER, width=32)),
    "vocoder settings": ("settings", lambda f: changed(f / "vocoder/config.json", fft_samples=[1])),
    "scheduler settings": (
        "settings",
        lambda f: changed(f / "scheduler/scheduler_config.json", num_train_timesteps="many"),
    ),
    "weights are NaN": (
        "holds NaN",
        lambda f: weights(f / "denoiser", lambda s: first(s, lambda t: t * float("nan"))),
    ),
    "weights are infinite": (
        "holds NaN",
        lambda f: weights(f / "cvalp", lambda s: first(s, lambda t: t + float("inf"))),
    ),
    "weights of another shape": (
        "has shape",
        lambda f: weights(f / "autoencoder", lambda s: first(s, lambda t: t[:1])),
    ),
    "weights are integers": (
        "no floating-point",
        lambda f: weights(f / "autoencoder", lambda s: first(s, lambda t: t.to(torch.int8))),
    ),
    "a weight is missing": ("is missing", lambda f: weights(f / "denoiser", lambda s: s.pop(min(s)))),
    "weights are cut off": (
        "no safetensors file",
        lambda f: (f / "denoiser" / WEIGHTS).write_bytes(b"\x10\0\0\0\0\0\0\0{"),
    ),
    "weights are text": (
        "no safetensors file",
        lambda f: (f / "denoiser" / WEIGHTS).write_text("not weights, only text"),
    ),
    "weights are gone": ("holds no diffusion_pytorch_model", lambda f: (f / "denoiser" / WEIGHTS).unlink()),
    "vocabulary is text": ("sentencepiece", lambda f: (f / "cvalp/spiece.model").write_text("a b c")),
    "vocabulary is empty": ("sentencepiece", lambda f: (f / "cvalp/spiece.model").write_bytes(b"")),
    "vocabulary is gone": ("vocabulary", lambda f: (f / "cvalp/spiece.model").unlink()),
}


@pytest.mark.parametrize("what", PRESETS)
def test_presets(what, pipeline_folder, silent_clip, tmp_path, refused):
    said, damage = PRESETS[what]
    folder = shutil.copytree(pipeline_folder, tmp_path / "p")
    damage(folder)
    refused(said, "foley", silent_clip, "-p", "x", "--preset", folder, "-o", tmp_path / "out.wav")


def test_presets_that_are_none(silent_clip, tmp_path, refused):
    for name in (LONG, "a\nb", "", "/dev/null", str(silent_clip)):
        refused(
            "no preset and no pipeline folder",
            "foley",
            silent_clip,
            "-p",
            "x",
            "--preset",
            name,
            "-o",
            tmp_path / "out.wav",
        )


def test_a_pickle_beside_the_settings_is_no_weights(pipeline_folder, silent_clip, tmp_path, refused):
    folder = shutil.copytree(pipeline_folder, tmp_path / "p")
    (folder / "denoiser" / WEIGHTS).unlink()
    (folder / "denoiser" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Rogue(tmp_path / "ran")))
    refused(
        "holds no diffusion_pytorch_model",
        "foley",
        silent_clip,
        "-p",
        "x",
        "--preset",
        folder,
        "-o",
        tmp_path / "out.wav",
    )


CVALPS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "settings are a list": ("holds no JSON object", lambda f: (f / "config.json").write_text("[]")),
    "settings of nothing": (
        "holds no cvalp",
        lambda f: (f / "config.json").write_text('{"_class_name": ["CVALP"]}'),
    ),
    "weights are NaN": ("holds NaN", lambda f: weights(f, lambda s: first(s, lambda t: t * float("nan")))),
    "vocabulary is text": ("sentencepiece", lambda f: (f / "spiece.model").write_text("a b c")),
}


@pytest.mark.parametrize("what", CVALPS)
def test_a_folder_of_encoders(what, pipeline_folder, silent_clip, tmp_path, refused):
    said, damage = CVALPS[what]
    folder = shutil.copytree(pipeline_folder / "cvalp", tmp_path / "c")
    damage(folder)
    refused(said, "caption", silent_clip, "--preset", folder)
    if what == "weights are NaN":
        refused(said, "evaluate", "cvalp", "--preset", folder)


CHECKPOINTS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "gone": ("no such file", lambda p: None),
    "empty": ("is no checkpoint", lambda p: p.write_bytes(b"")),
    "three bytes of a pickle": ("is no checkpoint", lambda p: p.write_bytes(b"\x80\x02.")),
    "a pickle of a number": ("holds no named tensors", lambda p: torch.save(5, p)),
    "keys are numbers": (
        "holds no named tensors",
        lambda p: torch.save({1: torch.zeros(2), 2: torch.zeros(2)}, p),
    ),
    "a model of numbers": ("holds no named tensors", lambda p: torch.save({"model": {0: torch.zeros(1)}}, p)),
    "a pickle that runs": ("", lambda p: p.write_bytes(pickle.dumps(Rogue(p.parent / "ran")))),
    "an archive that runs": ("besides tensors", lambda p: torch.save({"x": Rogue(p.parent / "ran")}, p)),
    "text": ("is no checkpoint", lambda p: p.write_text("nothing\n" * 50)),
    "an archive of nothing": ("is no checkpoint", lambda p: p.write_bytes(b"PK\x05\x06" + bytes(18))),
}


@pytest.mark.parametrize("what", CHECKPOINTS)
def test_weights_import(what, tmp_path, refused):
    said, make = CHECKPOINTS[what]
    make(tmp_path / "file.pth")
    refused(said, "weights", "import", "slowonly", tmp_path / "file.pth", "-o", tmp_path / "out")


@pytest.mark.parametrize("what", CHECKPOINTS)
def test_training_goes_on_from_no_such_file(what, tmp_path, refused):
    _, make = CHECKPOINTS[what]
    make(tmp_path / "file.ckpt")
    refused("file.ckpt", "train", "listener", "--ckpt_path", tmp_path / "file.ckpt")


def test_training_goes_on_from_no_other_model(tmp_path, refused):
    torch.save(
        {"state_dict": {"x": torch.zeros(2)}, "pytorch-lightning_version": "2.6.6"}, tmp_path / "other.ckpt"
    )
    refused("of another model", "train", "listener", f"--ckpt_path={tmp_path / 'other.ckpt'}")


CONFIGS: dict[str, tuple[str, str | bytes]] = {
    "no YAML": ("", "a: [1, 2"),
    "bytes": ("", b"\xff\xfe\x00\xd8"),
    "a list": ("", "- 1\n- 2\n"),
    "a word": ("", "word"),
    "wrong keys": ("nonesuch", "nonesuch: 5\n"),
    "a wrong class": ("os.system", "model: {class_path: os.system}\n"),
    "a wrong type": ("max_steps", "trainer: {max_steps: many}\n"),
    "a YAML tag": ("", "trainer: !!python/object/apply:os.system ['touch ran']\n"),
    "no such bank": (
        "no such sound bank: nowhere",
        "data: {class_path: ta_v2a.data.datamodules.StageData, init_args: {bank: nowhere}}\n",
    ),
}


@pytest.mark.parametrize("what", CONFIGS)
def test_configurations(what, tmp_path, refused):
    said, content = CONFIGS[what]
    path = tmp_path / "c.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    stage = "vae" if what == "no such bank" else "listener"
    refused(said, "train", stage, "--config", "mini", "--config", path)


def test_configurations_that_are_none(refused):
    refused("no configuration", "train", "vae", "--config", LONG)
    refused("refused", "train", "vae", "--trainer.nonesuch", "5")


def test_training_away_from_the_repository(refused):
    """The packaged configurations name files of the repository, such as runs/video/last.ckpt."""
    refused(
        "",
        "train",
        "ldm",
        "--trainer.max_steps",
        "1",
        "--trainer.logger",
        "false",
        "--trainer.enable_progress_bar",
        "false",
    )
    refused("spiece.model", "train", "text")


PACKS = {
    "away from the repository": ("no such checkpoint: runs/video/last.ckpt", []),
    "no tokenizer": ("no vocabulary at gone", ["--tokenizer", "gone"]),
    "a pickle": ("besides tensors", ["--cvalp", "rogue.ckpt"]),
    "no state": ("has no state_dict", ["--cvalp", "plain.ckpt"]),
    "keys are numbers": ("another network", ["--cvalp", "numbers.ckpt"]),
    "a folder of nothing": ("cannot be read", ["--cvalp", "."]),
    "a long name": ("no such checkpoint", ["--cvalp", LONG]),
}


@pytest.mark.parametrize("what", PACKS)
def test_pack(what, tmp_path, refused):
    torch.save({"x": Rogue(tmp_path / "ran")}, tmp_path / "rogue.ckpt")
    torch.save({"x": 1}, tmp_path / "plain.ckpt")
    torch.save({"state_dict": {1: torch.zeros(2)}}, tmp_path / "numbers.ckpt")
    said, arguments = PACKS[what]
    refused(said, "pack", "-o", tmp_path / "out", *arguments)


def test_pack_refuses_weights_that_are_not_finite(tmp_path, refused):
    from untrained import cvalp_checkpoint

    content = torch.load(cvalp_checkpoint(tmp_path), weights_only=True)
    content["state_dict"]["model.log_scale"][0] = float("nan")
    torch.save(content, tmp_path / "cvalp.ckpt")
    refused("holds NaN", "pack", "-o", tmp_path / "out", "--cvalp", tmp_path / "cvalp.ckpt")


FLAN = {
    "feed_forward_proj": "gated-gelu",
    "d_model": 16,
    "d_ff": 32,
    "d_kv": 8,
    "num_layers": 1,
    "num_heads": 2,
    "vocab_size": 100,
}
FLANS: dict[str, tuple[str, str]] = {
    "no JSON": ("is no JSON", "{"),
    "a list": ("holds no JSON object", "[]"),
    "words": ("is no Flan-T5", json.dumps({**FLAN, "d_model": "x"})),
    "none": ("is no Flan-T5", json.dumps({**FLAN, "num_layers": None})),
    "huge": ("is no Flan-T5", json.dumps({**FLAN, "num_layers": 100_000})),
    "negative": ("is no Flan-T5", json.dumps({**FLAN, "d_kv": -8})),
    "no tokenizer": ("tokenizer cannot be read", json.dumps(FLAN)),
}


@pytest.mark.parametrize("what", FLANS)
def test_flan_t5(what, tmp_path, refused):
    said, content = FLANS[what]
    (tmp_path / "flan").mkdir()
    (tmp_path / "flan" / "config.json").write_text(content)
    refused(said, "weights", "import", "flan-t5", tmp_path / "flan", "-o", tmp_path / "out")
    if what == "no tokenizer":
        for name in ("tokenizer.json", "spiece.model"):
            (tmp_path / "flan" / name).write_text("{}")
            refused(said, "weights", "import", "flan-t5", tmp_path / "flan", "-o", tmp_path / "out")
