"""The preset `paper` from its parts, and a film through it by the command, all tiny: on both kinds of mel."""

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile
import torch
from tiny_words import tiny_tokenizer

from cvalp.paper.model import PaperCVALP
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.denoisers.audio_unet import AudioUNet
from ldm.training.diffusion import LdmTraining
from ta_v2a.__main__ import main
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError
from ta_v2a.packing.paper import PAPER_SETTINGS, pack_paper
from vocoders.hifi_gan import HifiGan

SIZES: dict[str, Any] = {"latent_rows": 16, "video_channels": 16, "text_channels": 16}


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> dict[str, Path]:
    """Folders of components, and a checkpoint as the trainer leaves it."""
    import lightning

    folder = tmp_path_factory.mktemp("parts")
    torch.manual_seed(0)
    words = tiny_tokenizer(folder / "words")
    made = {name: folder / name for name in ("cvalp", "cvalp_4", "vae", "vae_4", "ldm_4", "hifi_gan")}
    PaperCVALP.tiny(words).save_pretrained(made["cvalp"])
    PaperCVALP.tiny(words, timing="audioldm").save_pretrained(made["cvalp_4"])
    SpectrogramVae.tiny(block_out_channels=(8, 8, 8, 8)).save_pretrained(made["vae"])
    audioldm = {"mel_bins": 64, "picture_channels": 1, "latent_channels": 8, "mel_scale": "natural_log"}
    SpectrogramVae.tiny(**audioldm, time_first=True).save_pretrained(made["vae_4"])
    AudioUNet.tiny(**SIZES, latent_channels=8).save_pretrained(made["ldm_4"])
    HifiGan(
        hop_samples=160,
        mel_bins=64,
        upsample_rates=(10, 16),
        upsample_kernel_sizes=(20, 32),
        upsample_initial_channel=8,
        input_scale="natural_log",
        network_scale="natural_log",
    ).save_pretrained(made["hifi_gan"])
    g = torch.Generator().manual_seed(0)
    shapes = {"latents": (4, 16, 8), "video": (4, 16), "text": (16,)}
    rows = [{name: torch.randn(shape, generator=g) for name, shape in shapes.items()} for _ in range(2)]
    trainer = lightning.Trainer(
        max_steps=2, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False
    )
    module = LdmTraining(AudioUNet.tiny(**SIZES), warmup_steps=1, max_steps=None)
    trainer.fit(module, torch.utils.data.DataLoader(rows, 2))
    made["ldm"] = folder / "ldm.ckpt"
    trainer.save_checkpoint(made["ldm"])
    return made


@pytest.mark.filterwarnings("ignore")
def test_a_film_through_the_packed_preset(parts, silent_clip, tmp_path, capsys) -> None:
    words = [
        "--cvalp",
        parts["cvalp"],
        "--vae",
        parts["vae"],
        "--ldm",
        parts["ldm"],
        "-o",
        tmp_path / "paper",
    ]
    assert main(["pack", "--preset", "paper", *map(str, words), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"preset": str(tmp_path / "paper")}
    index = json.loads((tmp_path / "paper" / "model_index.json").read_text())
    assert index["scheduler"] == ["diffusers", "DPMSolverMultistepScheduler"]
    assert {name: index[name] for name in PAPER_SETTINGS} == PAPER_SETTINGS
    assert (tmp_path / "paper" / "SHA256SUMS").is_file()
    out = tmp_path / "sound.wav"
    words = [silent_clip, "-p", "rain", "--steps", "2", "--preset", tmp_path / "paper", "-o", out]
    assert main(["foley", *map(str, words), "--json"]) == 0
    assert soundfile.info(out).duration == pytest.approx(2.56, abs=0.05)
    # the averaged weights came, in half precision
    averaged = trained_part(parts["ldm"], "denoiser").state_dict()
    packed = FoleyEngine.from_pretrained(tmp_path / "paper").parts.denoiser.state_dict()  # type: ignore[attr-defined]
    for name, value in averaged.items():
        torch.testing.assert_close(packed[name], value.half().float(), msg=name)


@pytest.mark.filterwarnings("ignore")
def test_on_audioldm_s_mel(parts, silent_clip, tmp_path) -> None:
    """A picture every 6 columns of 40 ms, 192 of them a window, natural logarithms down to the vocoder."""
    pack_paper(
        parts["cvalp_4"], parts["vae_4"], parts["ldm_4"], tmp_path / "p", parts["hifi_gan"], sampler="ddim"
    )
    engine = FoleyEngine.from_pretrained(tmp_path / "p")
    clock = engine.clock
    assert (clock.columns, clock.columns_per_picture, clock.pictures) == (192, 6, 32)
    assert type(engine.parts.scheduler).__name__ == "DDIMScheduler"
    generator = torch.Generator().manual_seed(0)
    blocks = list(engine.stream(silent_clip, "rain", generator=generator, num_inference_steps=2))
    assert sum(block.shape[-1] for block in blocks) == round(2.56 * 16_000)


def test_parts_that_do_not_fit_are_one_line(parts, tmp_path, capsys) -> None:
    out = tmp_path / "out"
    for given, said in (
        ((parts["cvalp"], parts["vae_4"], parts["ldm_4"]), "give --vocoder"),
        ((parts["cvalp"], parts["vae"], parts["ldm_4"]), "made for 8 latent_channels"),
        ((parts["cvalp"], parts["vae_4"], parts["ldm_4"], out, parts["hifi_gan"]), "do not share a clock"),
        ((parts["vae"], parts["vae"], parts["ldm"]), "holds no cvalp"),
        ((parts["cvalp"], parts["vae"], parts["vae"]), "holds no denoiser"),
        ((parts["cvalp"], parts["ldm"], parts["ldm"]), "no checkpoint of a training of MelAutoencoder"),
    ):
        arguments = given if len(given) == 5 else (*given, out)
        with pytest.raises(UserError, match=said) as refused:
            pack_paper(*arguments)
        assert "\n" not in str(refused.value) and not out.exists()
    with pytest.raises(UserError, match="not by 'heun'"):
        pack_paper(parts["cvalp"], parts["vae"], parts["ldm"], out, sampler="heun")
    assert main(["pack", "--sampler", "ddim", "-o", str(out)]) == 2
    assert "--preset paper" in capsys.readouterr().err
