"""What an alignment classifier trains on: the diffusion model's own features, without wordings."""

from typing import Any

import torch

from cvalp.role import Encoders
from ta_v2a.data.features import SHARD, FeatureRows, StageFeatures, feature_shard


class PairFeatures(StageFeatures):
    """Latents and video features of the scenes that the diffusion model learns from, out of the same cache.

    Its arguments are those of `StageFeatures`. Features of thousands of wordings would take minutes, and a
    classifier reads none: `text` of a batch is (batch, 0).
    """

    def _rows(self, seeds: range, cvalp: Encoders, **changes: Any) -> FeatureRows:
        files = [feature_shard(self.folder, seeds[i : i + SHARD]) for i in range(0, len(seeds), SHARD)]
        return FeatureRows(files, torch.zeros(len(seeds), 1, 0), **changes)
