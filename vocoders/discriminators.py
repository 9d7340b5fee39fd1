"""Multi-resolution spectrogram discriminators, kept small (UnivNet, Jang et al. 2021, arXiv 2106.07889, section 2.2; complex input as in
EnCodec, Defossez et al. 2022, arXiv 2210.13438, section 3.4), and the least-squares adversarial losses."""

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from vocoders.spectrum import Float32Constants


class SpectrumDiscriminator(Float32Constants):
    """2-D convolutions over the compressed complex spectrum of one resolution, strided along frequency."""

    def __init__(self, fft_samples: int, width: int = 16) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)
        self.layers = nn.ModuleList(
            [weight_norm(nn.Conv2d(2, width, (7, 5), padding=(3, 2)))]
            + [weight_norm(nn.Conv2d(width, width, (5, 3), stride=(2, 1), padding=(2, 1))) for _ in range(3)]
        )
        self.out = weight_norm(nn.Conv2d(width, 1, 3, padding=1))

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """(B, samples) to a map of scores and the features of every layer."""
        size = self.window.shape[0]
        spectrum = torch.stft(wave.float(), size, size // 4, window=self.window, pad_mode="constant", return_complex=True)
        parts = torch.view_as_real(spectrum)
        # |S|^0.3 with the phase kept: quiet detail must be visible beside loud bins
        modulus = parts.square().sum(-1, keepdim=True).add(1e-6).sqrt()
        hidden = (parts * modulus.pow(-0.7)).permute(0, 3, 1, 2)
        features = []
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), 0.2)
            features.append(hidden)
        return self.out(hidden), features


class MultiResolutionDiscriminator(nn.Module):
    def __init__(self, fft_sizes: tuple[int, ...] = (512, 1024, 2048), width: int = 16) -> None:
        super().__init__()
        self.members = nn.ModuleList(SpectrumDiscriminator(size, width) for size in fft_sizes)

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> list[tuple[torch.Tensor, list[torch.Tensor]]]:
        """Scores and features of every resolution."""
        return [member(wave) for member in self.members]


Judgement = list[tuple[torch.Tensor, list[torch.Tensor]]]


def discriminator_loss(true: Judgement, made: Judgement) -> Float[torch.Tensor, ""]:
    """(D(x) - 1)^2 + D(G)^2, mean over resolutions (Mao et al. 2017, eq. 9)."""
    terms = [(real - 1).square().mean() + fake.square().mean() for (real, _), (fake, _) in zip(true, made, strict=True)]
    return torch.stack(terms).mean()


def adversarial_loss(made: Judgement) -> Float[torch.Tensor, ""]:
    """(D(G) - 1)^2, mean over resolutions."""
    return torch.stack([(fake - 1).square().mean() for fake, _ in made]).mean()


def feature_loss(true: Judgement, made: Judgement) -> Float[torch.Tensor, ""]:
    """Feature matching (Kumar et al. 2019, MelGAN, eq. 3): mean absolute difference, relative to the true features' size."""
    terms = [
        (wanted.detach() - got).abs().mean() / wanted.detach().abs().mean().clamp_min(1e-4)
        for (_, reals), (_, fakes) in zip(true, made, strict=True)
        for wanted, got in zip(reals, fakes, strict=True)
    ]
    return torch.stack(terms).mean()
