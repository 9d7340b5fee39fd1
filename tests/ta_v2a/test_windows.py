"""Windows, tapes and seams: the mathematics of long clips."""

import itertools

import numpy as np
import pytest
import torch

from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from ta_v2a.engine.tapes import KNEE, PictureTape, decoded, held_back, limited
from ta_v2a.engine.windows import Seam, Window, plan_windows


@pytest.mark.parametrize("columns", [1, 31, 128, 129, 144, 145, 200, 224, 225, 352, 9375])
def test_windows_cover_everything_and_share_enough(columns):
    windows = plan_windows(columns, 128, 32)
    assert windows[0].start == 0 and windows[-1].stop == columns
    assert all(window.stop - window.start == (columns if columns <= 144 else 128) for window in windows)
    for before, after in itertools.pairwise(windows):
        assert before.start < after.start <= before.stop - 32 and after.shared_stop == before.stop


def test_windows_refuse_impossible_overlaps():
    for columns, size, overlap in ((0, 128, 32), (10, 128, 0), (10, 128, 65)):
        with pytest.raises(ValueError):
            plan_windows(columns, size, overlap)


def test_weight_rises_from_nothing_to_everything():
    weight = Window(96, 224, 128).weight()
    assert weight.shape == (32,) and weight[0] < 0.01 and weight[-1] > 0.99
    assert (weight.diff() > 0).all()
    torch.testing.assert_close(weight + weight.flip(0), torch.ones(32))
    assert Window(0, 128, 0).weight().numel() == 0


def _flow(noise: torch.Tensor, window: Window, carry, steps: int = 5):
    """Euler steps of dz/dt = z - field, where the field is a function of the absolute column: every window sees the same."""
    field = torch.sin(torch.arange(window.start, window.stop) / 7.0)
    seam, latents = Seam(noise, window, carry), noise
    for _ in range(steps):
        latents = seam.step(latents - (latents - field) / steps)
    return latents, seam


@pytest.mark.parametrize("columns", [225, 300])
def test_windows_that_agree_give_what_one_long_window_gives(columns):
    noise = torch.randn(2, 3, columns, generator=torch.Generator().manual_seed(1))
    whole, _ = _flow(noise, Window(0, columns, 0), None)
    pieces, carry, windows = [], None, plan_windows(columns, 128, 32)
    for window, following in zip(windows, [*windows[1:], None], strict=True):
        latents, seam = _flow(noise[..., window.start : window.stop], window, carry)
        stop = (following.start if following else window.stop) - window.start
        pieces.append(latents[..., :stop])
        carry = seam.carry(following) if following else None
    torch.testing.assert_close(torch.cat(pieces, dim=-1), whole)


def test_seam_begins_with_the_window_before_and_ends_with_its_own():
    window, before = Window(96, 224, 128), Window(0, 128, 0)
    noise = torch.zeros(1, 1, 128)
    first = Seam(noise, before, None)
    first.step(noise + 1)
    seam = Seam(noise, window, first.carry(window))
    latents = seam.step(noise + 3)
    assert latents[0, 0, 0] == pytest.approx(1, abs=0.01) and latents[0, 0, 31] == pytest.approx(3, abs=0.01)
    assert (latents[..., 32:] == 3).all()


def test_picture_tape_reads_blocks_of_any_size_and_repeats_the_last_picture():
    numbers = np.arange(50, dtype=np.uint8).reshape(1, 50, 1, 1)
    tape = PictureTape(iter([numbers[:, :7], numbers[:, 7:40], numbers[:, 40:]]))
    assert tape.read(0, 20).ravel().tolist() == list(range(20))
    assert tape.read(12, 30).ravel().tolist() == list(range(12, 30))
    assert tape.read(30, 55).ravel().tolist() == [*range(30, 50), *[49] * 5]
    assert tape.read(60, 62).ravel().tolist() == [49, 49]
    with pytest.raises(ValueError, match="let go"):
        tape.read(0, 3)
    with pytest.raises(ValueError, match="no pictures"):
        PictureTape(iter([])).read(0, 1)


def test_delayed_pictures_come_later_and_none_is_lost():
    numbers = np.arange(9, dtype=np.uint8).reshape(1, 9, 1, 1)
    for pictures in (0, 1, 4):
        later = np.concatenate(list(held_back(iter([numbers[:, :2], numbers[:, 2:]]), pictures)), axis=1).ravel()
        assert later.tolist() == [0] * pictures + list(range(9))
    assert list(held_back(iter([]), 3)) == []


@pytest.mark.parametrize("pieces", [[40], [3, 30, 7], [10] * 4, [1] * 40, [38, 1, 1]])
def test_decoded_pieces_are_the_whole_and_little_is_held(pieces):
    latents = torch.randn(2, 1, 40, generator=torch.Generator().manual_seed(2))
    widths = []

    def decode(columns: torch.Tensor) -> torch.Tensor:  # three neighbours on either side
        widths.append(columns.shape[-1])
        return torch.nn.functional.avg_pool1d(columns, 7, 1, 3).repeat_interleave(4, dim=-1)

    blocks = list(decoded(latents.split(pieces, dim=-1), decode, 4, margin_columns=3))
    assert max(widths) <= max(pieces) + 2 * 3
    torch.testing.assert_close(torch.cat(blocks, dim=-1), decode(latents))
    assert list(decoded([], decode, 4, margin_columns=3)) == []


def test_the_margin_is_the_reach_of_the_autoencoder():
    torch.manual_seed(0)
    autoencoder = MelAutoencoder.tiny()
    for weights in autoencoder.parameters():
        torch.nn.init.normal_(weights, std=0.3)
    latents = torch.randn(1, 4, 61)
    moved = latents.clone()
    moved[..., 30] += 1
    with torch.no_grad():
        changed = (autoencoder._decode_raw(moved) != autoencoder._decode_raw(latents)).any(1)[0].nonzero()
    reach = max(30 - int(changed.min()) // 4, int(changed.max()) // 4 - 30)
    assert MelAutoencoder.margin_columns - 2 <= reach <= MelAutoencoder.margin_columns


def test_the_limiter_leaves_quiet_sound_alone_and_bends_the_rest_smoothly():
    wave = torch.linspace(-4, 4, 8001, dtype=torch.float64)
    bent = limited(wave)
    quiet = wave.abs() <= KNEE
    assert torch.equal(bent[quiet], wave[quiet]) and bent.abs().max() <= 1
    torch.testing.assert_close(bent, -bent.flip(0))
    slopes = bent.diff() / wave.diff()
    assert slopes.min() >= 0 and slopes.diff().abs().max() < 0.01  # no corner: hard clipping's slope jumps by 1
