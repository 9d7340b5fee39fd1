"""HiFi-GAN through transformers' class: upstream checkpoints, lengths, scales of the mel."""

import numpy as np
import pytest
import torch

from vocoders.hifi_gan import AudioLdmMel, HifiGan, rescaled
from vocoders.mel import LogMel

TINY = {
    "resblock_kernel_sizes": [3, 7],
    "resblock_dilation_sizes": [[1, 3], [1, 3]],
    "upsample_initial_channel": 32,
}


@pytest.fixture(scope="module")
def upstream():
    """AudioLDM's shape (64 bands, hop 160 by odd kernels), written by the library's own class, with a
    normalisation that does something."""
    from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

    torch.manual_seed(0)
    rates, kernels = [5, 4, 2, 2, 2], [16, 16, 8, 4, 4]
    network = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            upsample_rates=rates,
            upsample_kernel_sizes=kernels,
            normalize_before=True,
            **TINY,
        )
    ).eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    network.mean.uniform_(-5, -3)
    network.scale.uniform_(1, 3)
    return network


@pytest.fixture(scope="module")
def vocoder(upstream, tmp_path_factory) -> HifiGan:
    folder = tmp_path_factory.mktemp("audioldm")
    upstream.save_pretrained(folder / "vocoder")
    return HifiGan.from_speecht5(folder, subfolder="vocoder")


def test_an_upstream_checkpoint_gives_upstreams_sound(vocoder, upstream, tmp_path) -> None:
    mel = torch.randn(2, 64, 20, generator=torch.Generator().manual_seed(0)) * 2 - 5
    with torch.no_grad():
        wanted = upstream(mel.transpose(1, 2))
    made = vocoder(mel)
    assert wanted.shape == (2, 20 * 160 + 32) and made.shape == (2, 20 * 160)
    assert made.std() > 1e-3 and torch.allclose(made, wanted[:, : 20 * 160], atol=1e-6)
    vocoder.save_pretrained(tmp_path)
    again = HifiGan.from_pretrained(tmp_path)
    assert (
        torch.equal(again(mel), made)
        and again.config.network_scale == "natural_log"
        and again.clock.mel_bins == 64
    )


def test_upstream_is_streamed_too(vocoder) -> None:
    mel = torch.randn(1, 64, 90, generator=torch.Generator().manual_seed(0)) - 5
    streamed = torch.cat(list(vocoder.stream(mel.split(11, dim=-1), chunk_frames=20)), dim=-1)
    assert torch.allclose(streamed, vocoder(mel), atol=1e-5)


def test_frames_first_is_refused_and_so_are_other_bands(vocoder) -> None:
    for shape in ((1, 100, 64), (1, 128, 100)):
        with pytest.raises(ValueError, match=r"\(batch, 64, frames"):
            vocoder(torch.zeros(shape))


def test_scales_are_one_magnitude() -> None:
    """a = 0.01 is 0.4 on the unit scale and ln 0.01 on the other; below the unit scale's floor
    there is only the logarithm's."""
    unit = torch.tensor([[[0.4, 0.0, 1.0]]])
    logs = rescaled(unit, "unit", "natural_log")
    assert torch.allclose(logs, torch.log(torch.tensor([[[1e-2, 1e-5, 10.0]]])), atol=1e-5)
    assert torch.allclose(rescaled(logs, "natural_log", "unit"), unit, atol=1e-5)
    assert torch.equal(rescaled(unit * 2, "unit", "unit"), torch.tensor([[[0.8, 0.0, 1.0]]]))
    assert torch.equal(rescaled(logs, "natural_log", "natural_log"), logs)


def test_a_network_of_natural_logs_can_be_called_on_the_unit_scale(vocoder) -> None:
    both = HifiGan(**{**vocoder.config, "input_scale": "unit"}).eval()
    both.load_state_dict(vocoder.state_dict())
    unit = torch.rand(1, 64, 6)
    assert torch.allclose(both(unit), vocoder(rescaled(unit, "unit", "natural_log")), atol=1e-6)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="hop of 200"):
        HifiGan(hop_samples=200)
    with pytest.raises(ValueError, match="scale"):
        HifiGan(input_scale="decibels")
    with pytest.raises(OSError):
        HifiGan.from_speecht5("no/such/folder")


def test_audioldms_mel() -> None:
    librosa = pytest.importorskip("librosa")
    wave = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) * 0.1
    filters = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=64, fmin=0, fmax=8000)
    spectrum = np.abs(librosa.stft(wave, n_fft=1024, hop_length=160, pad_mode="constant"))[:, :100]
    made = AudioLdmMel()(torch.from_numpy(wave)[None])[0].numpy()
    assert made.shape == (64, 100) and np.allclose(
        made, np.log(np.maximum(filters @ spectrum, 1e-5)), atol=1e-3
    )
    assert torch.allclose(AudioLdmMel()(torch.zeros(1, 1600)), torch.tensor(float(np.log(1e-5))))
    assert LogMel()(torch.from_numpy(wave)[None]).shape[1] == 128
