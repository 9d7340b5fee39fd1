"""Published checkpoints: files as the upstream classes write them come in key by key, and compute what upstream computes."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tiny_words import TINY_TEXT, tiny_tokenizer
from torch.nn import functional as F

from cvalp.paper.cnn14 import Cnn14Tower
from cvalp.paper.model import PaperCVALP
from cvalp.paper.panns import import_panns
from cvalp.paper.published import _slow_only_from_mmaction, convert, start_published, state_of
from cvalp.paper.slow_only import MEAN_STD, SlowOnlyTower
from ta_v2a.errors import UserError
from ta_v2a.packing.weights_import import import_weights
from ta_v2a.system.provenance import file_sha256


def shaken(network: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """Random running statistics and affine maps, so that a norm that was not loaded shows."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.8, 1.2, generator=generator)
            with torch.no_grad():
                module.weight.uniform_(0.8, 1.2, generator=generator)
                module.bias.normal_(0, 0.1, generator=generator)
    return network.eval()


@pytest.fixture(scope="module")
def cnn14() -> torch.nn.Module:
    torch.manual_seed(1)
    Cnn14 = import_panns().models.Cnn14
    return shaken(Cnn14(sample_rate=16_000, window_size=512, hop_size=160, mel_bins=64, fmin=50, fmax=8_000, classes_num=527))


@pytest.fixture(scope="module")
def slow_r50() -> torch.nn.Module:
    from pytorchvideo.models.resnet import create_resnet

    torch.manual_seed(2)
    return shaken(create_resnet(stem_conv_kernel_size=(1, 7, 7), head_pool_kernel_size=(8, 7, 7), model_depth=50))


def upstream_pictures(network: torch.nn.Module, frames: torch.Tensor) -> torch.Tensor:
    """(B, T, 3, H, W), normalised, to what pytorchvideo's network pools: (B, T, 2048)."""
    x = frames.transpose(1, 2)
    for block in network.blocks[:5]:
        x = block(x)
    return x.mean((3, 4)).transpose(1, 2)


def empty(build) -> torch.nn.Module:
    """A full-size network without the cost of random weights, for weights to be loaded into."""
    with torch.device("meta"):
        network = build()
    return network.to_empty(device="cpu").eval()


def mmaction_name(name: str) -> str:
    """The other way round, written from the list of keys in the facts."""
    parts = name.split(".")
    if parts[1] == "0":
        return ".".join(["conv1", {"conv": "conv", "norm": "bn"}[parts[2]], *parts[3:]])
    if parts[1] == "5":
        return ".".join(["cls_head", "fc_cls", *parts[3:]])
    layer = f"layer{parts[1]}.{parts[3]}"
    if parts[4].startswith("branch1"):
        return ".".join([layer, "downsample", {"branch1_conv": "conv", "branch1_norm": "bn"}[parts[4]], *parts[5:]])
    what, letter = parts[5].split("_")
    return ".".join([layer, f"conv{'abc'.index(letter) + 1}", {"conv": "conv", "norm": "bn"}[what], *parts[6:]])


@torch.no_grad()
def test_panns(cnn14, tmp_path):
    # the released files keep the sampler's state, with arrays of numpy in it, beside the model
    torch.save({"iteration": 1, "model": cnn14.state_dict(), "sampler": {"order": np.arange(3)}}, tmp_path / "Cnn14.pth")
    report = import_weights("panns-16k", str(tmp_path / "Cnn14.pth"), str(tmp_path / "out"))
    assert len(cnn14.state_dict()) == 84 and len(report["used"]) == 82 and report["missing"] == []
    assert report["unused"] == ["fc_audioset.weight", "fc_audioset.bias"]
    assert report["sha256"] == file_sha256(tmp_path / "out" / "weights.safetensors")
    ours = empty(lambda: Cnn14Tower("panns16k"))
    ours.load_state_dict(load_file(tmp_path / "out" / "weights.safetensors"))
    wave = 0.1 * torch.randn(1, 12_000, generator=torch.Generator().manual_seed(3))
    mel = ours.mel(wave)
    torch.testing.assert_close(mel, cnn14.logmel_extractor(cnn14.spectrogram_extractor(wave))[:, 0].transpose(1, 2))
    x = ours.trunk(mel, ((2, 2),) * 5 + ((1, 1),))
    embedding = F.relu(ours.fc1(x.amax(2) + x.mean(2)))
    torch.testing.assert_close(embedding, cnn14(wave)["embedding"], atol=1e-5, rtol=1e-5)


