"""What an alignment classifier trains on: the diffusion model's own features, without wordings."""

from collections.abc import Sequence

import torch

from cvalp.role import Encoders
from ta_v2a.data.examples import World
from ta_v2a.data.features import TEXTS, StageFeatures


class PairFeatures(StageFeatures):
    """Latents and video features of the scenes that the diffusion model learns from, out of the same cache.

    Its arguments are those of `StageFeatures`; scenes without a picture are left out. Features of thousands
    of wordings would take minutes, and a classifier reads none: `text` of a batch is (batch, columns, 0).
    """

    @property
    def seeds(self) -> dict[World, range]:
        """Of the training scenes of every world that is seen."""
        return {world: seeds for world, seeds in super().seeds.items() if world != "unseen"}

    def _texts(self, facts: Sequence[str], seeds: range, cvalp: Encoders) -> torch.Tensor:
        return torch.zeros(len(seeds), TEXTS, 0)
