"""The paper's denoiser and autoencoders: sizes, shapes, conditions; real classes at tiny sizes."""

import pytest
import torch

from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.conditions import Conditions
from ldm.denoisers.audio_unet import AudioUNet
from ldm.denoisers.role import AudioDenoiser
from ldm.latents import Latents
from ldm.process import Epsilon

INJECTIONS = ["cross_attention", "aligned"]


def run(network: AudioUNet, latents: torch.Tensor, time: torch.Tensor, conditions) -> torch.Tensor:
    return network(Latents(audio=latents), time, conditions).audio


def inputs(columns: int = 16, batch: int = 2):
    generator = torch.Generator().manual_seed(1)
    latents, time = torch.randn(batch, 4, 4, columns, generator=generator), torch.rand(batch, generator=generator)
    video, text = torch.randn(batch, columns // 2, 6, generator=generator), torch.randn(batch, 5, generator=generator)
    return latents, time, Conditions.of(video=video, text=text)


@pytest.fixture(params=INJECTIONS)
def network(request) -> AudioUNet:
    torch.manual_seed(0)
    return AudioUNet.tiny(injection=request.param).eval()


def parameters(module: torch.nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def test_the_paper_s_sizes() -> None:
    """Stable Diffusion 1's UNet and VAE, AudioLDM's VAE; nothing is allocated."""
    with torch.device("meta"):
        unet, vae, audioldm = AudioUNet(), SpectrogramVae(), SpectrogramVae.audioldm()
    assert parameters(unet.unet) == 859_520_964 and parameters(vae.vae) == 83_653_863
    assert unet.grain == 8 and unet.column_shape == (4, 16) and isinstance(unet.process, Epsilon)
    assert (vae.frames_per_column, vae.latent_rows) == (8, 16)
    assert (audioldm.frames_per_column, audioldm.latent_rows) == (4, 16) and 50e6 < parameters(audioldm) < 60e6
    mel = torch.zeros(1, 128, 512, device="meta")
    assert vae.encode(mel).mean.shape == (1, 4, 16, 64)
    assert vae.decode(torch.zeros(1, 4, 16, 64, device="meta")).shape == (1, 128, 512)
    assert audioldm.encode(torch.zeros(1, 64, 512, device="meta")).mean.shape == (1, 8, 16, 128)


@torch.no_grad()
def test_any_multiple_of_the_grain_and_what_mix_made_is_what_conditions_make(network) -> None:
    assert isinstance(network, AudioDenoiser) and network.grain == 2
    for columns in (2, 8, 34):
        latents, time, conditions = inputs(columns)
        output = run(network, latents, time, conditions)
        assert output.shape == latents.shape and output.isfinite().all()
        mixed = network.mix(conditions, Latents(audio=latents))
        torch.testing.assert_close(run(network, latents, time, mixed), output)


@torch.no_grad()
def test_every_condition_counts_and_samples_do_not_touch(network) -> None:
    latents, time, conditions = inputs()
    whole = run(network, latents, time, conditions)
    for name in ("video", "text"):
        rest = Conditions({other: track for other, track in conditions.items() if other != name})
        assert (run(network, latents, time, rest) - whole).abs().max() > 1e-4, name
    assert (run(network, latents, 0.5 * time, conditions) - whole).abs().max() > 1e-4
    alone = Conditions.of(**{name: track.values[1:] for name, track in conditions.items()})
    torch.testing.assert_close(run(network, latents[1:], time[1:], alone), whole[1:], atol=1e-5, rtol=1e-4)


def test_every_weight_learns_and_it_is_saved_whole(network, tmp_path) -> None:
    latents, time, conditions = inputs()
    (run(network, latents, time, conditions) ** 2).mean().backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None and not name.startswith("mixer.null")]
    assert not idle, idle
    network.save_pretrained(tmp_path)
    again = AudioUNet.from_pretrained(tmp_path)
    with torch.no_grad():
        torch.testing.assert_close(run(again, latents, time, conditions), run(network, latents, time, conditions))


def test_what_does_not_fit_is_refused() -> None:
    network = AudioUNet.tiny()
    latents, time, conditions = inputs()
    with pytest.raises(ValueError, match="conditions of 3"):
        run(network, latents, time, Conditions.of(video=torch.zeros(3, 8, 6)))
    with pytest.raises(ValueError, match="rows, columns"):
        run(network, latents[:, :, 0], time, conditions)
    with pytest.raises((ValueError, TypeError), match="injection"):
        AudioUNet.tiny(injection="magic")


@pytest.mark.parametrize(
    "vae", [SpectrogramVae.tiny(), SpectrogramVae.tiny(mel_bins=64, picture_channels=1, latent_channels=8, time_first=True)]
)
@torch.no_grad()
def test_latents_are_rows_by_columns_whichever_axis_the_network_has_first(vae: SpectrogramVae) -> None:
    vae.eval()
    mel = torch.rand(2, vae.config.mel_bins, 32)
    posterior = vae.encode(mel)
    assert posterior.mean.shape == (2, vae.config.latent_channels, vae.latent_rows, 8) == posterior.sample().shape
    made = vae.decode(posterior.mean)
    assert made.shape == mel.shape and made.min() >= 0 and made.max() <= 1
    picture = mel[:, None].expand(-1, vae.config.picture_channels, -1, -1)
    theirs = vae.vae.encode(picture.transpose(2, 3) if vae.config.time_first else picture).latent_dist.mean
    columns_last = theirs.transpose(2, 3) if vae.config.time_first else theirs
    torch.testing.assert_close(posterior.mean, columns_last * vae.config.scaling_factor)
    with pytest.raises(ValueError, match="multiple of 4"):
        vae.encode(mel[..., :30])


@torch.no_grad()
def test_stable_diffusion_s_vae_gets_three_equal_channels_and_its_factor() -> None:
    vae = SpectrogramVae.tiny().eval()
    mel = torch.rand(1, 128, 16)
    expected = vae.vae.encode(mel[:, None].expand(-1, 3, -1, -1)).latent_dist
    torch.testing.assert_close(vae.encode(mel).mean, expected.mean * 0.18215)
    torch.testing.assert_close(vae.encode(mel).logvar.exp().sqrt(), expected.std * 0.18215)
    torch.testing.assert_close(vae.decode(vae.encode(mel).mean), vae.vae.decode(expected.mean).sample[:, 0].clamp(0, 1))
