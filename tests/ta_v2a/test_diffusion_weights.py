"""Published diffusion models: files with the upstream names come in key by key and compute the same."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.conditions import Conditions
from ldm.denoisers.audio_unet import AudioUNet
from ldm.latents import Latents
from ldm.process import Epsilon
from ta_v2a.errors import UserError
from ta_v2a.packing.diffusion_weights import DIFFUSION_PARTS, audioldm_hifi_gan, convert_diffusion_part
from ta_v2a.packing.weights_import import import_weights
from vocoders.hifi_gan import HifiGan

State = dict[str, torch.Tensor]
UNET_SIZE: dict[str, Any] = {"block_out_channels": (8, 16, 24, 24), "layers_per_block": 2, "latent_rows": 16}
VAE_SIZE: dict[str, Any] = {"block_out_channels": (8, 16, 24, 24), "layers_per_block": 2}
RESNET = {"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1"}
RESNET |= {"norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection"}
OUTSIDE = {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2"}
OUTSIDE |= {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}


def compvis_unet(name: str) -> str:
    """What `openaimodel.UNetModel` of CompVis calls a weight of diffusers' UNet (four levels of two)."""
    stem, _, last = name.rpartition(".")
    if stem in OUTSIDE:
        return f"{OUTSIDE[stem]}.{last}"
    block, rest = name.split(".", 1)
    if block == "mid_block":
        kind, number, inside = rest.split(".", 2)
        place = "middle_block." + ("1" if kind == "attentions" else str(2 * int(number)))
    else:
        level, kind, number, inside = rest.split(".", 3)
        place = f"input_blocks.{1 + 3 * int(level) + int(number)}"
        if block == "up_blocks":
            place = f"output_blocks.{3 * int(level) + int(number)}"
        if kind == "downsamplers":
            return f"input_blocks.{3 * (int(level) + 1)}.0.{inside.replace('conv', 'op')}"
        if kind == "upsamplers":
            return f"output_blocks.{3 * int(level) + 2}.{1 if level == '0' else 2}.{inside}"
        place += ".1" if kind == "attentions" else ".0"
    if kind == "attentions":
        return f"{place}.{inside}"
    part, what = inside.split(".")
    return f"{place}.{RESNET[part]}.{what}"


def compvis_vae(name: str, levels: int) -> str:
    """What `autoencoder.AutoencoderKL` of CompVis calls a weight of diffusers'."""
    for old, new in {
        "conv_norm_out": "norm_out",
        "conv_shortcut": "nin_shortcut",
        "downsamplers.0": "downsample",
        "upsamplers.0": "upsample",
        "mid_block.resnets.0": "mid.block_1",
        "mid_block.resnets.1": "mid.block_2",
        "mid_block.attentions.0": "mid.attn_1",
        "group_norm": "norm",
        "to_q": "q",
        "to_k": "k",
        "to_v": "v",
        "to_out.0": "proj_out",
        "resnets": "block",
        "down_blocks": "down",
    }.items():
        name = name.replace(old, new)
    if "up_blocks" in name:
        head, tail = name.split("up_blocks.")
        level, rest = tail.split(".", 1)
        name = f"{head}up.{levels - 1 - int(level)}.{rest}"
    return name


def compvis(unet: AudioUNet, vae: SpectrogramVae) -> State:
    """A file of Stable Diffusion 1 as CompVis wrote it, without its text encoder."""
    state = {f"model.diffusion_model.{compvis_unet(n)}": v for n, v in unet.unet.state_dict().items()}
    levels = len(vae.config.block_out_channels)
    for name, value in vae.vae.state_dict().items():
        theirs = compvis_vae(name, levels)
        pixel = ".attn_1." in theirs and value.ndim == 2
        state[f"first_stage_model.{theirs}"] = value[:, :, None, None] if pixel else value
    return state


def others() -> State:
    """What else lies in such a file."""
    ladder = torch.linspace(0.00085**0.5, 0.012**0.5, 1000).square()
    names = ["alphas_cumprod", "sqrt_alphas_cumprod", "posterior_mean_coef1", "log_one_minus_alphas_cumprod"]
    rest = ["cond_stage_model.transformer.text_model.final_layer_norm.bias", "model_ema.decay", "logvar"]
    return {"betas": ladder, **{name: torch.zeros(3) for name in names + rest}}


