"""The towers at paper size: lengths, units, the upstream networks inside, freezing, checkpointing, saving."""

import pytest
import torch
from tiny_words import TINY_TEXT, WORDS, tiny_tokenizer
from torch import nn

from cvalp.paper.cnn14 import FRONT_ENDS, Cnn14Tower
from cvalp.paper.flan_t5 import FlanT5Tower, encoder_config, read_tokenizer
from cvalp.paper.model import TOKENIZER_FOLDER, PaperCVALP
from cvalp.paper.slow_only import MEAN_STD, SlowOnlyTower
from vocoders.clock import PAPER
from vocoders.mel import LogMel

WIDTHS = (4, 4, 8, 8, 8, 16)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory) -> str:
    return tiny_tokenizer(tmp_path_factory.mktemp("vocabulary"))


@pytest.fixture(scope="module")
def model(tokenizer) -> PaperCVALP:
    torch.manual_seed(0)
    return PaperCVALP.tiny(tokenizer).eval()


@torch.no_grad()
def test_a_clip_is_32_tokens_of_unit_length(model):
    frames = torch.rand(1, PAPER.pictures, 3, 32, 32)
    mel = LogMel(PAPER)(0.1 * torch.randn(1, PAPER.samples))
    video, audio = model.encode_video(frames), model.encode_audio(mel)
    assert video.shape == audio.shape == (1, 32, model.config.dim) == (1, PAPER.pictures, model.video_width)
    torch.testing.assert_close(video.norm(dim=-1), torch.ones(1, 32))
    torch.testing.assert_close(audio.norm(dim=-1), torch.ones(1, 32))
    text = model.encode_text(["a dog", "", "a"])
    assert text.shape == (3, model.text_width)
    torch.testing.assert_close(text.norm(dim=-1), torch.ones(3))


