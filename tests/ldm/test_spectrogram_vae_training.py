"""The small image VAE learns, and its latents come out with unit variance."""

import lightning
import pytest
import torch
from torch.utils.data import DataLoader

from ldm.autoencoders.mel_autoencoder import Posterior
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.training.spectrogram_vae import SpectrogramVaeTraining, kl_to_standard_normal


def mels(count: int = 40) -> DataLoader:
    """Smooth random pictures in [0, 1]."""
    g = torch.Generator().manual_seed(0)
    coarse = torch.rand(count, 1, 4, 4, generator=g)
    fine = torch.nn.functional.interpolate(coarse, size=(16, 16), mode="bilinear")
    return DataLoader([{"mel": picture[0]} for picture in fine], batch_size=8)


def trained(folder, epochs: int, **options) -> SpectrogramVaeTraining:
    torch.manual_seed(0)
    network = SpectrogramVae.tiny(mel_bins=16, picture_channels=1, scaling_factor=1.0)
    module = SpectrogramVaeTraining(network, lr=3e-3, warmup_steps=5, max_steps=5 * epochs, **options)
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, mels(), mels())
    return module


@pytest.mark.filterwarnings("ignore")
def test_it_learns_and_is_left_with_its_factor(tmp_path) -> None:
    begun, done = trained(tmp_path, 1), trained(tmp_path, 16, export_folder=str(tmp_path / "vae"))
    batch = torch.stack([row["mel"] for row in mels().dataset])
    with torch.no_grad():
        first, last = (float(each.losses(batch, None)[0]["reconstruction"]) for each in (begun, done))
        assert last < 0.7 * first, (first, last)
        vae = SpectrogramVae.from_pretrained(tmp_path / "vae")
        sample = vae.encode(batch).sample(torch.Generator().manual_seed(0))
    assert float(sample.std()) == pytest.approx(1.0, abs=0.2)
    assert vae.config.scaling_factor == pytest.approx(done.factor)


@pytest.mark.filterwarnings("ignore")
def test_it_may_end_by_the_clock_and_is_exported_then(tmp_path) -> None:
    done = trained(tmp_path, 16, minutes=1e-9, export_folder=str(tmp_path / "vae"))
    assert 3 <= done.global_step <= 5
    assert SpectrogramVae.from_pretrained(tmp_path / "vae").config.scaling_factor == pytest.approx(
        done.factor
    )


def test_the_kl_term_is_torch_s() -> None:
    mean, logvar = torch.randn(3, 4), torch.randn(3, 4)
    normal = torch.distributions.Normal(mean, (0.5 * logvar).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0.0, 1.0)).mean()
    torch.testing.assert_close(kl_to_standard_normal(Posterior(mean, logvar)), expected)