def answer(network: AudioUNet) -> torch.Tensor:
    g = torch.Generator().manual_seed(3)
    latents = Latents(audio=torch.randn(1, 4, 16, 8, generator=g))
    video = torch.randn(1, 4, network.config.video_channels, generator=g)
    with torch.no_grad():
        return network(latents, torch.tensor([0.4]), Conditions.of(video=video)).given_audio


@pytest.fixture
def tiny(monkeypatch) -> tuple[AudioUNet, SpectrogramVae]:
    """Networks of the published structure at tiny widths, which the kinds then stand for."""
    builds = {
        "sd-unet": lambda: AudioUNet.tiny(**UNET_SIZE),
        "diff-foley": lambda: AudioUNet.tiny(**UNET_SIZE, mixing="video", positions="learned"),
        "sd-vae": lambda: SpectrogramVae.tiny(**VAE_SIZE),
        "audioldm-vae": lambda: SpectrogramVae.tiny(**VAE_SIZE, mel_scale="natural_log"),
    }
    for kind, build in builds.items():
        monkeypatch.setitem(DIFFUSION_PARTS, kind, replace(DIFFUSION_PARTS[kind], build=build))
    torch.manual_seed(0)
    return builds["sd-unet"]().eval(), builds["sd-vae"]().eval()


def test_every_key_of_the_published_sizes() -> None:
    """Stable Diffusion 1's file has 686 keys of the UNet and 248 of the autoencoder; nothing is allocated."""
    with torch.device("meta"):
        unet, vae = AudioUNet(), SpectrogramVae()
    file = compvis(unet, vae)
    assert len(file) == 686 + 248
    assert file["model.diffusion_model.output_blocks.8.2.conv.weight"].shape == (640, 640, 3, 3)
    assert file["first_stage_model.encoder.mid.attn_1.q.weight"].shape == (512, 512, 1, 1)
    for kind, used in (("sd-unet", 686), ("sd-vae", 248)):
        done, _ = convert_diffusion_part(kind, dict(file), Path("sd-v1-4.ckpt"))
        assert done.complete and len(done.used) == used and len(done.reasons) == 934 - used
    condition = {"embedder.0.weight": (768, 512), "embedder.0.bias": (768,), "pos_emb.weight": (40, 768)}
    file |= {f"cond_stage_model.{name}": torch.empty(s, device="meta") for name, s in condition.items()}
    done, network = convert_diffusion_part("diff-foley", file, Path("ldm_epoch240.ckpt"))
    assert done.complete and len(done.used) == 689 and done.weights.keys() == network.state_dict().keys()
    assert done.weights["mixer.null_video"].eq(0).all() and done.weights["mixer.video_std"].eq(1).all()


def test_compvis_files_compute_what_was_saved(tiny, tmp_path) -> None:
    """With what lies beside the weights in published ones: Lightning's callbacks, averages, a schedule."""
    import pytorch_lightning

    unet, vae = tiny
    callbacks = {pytorch_lightning.callbacks.ModelCheckpoint: {"best_model_score": torch.tensor(0.1)}}
    path = tmp_path / "sd-v1-4.ckpt"
    torch.save({"epoch": 1, "callbacks": callbacks, "state_dict": compvis(unet, vae) | others()}, path)
    report = import_weights("sd-unet", str(path), str(tmp_path / "unet"))
    assert report["missing"] == [] and set(report["unused"]) == set(report["reasons"])
    assert "sd-vae" in report["reasons"]["first_stage_model.quant_conv.bias"]
    weights = load_file(tmp_path / "unet" / "weights.safetensors")
    for name, value in unet.unet.state_dict().items():
        assert torch.equal(weights.pop(f"unet.{name}"), value), name
    assert not weights
    import_weights("sd-vae", str(path), str(tmp_path / "vae"))
    mel = torch.rand(1, 128, 32)
    with torch.no_grad():
        torch.testing.assert_close(SpectrogramVae.from_pretrained(tmp_path / "vae")(mel), vae(mel))


