"""The published audio tower: PANNs Cnn14 (Kong et al. 2020) with a head that keeps time (TA-V2A section III-B, Diff-Foley's `cavp`)."""

from typing import Literal, NamedTuple

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.paper.checkpointing import checkpointed
from cvalp.paper.panns import import_panns
from vocoders.clock import PAPER

SoundInput = Literal["mel128", "panns16k", "panns32k"]
PAPER_TOKEN_S = 1 / PAPER.fps
"""One token: 16 mel frames, 0.256 s, where the paper's clock has one picture."""


class FrontEnd(NamedTuple):
    """PANNs' own spectrogram: power, 64 mel bands, 10 log10(max(S, 1e-10))."""

    sample_rate_hz: int
    window_samples: int
    hop_samples: int
    low_hz: int
    high_hz: int


FRONT_ENDS = {"panns16k": FrontEnd(16_000, 512, 160, 50, 8_000), "panns32k": FrontEnd(32_000, 1024, 320, 50, 14_000)}
POOLS = ((2, 2), (2, 2), (2, 2), (2, 2), (1, 2), (1, 1))
"""(time, frequency) after each block; PANNs halves time a fifth time, which Diff-Foley leaves out: 512 frames are 32 tokens."""
WIDTHS = (64, 128, 256, 512, 1024, 2048)


class Cnn14Tower(nn.Module):
    """Log-mel -> one vector a token of 0.256 s. The state dict has the keys of panns_inference's `Cnn14`, `fc_audioset` left out.

    Args:
        sound: what it hears. "mel128" is this project's log-mel (128 bands, hop 256, in [0, 1]) through a fresh input normalisation, as in
            Diff-Foley: the convolutions do not mind the number of bands. "panns16k" and "panns32k" are PANNs' own 64 bands in dB, which
            `mel` computes from the wave; their about 51 tokens of a clip are pooled to 32.
        widths: channels of the six blocks, `WIDTHS` as published.
        fc1_twice: apply `fc1` and its ReLU twice with the same weights, as the released `cavp` does.
    """

    def __init__(self, sound: SoundInput = "mel128", widths: tuple[int, ...] = WIDTHS, fc1_twice: bool = False):
        super().__init__()
        models = import_panns().models
        if sound in FRONT_ENDS:
            end = FRONT_ENDS[sound]
            with torch.device("cpu"):  # they fill their weights in place, which no other device's would allow
                self.spectrogram_extractor = models.Spectrogram(
                    n_fft=end.window_samples, hop_length=end.hop_samples, win_length=end.window_samples, window="hann", center=True,
                    pad_mode="reflect", freeze_parameters=True,
                )  # fmt: skip
                self.logmel_extractor = models.LogmelFilterBank(
                    sr=end.sample_rate_hz, n_fft=end.window_samples, n_mels=64, fmin=end.low_hz, fmax=end.high_hz, ref=1.0, amin=1e-10,
                    top_db=None, freeze_parameters=True,
                )  # fmt: skip
            for constant in (*self.spectrogram_extractor.parameters(), *self.logmel_extractor.parameters()):
                constant.data = constant.data.contiguous()  # or no safetensors file takes them
        elif sound != "mel128":
            raise ValueError(f"sound is mel128, {' or '.join(FRONT_ENDS)}, not {sound!r}")
        self.sound, self.fc1_twice, self.width, self.gradient_checkpointing = sound, fc1_twice, widths[-1], False
        # of three axes, unlike PANNs': at (1, f, t, 1) torch's batch norm on a CPU takes the gradient's axes in another order
        self.bn0 = nn.BatchNorm1d(self.mel_bins)
        for number, (inside, outside) in enumerate(zip((1, *widths[:-1]), widths, strict=True), 1):
            self.add_module(f"conv_block{number}", models.ConvBlock(inside, outside))
        self.fc1 = nn.Linear(widths[-1], widths[-1])

    @property
    def mel_bins(self) -> int:
        return 128 if self.sound == "mel128" else 64

    @torch.no_grad()
    def mel(self, wave: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch bins frames"]:
        """PANNs' own log-mel in dB of waves in [-1, 1] at the rate that `sound` names.

        Raises:
            ValueError: "mel128" is computed by `vocoders.mel.LogMel`.
        """
        if self.sound == "mel128":
            raise ValueError("the mel of this tower is vocoders.mel.LogMel's")
        with torch.autocast(wave.device.type, enabled=False):
            return rearrange(self.logmel_extractor(self.spectrogram_extractor(wave.float())), "b 1 t f -> b f t")

    def trunk(
        self, mel: Float[Tensor, "batch bins frames"], pools: tuple[tuple[int, int], ...] = POOLS
    ) -> Float[Tensor, "batch width steps"]:
        """The six blocks, then the mean over frequency."""
        x = rearrange(self.bn0(mel), "b f t -> b 1 t f")
        again = self.gradient_checkpointing and self.training
        for number, pool in enumerate(pools, 1):
            block = getattr(self, f"conv_block{number}")
            x = checkpointed(block, x, pool) if again else block(x, pool)
            x = F.dropout(x, 0.2, self.training)
        return x.mean(3)

    def tokens_of(self, frames: int) -> int:
        """Tokens of a mel of `frames` frames: one every 0.256 s."""
        if self.sound == "mel128":
            return frames // 16
        end = FRONT_ENDS[self.sound]
        return max(1, round(frames * end.hop_samples / end.sample_rate_hz / PAPER_TOKEN_S))

    def forward(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch tokens width"]:
        """mel: what `sound` says, at least 16 frames of it."""
        if mel.shape[1] != self.mel_bins or mel.shape[2] < 16:
            raise ValueError(f"the tower hears {self.mel_bins} bands of at least 16 frames, not {tuple(mel.shape[1:])}")
        x = self.trunk(mel)
        x = F.max_pool1d(x, 3, 1, 1) + F.avg_pool1d(x, 3, 1, 1)  # the head of PANNs' DecisionLevelMax
        x = F.dropout(x, 0.5, self.training).transpose(1, 2)
        for _ in range(2 if self.fc1_twice else 1):
            x = F.relu(self.fc1(x))
        tokens = self.tokens_of(mel.shape[2])
        return x if x.shape[1] == tokens else F.adaptive_avg_pool1d(x.transpose(1, 2), tokens).transpose(1, 2)
