"""From checkpoints to a preset folder that loads, is half precision on disk, and is refused when altered."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from untrained import TOKENIZER_FILE, cvalp_checkpoint, vae_checkpoint

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.training.diffusion import LdmTraining
from ta_v2a import FoleyPipeline
from ta_v2a.engine.arguments import DEFAULTS
from ta_v2a.engine.parts import OPTIONAL
from ta_v2a.errors import UserError
from ta_v2a.packing.pack import pack, saved_bandwidth, saved_vocoder
from ta_v2a.presets import resolve as presets
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp, weights_file
from vocoders.bandwidth_extension import BandwidthExtension
from vocoders.istft_net import IstftNet
from vocoders.wavegrad import WaveGrad

TINY_WAVEGRAD = {
    "up_widths": (16, 16, 8, 8, 8),
    "mel_width": 16,
    "wave_widths": (8, 8, 8, 16, 16),
    "betas": (1e-4, 1e-2, 0.4),
}


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("checkpoints")
    torch.manual_seed(0)
    training = LdmTraining(AudioTransformer(leaves_out=True))  # as `train ldm --config mini` learns it
    kept = {"state_dict": training.state_dict()}
    training.on_save_checkpoint(kept)
    torch.save(kept, ldm := folder / "ldm.ckpt")
    return {
        "cvalp": cvalp_checkpoint(folder),
        "tokenizer_file": TOKENIZER_FILE,
        "vae": vae_checkpoint(folder),
        "ldm": ldm,
    }


@pytest.fixture(scope="module")
def packed(checkpoints, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "mini"
    folder.mkdir()
    (folder / "README.md").write_text("a card")
    assert pack(**checkpoints, out=folder, num_inference_steps=7, video_scale=1.5) == folder
    return folder


def test_a_packed_folder_is_a_pipeline(packed, checkpoints):
    pipeline = FoleyPipeline.from_pretrained(packed)
    assert pipeline.config.num_inference_steps == 7 and pipeline.config.video_scale == 1.5
    assert (packed / "cvalp" / "spiece.model").read_bytes() == TOKENIZER_FILE.read_bytes()
    assert (packed / "README.md").read_text() == "a card"
    for component, prefix, name in (
        ("cvalp", "model.", "cvalp"),
        ("autoencoder", "network.", "vae"),
        ("denoiser", "ema.network.", "ldm"),
    ):
        network = getattr(pipeline, component)
        assert not network.training
        trained = torch.load(checkpoints[name], weights_only=True)["state_dict"]
        for key, value in network.state_dict().items():
            assert value.dtype != torch.float16
            assert torch.equal(value, trained[prefix + key].half().to(value.dtype)), key


def test_training_can_start_from_a_packed_folder(packed, checkpoints):
    encoders, autoencoder = (
        mini_cvalp(packed / "cvalp", TOKENIZER_FILE),
        mini_autoencoder(packed / "autoencoder"),
    )
    originals = mini_cvalp(checkpoints["cvalp"], TOKENIZER_FILE), mini_autoencoder(checkpoints["vae"])
    for network, original in zip((encoders, autoencoder), originals, strict=True):
        for (name, a), b in zip(network.state_dict().items(), original.state_dict().values(), strict=True):
            assert a.dtype == b.dtype and torch.equal(a, b.half().to(b.dtype)), name
    assert weights_file(packed / "cvalp").is_file() and weights_file(checkpoints["vae"]) == Path(
        checkpoints["vae"]
    )
    denoiser = LdmTraining(AudioTransformer(leaves_out=True), checkpoint=str(packed / "denoiser"))
    kept = torch.load(checkpoints["ldm"], weights_only=True)["state_dict"]
    for name, value in denoiser.ema.network.state_dict().items():
        assert torch.equal(value, kept["ema.network." + name].half().to(value.dtype)), name


def test_a_preset_of_a_presets_parts_names_no_folder(packed, checkpoints, tmp_path):
    parts = {**checkpoints, "cvalp": packed / "cvalp", "vae": packed / "autoencoder"}
    again = pack(**parts, out=tmp_path / "again")
    for name in ("cvalp", "autoencoder", "denoiser"):
        assert (again / name / "config.json").read_bytes() == (packed / name / "config.json").read_bytes()
        weights = f"{name}/diffusion_pytorch_model.safetensors"
        assert (again / weights).read_bytes() == (packed / weights).read_bytes()


def test_what_make_mini_packs_has_the_shipped_settings(checkpoints, tmp_path):
    BandwidthExtension().save_pretrained(tmp_path / "bandwidth")
    VideoTransformer(depth=1).save_pretrained(tmp_path / "head")
    PictureAutoencoder().save_pretrained(tmp_path / "code")
    more = {"bandwidth": tmp_path / "bandwidth", "video": (tmp_path / "head", tmp_path / "code")}
    shipped = presets.resolve("mini")
    more |= {"classifier": shipped / "classifier", "judge": shipped / "judge"}
    fresh = pack(**checkpoints, out=tmp_path / "mini", **more)
    # what an older preset does not say is the default, and components it does not name are absent
    unsaid = {**DEFAULTS, **{name: [None, None] for name in OPTIONAL}}
    said = [json.loads((each / "model_index.json").read_text()) for each in (fresh, shipped)]
    assert {**unsaid, **said[0]} == {**unsaid, **said[1]}
    for name in ("judge", "denoiser"):
        assert (fresh / name / "config.json").read_bytes() == (shipped / name / "config.json").read_bytes()


def test_weights_are_half_precision_on_disk(packed):
    for name in ("cvalp", "autoencoder", "denoiser"):  # the vocoder has no weights
        (path,) = (packed / name).glob("*.safetensors")
        assert all(
            value.dtype == torch.float16 for value in load_file(path).values() if value.is_floating_point()
        ), path
    assert not list(packed.rglob("*.bin"))


def test_an_altered_file_is_refused(packed):
    presets.verify(packed)
    weights = next((packed / "denoiser").glob("*.safetensors"))
    shipped = weights.read_bytes()
    weights.write_bytes(shipped[:-1] + bytes([shipped[-1] ^ 1]))
    with pytest.raises(UserError, match="is not the file that was shipped"):
        FoleyPipeline.from_pretrained(packed)
    weights.write_bytes(shipped)
    presets.verify(packed)


def test_wrong_checkpoints_are_named(checkpoints, tmp_path):
    with pytest.raises(UserError, match="no such checkpoint"):
        mini_autoencoder(tmp_path / "none.ckpt")
    with pytest.raises(UserError, match=r"vae\.ckpt holds another network"):
        mini_cvalp(checkpoints["vae"], TOKENIZER_FILE)


def test_exported_vocoders_and_extensions_are_taken_over_without_their_folders(tmp_path):
    torch.manual_seed(0)
    for original, saved in (
        (IstftNet(width=8, hidden=8, blocks=1, prior_iterations=2), saved_vocoder),
        (WaveGrad(**TINY_WAVEGRAD, guide="gla_grad_plus_plus"), saved_vocoder),
        (BandwidthExtension(8, 8, 1), saved_bandwidth),
    ):
        original.save_pretrained(tmp_path / type(original).__name__)
        again = saved(tmp_path / type(original).__name__)
        assert type(again) is type(original) and not again.training and str(tmp_path) not in str(again.config)
        for name, value in original.state_dict().items():
            assert torch.equal(again.state_dict()[name], value), name
    for saved in (saved_vocoder, saved_bandwidth):
        with pytest.raises(UserError, match="cannot be read"):
            saved(tmp_path)