def test_panns_at_32_khz_is_told_from_16():
    with torch.device("meta"):
        state = Cnn14Tower("panns32k").state_dict() | {"fc_audioset.bias": torch.empty(527)}
    assert convert("panns-32k", state).complete
    wrong = convert("panns-16k", state)
    assert not wrong.complete and len(wrong.misshapen) == 3 and wrong.misshapen[2].startswith("logmel_extractor.melW: (513, 64)")


@torch.no_grad()
def test_slow_r50_and_both_key_schemes_of_slowonly(slow_r50):
    state = slow_r50.state_dict()
    renamed = {mmaction_name(name): value for name, value in state.items()}
    backbone = {name if name.startswith("cls_head") else f"backbone.{name}": value for name, value in renamed.items()}
    bare = {name: value for name, value in renamed.items() if "cls_head" not in name}
    assert len(state) == 320
    files = [("slow-r50", {"model_state": state}, 2), ("slowonly", {"meta": {}, "state_dict": backbone}, 2), ("slowonly", bare, 0)]
    for kind, content, unused in files:
        done = convert(kind, state_of(content))
        assert (len(done.used), len(done.unused), done.complete) == (318, unused, True)
        assert all(torch.equal(value, state[name]) for name, value in done.weights.items())
    ours = empty(SlowOnlyTower)
    ours.load_state_dict(done.weights)
    frames = torch.rand(1, 3, 3, 64, 64, generator=torch.Generator().manual_seed(4))
    mean, std = (torch.tensor(values)[:, None, None] for values in MEAN_STD["pytorchvideo"])
    torch.testing.assert_close(ours(frames), upstream_pictures(slow_r50, (frames - mean) / std), atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_cavp_computes_what_its_parts_compute(cnn14, slow_r50, tmp_path):
    """The released file has no class in any package: written here from the list of its keys, computed with the formulas of the facts."""
    torch.manual_seed(5)
    bn, heads = shaken(torch.nn.BatchNorm2d(128)), {name: torch.nn.Linear(2048, 512) for name in ("video", "audio")}
    state = {f"video_encoder.{mmaction_name(n)}": v for n, v in slow_r50.state_dict().items() if not n.startswith("blocks.5")}
    state |= {f"spec_encoder.bn.{n}": v for n, v in bn.state_dict().items()}
    state |= {f"spec_encoder.{n}": v for n, v in cnn14.state_dict().items() if n.startswith(("conv_block", "fc1."))}
    state |= {f"video_project_head.{n}": v for n, v in heads["video"].state_dict().items()}
    state |= {f"spec_encoder.final_project.{n}": v for n, v in heads["audio"].state_dict().items()} | {"logit_scale": torch.tensor(3.0)}
    torch.save({"state_dict": {f"module.{n}": v for n, v in state.items()}}, tmp_path / "cavp.ckpt")
    report = import_weights("cavp", str(tmp_path / "cavp.ckpt"), str(tmp_path / "cavp"))
    assert report["unused"] == report["missing"] == [] and len(report["used"]) == len(state)
    words = tiny_tokenizer(tmp_path / "words")
    model = empty(lambda: PaperCVALP(words, normalize="none", fc1_twice=True, text_size=TINY_TEXT))
    start_published(model, tmp_path / "cavp")
    torch.testing.assert_close(model.scales()[1:], torch.tensor(3.0).exp().expand(2))
    frames = torch.rand(1, 2, 3, 32, 32)
    expected = F.normalize(heads["video"](upstream_pictures(slow_r50, frames)), dim=-1)
    torch.testing.assert_close(model.encode_video(frames), expected, atol=1e-5, rtol=1e-4)
    mel = torch.rand(1, 128, 32)
    x = bn(mel[..., None]).permute(0, 3, 2, 1)
    for number in range(1, 7):
        x = getattr(cnn14, f"conv_block{number}")(x, (2, 2) if number < 5 else (1, 2) if number == 5 else (1, 1))
    x = x.mean(3)
    x = (F.max_pool1d(x, 3, 1, 1) + F.avg_pool1d(x, 3, 1, 1)).transpose(1, 2)
    x = F.relu(cnn14.fc1(F.relu(cnn14.fc1(x))))
    torch.testing.assert_close(model.encode_audio(mel), F.normalize(heads["audio"](x), dim=-1), atol=1e-5, rtol=1e-4)
    with pytest.raises(ValueError, match="need fc1_twice: True"):
        start_published(PaperCVALP.tiny(words, normalize="none"), tmp_path / "cavp")


@torch.no_grad()
def test_flan_t5_folders(tmp_path):
    from transformers.models.t5.configuration_t5 import T5Config
    from transformers.models.t5.modeling_t5 import T5ForConditionalGeneration

    torch.manual_seed(6)
    whole = T5ForConditionalGeneration(T5Config(**TINY_TEXT, feed_forward_proj="gated-gelu", tie_word_embeddings=False)).eval()
    whole.save_pretrained(tmp_path / "flan")
    tiny_tokenizer(tmp_path / "flan")
    report = import_weights("flan-t5", str(tmp_path / "flan"), str(tmp_path / "out"))
    assert report["missing"] == [] and report["unused"] and all(name.startswith(("decoder.", "lm_head.")) for name in report["unused"])
    model = PaperCVALP.tiny(str(tmp_path / "out" / "tokenizer"), text_size=TINY_TEXT).eval()
    start_published(model, tmp_path / "out")
    texts = ["a dog", "rain"]
    rows = model.text.tokenizer(texts, padding=True, return_tensors="pt")
    hidden = whole.encoder(**rows).last_hidden_state
    by_hand = torch.stack([hidden[0, :3].mean(0), hidden[1, :2].mean(0)])  # "a dog </s>", "rain </s>"
    torch.testing.assert_close(model.text(texts), by_hand, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_panns_start_a_tower_that_hears_128_bands(tmp_path):
    """Convolutions and fc1 come, its own input normalisation stays fresh: tiny stand-in of the same keys through the real loader."""
    words = tiny_tokenizer(tmp_path / "words")
    giver = shaken(PaperCVALP.tiny(words, sound="panns16k"))
    folder = tmp_path / "panns"
    folder.mkdir()
    from safetensors.torch import save_file

    save_file(giver.audio.state_dict(), folder / "weights.safetensors")
    (folder / "weights.json").write_text(json.dumps({"kind": "panns-16k", "settings": {"sound": "panns16k"}}))
    model = PaperCVALP.tiny(words)
    start_published(model, folder)
    assert torch.equal(model.audio.conv_block3.conv1.weight, giver.audio.conv_block3.conv1.weight)
    assert torch.equal(model.audio.bn0.running_mean, torch.zeros(128))
    same = PaperCVALP.tiny(words, sound="panns16k")
    start_published(same, folder)
    assert torch.equal(same.audio.bn0.running_mean, giver.audio.bn0.running_mean)
    with pytest.raises(ValueError, match="need sound"):
        start_published(PaperCVALP.tiny(words, sound="panns32k"), folder)
    with pytest.raises(ValueError, match="no imported weights"):
        start_published(model, tmp_path)


def test_every_key_is_accounted_for():
    with torch.device("meta"):
        state = SlowOnlyTower().state_dict()
    state = {mmaction_name(name): value for name, value in state.items()}
    state.pop("conv1.bn.bias")
    state["layer1.0.conv1.conv.weight"] = torch.empty(1, device="meta")
    state["elsewhere.weight"] = torch.empty(2)
    done = convert("slowonly", state)
    assert not done.complete
    assert done.missing == ["blocks.0.norm.bias"] and done.unused == ["elsewhere.weight"]
    assert done.misshapen == ["layer1.0.conv1.conv.weight: (1,) instead of (64, 64, 1, 1, 1)"]
    assert _slow_only_from_mmaction("backbone.layer4.2.conv3.bn.running_var") == "blocks.4.res_blocks.2.branch2.norm_c.running_var"
    with pytest.raises(ValueError, match="no named tensors"):
        state_of({"epoch": 3})


class Rogue:
    """What a file may not bring along."""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"not a checkpoint", "is no checkpoint"),
        ({"epoch": 3}, "holds no named tensors"),
        ({"state_dict": {"fc.weight": torch.zeros(2)}}, "is not mmaction's SlowOnly"),
        ({"state_dict": {}, "other": Rogue()}, "holds objects besides tensors"),
    ],
)
def test_a_wrong_file_gets_one_clear_line(content, said, tmp_path):
    path = tmp_path / "file.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(UserError, match=said) as caught:
        import_weights("slowonly", str(path), str(tmp_path / "out"))
    assert "\n" not in str(caught.value) and not (tmp_path / "out").exists()


def test_what_cannot_be_read_or_written_is_said_before_work(tmp_path):
    for arguments, said in [
        (("resnet", "x", "y"), "no kind of weights"),
        (("cavp", str(tmp_path / "no.ckpt"), str(tmp_path / "y")), "no such file"),
        (("flan-t5", str(tmp_path), str(tmp_path / "y")), "no config.json"),
    ]:
        with pytest.raises(UserError, match=said):
            import_weights(*arguments)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("")
    with pytest.raises(UserError, match="not empty"):
        import_weights("cavp", "x", str(tmp_path / "full"))
