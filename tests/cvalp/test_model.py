"""CVALP's encoders: shapes, units, what the video tower can see, and saving."""

import math
from pathlib import Path

import pytest
import torch

import cvalp
from cvalp.mini.model import ACTIVITY, CVALP, TOKENIZER_FILE
from cvalp.mini.video_tower import SpaceTimeBlock, VideoTower, motion_channels, shift_in_time
from cvalp.pooling import pooled, windows

TOKENIZER = Path(cvalp.__file__).parents[1] / "ta_v2a" / "weights" / "mini" / "cvalp" / TOKENIZER_FILE
DIM = 16


def tiny() -> CVALP:
    torch.manual_seed(0)
    return CVALP(str(TOKENIZER), dim=DIM, video_widths=(8, 8, 8), video_time_blocks=1, text_width=16, text_layers=1).eval()


@pytest.fixture(scope="module")
def model() -> CVALP:
    return tiny()


def film(pictures: int, batch: int = 1, seed: int = 0, px: int = 32) -> torch.Tensor:
    return torch.rand(batch, pictures, px, px, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_shapes_units_and_ranges(model):
    video = model.encode_video(film(12, 2))
    assert video.shape == (2, 6, DIM + ACTIVITY) and video.shape[-1] == model.video_width
    torch.testing.assert_close(video[..., :DIM].norm(dim=-1), torch.ones(2, 6))
    assert video[..., DIM:].min() >= 0 and video[..., DIM:].max() <= 1
    audio = model.encode_audio(torch.rand(2, 128, 24))
    assert audio.shape == (2, 6, DIM)
    torch.testing.assert_close(audio.norm(dim=-1), torch.ones(2, 6))
    text = model.encode_text(["a dog barks", "", "a stick hits a bottle twice"])
    assert text.shape == (3, model.text_width)
    torch.testing.assert_close(text.norm(dim=-1), torch.ones(3))


@torch.no_grad()
def test_longer_clips_and_other_sizes(model):
    assert model.encode_video(film(50)).shape == (1, 25, DIM + ACTIVITY)
    assert model.encode_video(film(4, px=80)).shape == (1, 2, DIM + ACTIVITY)


def test_clips_of_a_batch_do_not_touch(model):
    with torch.no_grad():
        both = model.encode_video(film(12, 2))
        torch.testing.assert_close(model.encode_video(film(12, 2)[1:]), both[1:], atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_saved_and_read_back(model, tmp_path):
    model.save_pretrained(tmp_path / "there")
    assert (tmp_path / "there" / TOKENIZER_FILE).read_bytes() == TOKENIZER.read_bytes()
    (tmp_path / "there").rename(tmp_path / "here")  # the tokenizer is the one beside the weights
    read = CVALP.from_pretrained(tmp_path / "here")
    assert Path(read.config.tokenizer_file).parent == tmp_path / "here"
    assert not read.training
    torch.testing.assert_close(read.encode_video(film(8)), model.encode_video(film(8)))
    torch.testing.assert_close(read.encode_text(["rain"]), model.encode_text(["rain"]))
    read.save_pretrained(tmp_path / "here")
    assert (tmp_path / "here" / TOKENIZER_FILE).read_bytes() == TOKENIZER.read_bytes()


def test_checkpoints_with_the_text_table_under_both_names_load(model):
    """As T5 keeps it, and as the first trainings wrote it."""
    state = model.state_dict()
    table = "text.encoder.encoder.embed_tokens.weight"
    assert table in state and "text.encoder.shared.weight" not in state
    tiny().load_state_dict({**state, "text.encoder.shared.weight": state[table].clone()})


def test_temperatures_are_bounded():
    model = tiny()
    torch.testing.assert_close(model.scales(), torch.full((3,), 1 / 0.07))
    with torch.no_grad():
        model.log_scale.copy_(torch.tensor([-1.0, 2.0, 20.0]))
    torch.testing.assert_close(model.scales(), torch.tensor([1.0, math.exp(2.0), 100.0]))


def test_pooling_and_windows_are_means_of_unit_length():
    tokens = torch.randn(2, 10, DIM)
    torch.testing.assert_close(pooled(tokens), tokens.mean(1) / tokens.mean(1).norm(dim=-1, keepdim=True))
    parts = windows(tokens, 4)
    assert parts.shape == (2, 2, DIM)
    second = tokens[:, 4:8].mean(1)
    torch.testing.assert_close(parts[:, 1], second / second.norm(dim=-1, keepdim=True))


def test_shift_in_time():
    """Of 16 channels two come from the picture before, two from the picture after; nothing crosses from clip to clip."""
    x = torch.randn(2 * 5, 16, 3, 3)
    clips, shifted = x.unflatten(0, (2, 5)), shift_in_time(x, 5).unflatten(0, (2, 5))
    torch.testing.assert_close(shifted[:, 1:, :2], clips[:, :-1, :2])
    torch.testing.assert_close(shifted[:, :-1, 2:4], clips[:, 1:, 2:4])
    torch.testing.assert_close(shifted[:, :, 4:], clips[:, :, 4:])
    assert not shifted[:, 0, :2].any() and not shifted[:, -1, 2:4].any()


def test_a_still_film_has_no_motion():
    still = film(1).expand(1, 8, 32, 32)
    channels = motion_channels(still)
    assert channels.shape == (1, 8, 4, 32, 32)
    assert not channels[:, :, 1:].any() and channels[:, :, 0].std() > 0.4
    assert not motion_channels(torch.full((1, 8, 32, 32), 0.3))[:, :, 1:].any()


def test_motion_channels_are_the_changes_back_two_back_and_ahead():
    luma, back, back2, ahead = motion_channels(film(8)).unbind(2)
    torch.testing.assert_close(back[:, 1:], ahead[:, :-1])
    torch.testing.assert_close(back2[:, 2:], back[:, 2:] + back[:, 1:-1])
    torch.testing.assert_close(back2[:, 1], back[:, 1])
    assert not back[:, 0].any() and not ahead[:, -1].any()
    steps = film(8).diff(dim=1)
    assert torch.corrcoef(torch.stack([back[:, 1:].flatten(), steps.flatten()]))[0, 1] > 0.999
    assert float(luma.mean()) == pytest.approx(0, abs=1e-5)


def test_brightness_and_contrast_of_the_film_hardly_matter():
    frames = 0.2 + 0.5 * film(8)
    reference = motion_channels(frames)
    torch.testing.assert_close(motion_channels(frames + 0.2), reference, atol=1e-4, rtol=1e-4)
    flat = motion_channels(0.5 + 0.6 * (frames - 0.5))
    assert float((flat - reference).norm() / reference.norm()) < 0.1


def turned_round(frames: torch.Tensor, start: int) -> torch.Tensor:
    """The film with its pictures from `start` on in reverse: same brightness, same amount of motion. Its ends must be alike."""
    return torch.cat([frames[:, :start], frames[:, start:].flip(1)], 1)


@torch.no_grad()
@pytest.mark.parametrize("time_blocks", [0, 1])
def test_a_token_sees_its_neighbourhood(time_blocks):
    """Without time blocks token k sees pictures up to 2k + 8: one token ahead, four shifts and one change ahead.

    A time block adds one token and the normalisation over the clip, which is why the rest changes a little.
    """
    torch.manual_seed(0)
    tower = VideoTower(DIM, (8, 8, 8), time_blocks, space_time_blocks=0).eval()
    frames = film(48)
    frames[:, -1] = frames[:, 24]
    change = (tower(turned_round(frames, 24)) - tower(frames)).norm(dim=-1)[0]  # pictures 25 to 46 differ
    far, near = change[: 9 - time_blocks].max(), change[13:22].mean()
    assert near > 0.01
    assert far < (0.1 * near if time_blocks else 1e-4)


@torch.no_grad()
@pytest.mark.parametrize("dilation", [1, 2])
def test_a_space_time_block_is_a_convolution_over_space_and_time(dilation):
    torch.manual_seed(0)
    block, x = SpaceTimeBlock(4, dilation).eval(), torch.randn(2 * 7, 4, 5, 6)
    assert torch.equal(block(x, 7), x)  # new blocks change nothing
    block.scale.fill_(1)
    films = x.unflatten(0, (2, 7)).transpose(1, 2)  # (b, c, n, h, w)
    weight = block.conv.weight.unflatten(1, (3, 4)).transpose(1, 2)  # (out, in, moments, 3, 3)
    convolved = torch.nn.functional.conv3d(films, weight, padding=(dilation, 1, 1), dilation=(dilation, 1, 1))
    expected = films + convolved.relu() / math.sqrt(1 + block.norm.eps)
    torch.testing.assert_close(block(x, 7), expected.transpose(1, 2).flatten(0, 1), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_space_time_blocks_look_further():
    """Dilated by 1, 2 and 4 tokens they add seven tokens to either side."""
    torch.manual_seed(0)
    tower = VideoTower(DIM, (8, 8, 8), time_blocks=0).eval()
    for block in tower.space_time:
        block.scale.fill_(1)
    frames = film(64)
    frames[:, -1] = frames[:, 40]
    change = (tower(turned_round(frames, 40)) - tower(frames)).norm(dim=-1)[0]  # pictures 41 to 62 differ
    assert change[:10].max() < 1e-4 * change.max() < change[12]  # from token 17 on without them