def test_diff_foley_runs_as_it_was_made(tiny, tmp_path) -> None:
    """Its tokens are a projection of the features and a table; nothing given is zeros before both."""
    _, vae = tiny
    torch.manual_seed(1)
    theirs = DIFFUSION_PARTS["diff-foley"].build().eval()
    embedder, table = torch.nn.Linear(6, 16), torch.nn.Embedding(40, 16)
    state = compvis(theirs, vae) | others()  # type: ignore[arg-type]
    state |= {f"cond_stage_model.embedder.0.{n}": v for n, v in embedder.state_dict().items()}
    state["cond_stage_model.pos_emb.weight"] = table.weight.data
    del state["cond_stage_model.transformer.text_model.final_layer_norm.bias"]
    torch.save({"state_dict": state}, tmp_path / "ldm.ckpt")
    report = import_weights("diff-foley", str(tmp_path / "ldm.ckpt"), str(tmp_path / "out"))
    assert report["missing"] == [] and len(report["used"]) == 686 + 3
    ours = AudioUNet.from_pretrained(tmp_path / "out")
    video = torch.randn(2, 32, 6)
    latents = Latents(audio=torch.zeros(2, 4, 16, 8))
    with torch.no_grad():
        mixed = ours.mix(Conditions.of(video=video, text=torch.randn(2, 5)), latents)
        torch.testing.assert_close(mixed, embedder(video) + table.weight[:32])
        nothing = ours.mix(Conditions.of(), latents)
        torch.testing.assert_close(nothing, (embedder.bias + table.weight[:8]).expand(2, -1, -1))
        direct = theirs.unet(torch.ones(1, 4, 16, 8), 400.0, encoder_hidden_states=mixed[:1]).sample
        found = ours(Latents(audio=torch.ones(1, 4, 16, 8)), torch.tensor([0.4]), mixed[:1]).given_audio
    torch.testing.assert_close(found, direct, atol=1e-5, rtol=1e-4)


def test_diffusers_folders_and_files(tiny, tmp_path) -> None:
    """As diffusers' own classes write them, and autoencoders with the names attention had at first."""
    unet, vae = tiny
    unet.unet.save_pretrained(tmp_path / "sd" / "unet")
    report = import_weights("sd-unet", str(tmp_path / "sd"), str(tmp_path / "unet"))
    assert len(report["used"]) == 686 and report["unused"] == []
    file = tmp_path / "sd" / "unet" / "diffusion_pytorch_model.safetensors"
    assert import_weights("sd-unet", str(file), str(tmp_path / "again"))["sha256"] == report["sha256"]
    old = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
    state = vae.vae.state_dict()
    for new, name in old.items():
        state = {key.replace(new, name): value for key, value in state.items()}
    assert sum(".proj_attn." in name for name in state) == 4
    save_file(state, tmp_path / "vae.safetensors")
    import_weights("sd-vae", str(tmp_path / "vae.safetensors"), str(tmp_path / "vae"))
    mel = torch.rand(1, 128, 16)
    with torch.no_grad():
        torch.testing.assert_close(SpectrogramVae.from_pretrained(tmp_path / "vae")(mel), vae(mel))


def test_audioldm_s_autoencoder_brings_its_scale(tiny, tmp_path) -> None:
    _, vae = tiny
    vae.vae.register_to_config(scaling_factor=0.41109)
    vae.vae.save_pretrained(tmp_path / "audioldm2" / "vae")
    import_weights("audioldm-vae", str(tmp_path / "audioldm2"), str(tmp_path / "out"))
    ours = SpectrogramVae.from_pretrained(tmp_path / "out")
    assert ours.config.scaling_factor == 0.41109 and ours.config.mel_scale == "natural_log"
    own = {n: v for n, v in compvis(AudioUNet.tiny(**UNET_SIZE), vae).items() if n.startswith("first")}
    extra = {"first_stage_model.vocoder.conv_post.bias": torch.zeros(1), "clap.logit_scale": torch.ones(())}
    torch.save({"state_dict": own | extra | {"scale_factor": torch.tensor(0.9)}}, tmp_path / "s.ckpt")
    import_weights("audioldm-vae", str(tmp_path / "s.ckpt"), str(tmp_path / "s"))
    assert SpectrogramVae.from_pretrained(tmp_path / "s").config.scaling_factor == pytest.approx(0.9)
    (tmp_path / "audioldm2" / "vae" / "config.json").unlink()
    with pytest.raises(UserError, match="scaling_factor"):
        import_weights("audioldm-vae", str(tmp_path / "audioldm2"), str(tmp_path / "none"))