@pytest.mark.parametrize(("sound", "samples"), [("panns16k", 131_072), ("panns32k", 262_144)])
@torch.no_grad()
def test_panns_own_mel_is_pooled_to_the_same_tokens(sound, samples):
    tower = Cnn14Tower(sound, WIDTHS).eval()
    mel = tower.mel(0.1 * torch.randn(1, samples))
    assert mel.shape == (1, 64, samples // FRONT_ENDS[sound].hop_samples + 1)
    assert tower(mel).shape == (1, 32, 16)
    assert tower(tower.mel(torch.zeros(1, samples // 2))).shape == (1, 16, 16)
    assert float(tower.mel(torch.zeros(1, 16_000)).max()) == pytest.approx(-100)  # 10 log10(1e-10)


def test_sounds_and_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="128 bands"):
        Cnn14Tower("mel128", WIDTHS)(torch.rand(1, 64, 32))
    with pytest.raises(ValueError, match="LogMel"):
        Cnn14Tower("mel128", WIDTHS).mel(torch.rand(1, 16_000))


@torch.no_grad()
def test_normalisation_is_that_of_the_weights():
    torch.manual_seed(0)
    tower = SlowOnlyTower(2, "none").eval()
    frames = torch.rand(1, 2, 3, 32, 32)
    for name, (mean, std) in MEAN_STD.items():
        by_hand = (frames - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]
        tower.normalize = name
        out = tower(frames)
        tower.normalize = "none"
        torch.testing.assert_close(out, tower(by_hand))


@torch.no_grad()
def test_one_token_hears_and_sees_its_neighbourhood_only():
    """Nine blocks look one picture either way (facts on SlowOnly); in the sound, 16 frames are one token."""
    torch.manual_seed(0)
    tower = SlowOnlyTower(2).eval()
    for module in tower.modules():
        if isinstance(module, nn.BatchNorm3d):  # a block starts as the identity: its last norm is 0
            module.weight.uniform_(0.5, 1.5)
    frames = torch.rand(1, 32, 3, 32, 32)
    other = frames.clone()
    other[:, 20:] = torch.rand(1, 12, 3, 32, 32)
    change = (tower(other) - tower(frames)).abs().amax((0, 2))
    assert float(change[:11].max()) < 1e-6 and float(change[12:20].max()) > 1e-5


def test_a_frozen_text_encoder_has_no_gradients_and_no_dropout(tokenizer):
    tower = FlanT5Tower(tokenizer, TINY_TEXT).train()
    out = tower(["a dog", "a"])
    assert not out.requires_grad and torch.equal(out, tower(["a dog", "a"]))
    torch.testing.assert_close(tower(["a"])[0], out[1])  # padding does not count
    with pytest.raises(ValueError, match="at least one"):
        tower([])


def test_top_layers_of_the_text_encoder_learn_when_asked(tokenizer):
    shape = {**TINY_TEXT, "num_layers": 3}
    tower = FlanT5Tower(tokenizer, shape, unfrozen_layers=1)
    tower(["a dog"]).sum().backward()
    learning = {name for name, parameter in tower.named_parameters() if parameter.grad is not None}
    assert learning and all(".block.2." in name or "final_layer_norm" in name for name in learning)
    assert all(p.requires_grad for p in FlanT5Tower(tokenizer, shape, unfrozen_layers=3).parameters())
    with pytest.raises(ValueError, match="0 to 3"):
        FlanT5Tower(tokenizer, shape, unfrozen_layers=4)


def test_the_input_norm_learns_the_same_from_one_clip_as_from_several():
    """PANNs' own order of axes, (1, bins, frames, 1), gets a wrong gradient from torch's batch norm on a CPU."""
    torch.manual_seed(0)
    tower, mel, weights = Cnn14Tower("mel128", WIDTHS).eval(), torch.rand(3, 128, 64), torch.randn(3, 4, WIDTHS[-1])

    def gradient(clips: int) -> torch.Tensor:
        tower.zero_grad()
        for some, wanted in zip(mel.split(clips), weights.split(clips), strict=True):
            (tower(some) * wanted).sum().backward()
        return torch.cat([tower.bn0.weight.grad, tower.bn0.bias.grad])

    together = gradient(3)
    torch.testing.assert_close(gradient(1), together, atol=1e-4 * float(together.abs().max()), rtol=1e-4)


@pytest.mark.parametrize("tower", [SlowOnlyTower(2), Cnn14Tower("mel128", WIDTHS)], ids=["video", "audio"])
def test_checkpointing_changes_memory_only(tower):
    """Outputs, gradients and running statistics are as without it, dropout included."""
    inputs = torch.rand(2, 4, 3, 32, 32) if isinstance(tower, SlowOnlyTower) else torch.rand(2, 128, 32)
    start = {name: value.clone() for name, value in tower.state_dict().items()}
    results = []
    for again in (False, True):
        tower.load_state_dict(start)
        tower.train().gradient_checkpointing = again
        tower.zero_grad()
        torch.manual_seed(3)
        out = tower(inputs)
        out.square().mean().backward()
        state = {name: value.clone() for name, value in tower.state_dict().items()}
        results.append((out.detach(), {n: p.grad.clone() for n, p in tower.named_parameters() if p.grad is not None}, state))
    torch.testing.assert_close(results[0], results[1])
    assert any(not torch.equal(value, start[name]) for name, value in results[0][2].items() if "running" in name)


@torch.no_grad()
def test_a_model_with_panns_front_end_is_saved_and_read_back(tokenizer, tmp_path):
    model = PaperCVALP.tiny(tokenizer, sound="panns16k").eval()
    model.save_pretrained(tmp_path)
    read, wave = PaperCVALP.from_pretrained(tmp_path), 0.1 * torch.randn(1, 8000)
    torch.testing.assert_close(read.encode_audio(read.audio.mel(wave)), model.encode_audio(model.audio.mel(wave)))


@torch.no_grad()
def test_saved_and_read_back(model, tmp_path):
    model.save_pretrained(tmp_path / "there")
    (tmp_path / "there").rename(tmp_path / "here")  # the tokenizer is the one beside the weights
    read = PaperCVALP.from_pretrained(tmp_path / "here")
    assert not read.training and (tmp_path / "here" / TOKENIZER_FOLDER / "tokenizer.json").is_file()
    frames, mel = torch.rand(1, 4, 3, 32, 32), torch.rand(1, 128, 64)
    torch.testing.assert_close(read.encode_video(frames), model.encode_video(frames))
    torch.testing.assert_close(read.encode_audio(mel), model.encode_audio(mel))
    torch.testing.assert_close(read.encode_text([*WORDS]), model.encode_text([*WORDS]))


def test_a_sentencepiece_file_is_a_tokenizer_too(tokenizer_file):
    import sentencepiece

    tokenizer, pieces = read_tokenizer(tokenizer_file), sentencepiece.SentencePieceProcessor(model_file=str(tokenizer_file))
    text = "a dog barks at the postman"
    assert tokenizer(text)["input_ids"][:-1] == pieces.EncodeAsIds(text)
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (0, 1)
    with pytest.raises(ValueError, match="no tokenizer"):
        read_tokenizer("nowhere")


def test_published_sizes():
    with torch.device("meta"):
        assert sum(p.numel() for p in SlowOnlyTower().parameters()) == pytest.approx(31.6e6, rel=0.01)  # 32.45 M less the 400-way head
        assert sum(p.numel() for p in Cnn14Tower().parameters()) == pytest.approx(79.7e6, rel=0.01)
    config = encoder_config({"d_model": 768, "d_ff": 2048, "d_kv": 64, "num_layers": 12, "num_heads": 12, "vocab_size": 32128})
    assert config.is_gated_act and config.dense_act_fn == "gelu_new"
