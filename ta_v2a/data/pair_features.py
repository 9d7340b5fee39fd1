"""What an alignment classifier trains on: the diffusion model's own features, without wordings."""

from collections.abc import Sequence
from pathlib import Path

import torch

from cvalp.role import Encoders
from ta_v2a.data.examples import World
from ta_v2a.data.feature_files import TEXTS
from ta_v2a.data.features import StageFeatures
from ta_v2a.errors import UserError


class PairFeatures(StageFeatures):
    """Latents and video features of the scenes that the diffusion model learns from, out of the same cache.

    Its arguments are those of `StageFeatures`. Features of thousands of wordings would take minutes, and a
    classifier reads none: texts of a batch are (batch, columns, 0).

    Raises:
        UserError: before its first scene is rendered, where there are unseen scenes.
    """

    @property
    def seeds(self) -> dict[World, range]:
        """As those of `StageFeatures`."""
        if self.counts["unseen"]:
            raise UserError("sound and picture are told apart where there is a picture: unseen_scenes is 0")
        return super().seeds

    def _texts(self, files: Sequence[Path], seeds: Sequence[int], cvalp: Encoders) -> torch.Tensor:
        return torch.zeros(1, TEXTS, 0).expand(len(seeds), -1, -1)