def test_audioldm_s_vocoder_in_both_layouts(monkeypatch, tmp_path) -> None:
    with torch.device("meta"):
        whole = audioldm_hifi_gan()
    assert 55e6 < sum(p.numel() for p in whole.parameters()) < 56e6
    settings = {**whole.config, "upsample_initial_channel": 32}
    part = replace(DIFFUSION_PARTS["audioldm-hifigan"], build=lambda: HifiGan(**settings))
    monkeypatch.setitem(DIFFUSION_PARTS, "audioldm-hifigan", part)
    theirs: Any = HifiGan(**settings).eval().network
    theirs.save_pretrained(tmp_path / "audioldm2" / "vocoder")
    import_weights("audioldm-hifigan", str(tmp_path / "audioldm2"), str(tmp_path / "a"))
    own = {n.replace("upsampler.", "ups."): v for n, v in theirs.state_dict().items()}
    own = {f"first_stage_model.vocoder.{n}": v for n, v in own.items() if n not in ("mean", "scale")}
    torch.save({"state_dict": own | {"scale_factor": torch.tensor(0.9)}}, tmp_path / "own.ckpt")
    import_weights("audioldm-hifigan", str(tmp_path / "own.ckpt"), str(tmp_path / "b"))
    mel = torch.randn(1, 64, 20)
    for folder in ("a", "b"):
        vocoder = HifiGan.from_pretrained(tmp_path / folder)
        with torch.no_grad():
            direct = theirs(mel.transpose(1, 2))[:, : 20 * 160]
            sound = torch.cat(list(vocoder.stream([mel])), -1)
        assert sound.shape == (1, 3200)
        torch.testing.assert_close(sound[:, : direct.shape[-1]], direct, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda s: s.pop("model.diffusion_model.out.2.bias"),
            "1 weights missing, the first unet.conv_out.bias",
        ),
        (lambda s: s.pop("model.diffusion_model.input_blocks.3.0.op.bias"), "downsamplers.0.conv.bias"),
        (lambda s: s.pop("model.diffusion_model.output_blocks.2.1.conv.bias"), "output_blocks.2.1.conv.bias"),
        (
            lambda s: s.update({"model.control.weight": torch.ones(1)}),
            "1 unknown keys, the first model.control",
        ),
        (lambda s: s.update({"model.diffusion_model.label_emb.0.0.bias": torch.ones(1)}), "label_emb"),
        (
            lambda s: s.update({"model.diffusion_model.out.2.bias": torch.ones(9)}),
            r"\(9,\) instead of \(4,\)",
        ),
        (lambda s: s.update(betas=torch.linspace(1e-4, 0.02, 1000)), "betas: others than"),
        (lambda s: s.update({"model.diffusion_model.out.2.bias": torch.full((4,), torch.nan)}), "NaN"),
    ],
)
def test_a_file_of_another_model_is_one_clear_line(tiny, tmp_path, change, said) -> None:
    state = compvis(*tiny) | others()
    change(state)
    torch.save({"state_dict": state}, tmp_path / "file.ckpt")
    with pytest.raises(UserError, match=said) as refused:
        import_weights("sd-unet", str(tmp_path / "file.ckpt"), str(tmp_path / "out"))
    assert "\n" not in str(refused.value) and not (tmp_path / "out").exists()


def test_what_is_no_such_file_is_said(tiny, tmp_path) -> None:
    with pytest.raises(UserError, match="nor a folder with unet/"):
        import_weights("sd-unet", str(tmp_path), str(tmp_path / "out"))
    save_file({"a": torch.zeros(1)}, tmp_path / "a.safetensors")
    with pytest.raises(UserError, match="is not the autoencoder of Stable Diffusion 1"):
        import_weights("sd-vae", str(tmp_path / "a.safetensors"), str(tmp_path / "out"))


def test_the_betas_that_are_asked_for_are_the_process_s() -> None:
    process = Epsilon()
    kept = torch.cumprod(1 - others()["betas"], 0)
    signal = torch.tensor([process.coefficients(i / 1000).signal for i in range(0, 1000, 111)])
    torch.testing.assert_close(signal, kept[::111].sqrt(), atol=1e-4, rtol=1e-4)


def test_the_card_says_where_it_came_from(tiny, tmp_path) -> None:
    save_file(compvis(*tiny), tmp_path / "sd.safetensors")
    import_weights("sd-vae", str(tmp_path / "sd.safetensors"), str(tmp_path / "vae"))
    card = json.loads((tmp_path / "vae" / "weights.json").read_text())
    assert card["kind"] == "sd-vae" and card["source"] == "sd.safetensors"
    assert (tmp_path / "vae" / "SHA256SUMS").is_file()
