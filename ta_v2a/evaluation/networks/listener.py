"""The listener: an independent ear that says which of the stage's kinds of source it hears.

It learns from real stage sound only, never from generated sound and never with the generator, so that
it can judge what was generated.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from jaxtyping import Float
from torch import nn

from ta_v2a.errors import UserError
from ta_v2a.presets.check import check_component
from ta_v2a.presets.resolve import WEIGHTS_FOLDER
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.system.user_files import is_file
from vocoders.component import Component, configured

WEIGHTS = WEIGHTS_FOLDER / "listener"


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False),
        nn.GroupNorm(8, outputs),
        nn.SiLU(inplace=True),
    )


class Listener(Component):
    """A small convolutional network over the log mel: four strided 3x3 layers, all bands
    mixed, mean and maximum over time.

    Args:
        kinds: number of kinds, in the order of `ta_v2a.stage.scene.kinds.KINDS`.
        mel_bins: bands of the log mel.
        widths: channels of the strided layers.
        features: channels of the time line before pooling.
        dropout: share of pooled features left out in training.
    """

    @configured
    def __init__(
        self,
        kinds: int = len(KIND_NAMES),
        mel_bins: int = 128,
        widths: Sequence[int] = (24, 48, 72, 96),
        features: int = 128,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        channels = (1, *widths)
        self.layers = nn.Sequential(*(_block(a, b) for a, b in pairwise(channels)))
        # Pitch matters (a small bell is no large one), so the bands are kept apart until this layer.
        self.bands = nn.Conv1d(widths[-1] * (mel_bins // 2 ** len(widths)), features, 1)
        self.times = nn.Conv1d(features, features, 3, padding=1)
        self.thinning = nn.Dropout(dropout)
        self.head = nn.Linear(2 * features, kinds)

    def forward(self, mel: Float[torch.Tensor, "batch bins frames"]) -> Float[torch.Tensor, "batch kinds"]:
        """Log mel in [0, 1] (any number of frames from 16 on) to one logit per
        kind; sigmoid gives "is heard"."""
        return self.head(self.thinning(self.pooled(self.line(mel))))

    def line(
        self, mel: Float[torch.Tensor, "batch bins frames"]
    ) -> Float[torch.Tensor, "batch features steps"]:
        """What is heard along time, one step for 16 mel frames."""
        hidden = self.layers((mel.unsqueeze(1) - 0.35) * 4)
        line = nn.functional.silu(self.bands(hidden.flatten(1, 2)))
        return line + nn.functional.silu(self.times(line))

    def pooled(
        self, line: Float[torch.Tensor, "batch features steps"]
    ) -> Float[torch.Tensor, "batch pooled"]:
        """Mean and maximum over time: the features that the distances between
        sets of sounds are computed on."""
        return torch.cat([line.mean(dim=-1), line.amax(dim=-1)], dim=1)


def load_listener(folder: str | Path | None = None) -> Listener:
    """The trained listener in evaluation mode, float32.

    Args:
        folder: where its weights are; None takes the bundled ones.

    Raises:
        UserError: if there are none, or they are not a listener's.
    """
    given, folder = folder is not None, Path(folder) if folder is not None else WEIGHTS
    if not is_file(folder / "config.json"):
        raise UserError(f"{folder}: no listener weights here; train them with: ta-v2a train listener")
    if given:
        check_component(folder, Listener)
    return Listener.from_pretrained(str(folder), torch_dtype=torch.float32).eval()


def save_listener(listener: Listener, folder: str | Path) -> None:
    """Writes config.json and float16 safetensors."""
    copy = Listener.from_config(listener.config)
    copy.load_state_dict(listener.state_dict())
    copy.half().save_pretrained(str(folder), safe_serialization=True)
