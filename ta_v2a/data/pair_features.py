"""What an alignment classifier trains on: the diffusion model's own features, without wordings."""

from typing import Any

import torch

from cvalp.role import Encoders
from ta_v2a.data.examples import World
from ta_v2a.data.feature_files import feature_shard, shards_of
from ta_v2a.data.features import TEXTS, FeatureRows, StageFeatures
from ta_v2a.errors import UserError


class PairFeatures(StageFeatures):
    """Latents and video features of the scenes that the diffusion model learns from, out of the same cache.

    Its arguments are those of `StageFeatures`. Features of thousands of wordings would take minutes, and a
    classifier reads none: texts of a batch are (batch, columns, 0).

    Raises:
        UserError: at its setup, where there are unseen scenes.
    """

    def _rows(self, world: World, seeds: range, cvalp: Encoders, **changes: Any) -> FeatureRows:
        if world == "unseen":
            raise UserError("sound and picture are told apart where there is a picture: unseen_scenes is 0")
        files = [feature_shard(self._of(world), shard) for shard in shards_of(seeds)]
        return FeatureRows(files, torch.zeros(1, TEXTS, 0).expand(len(seeds), -1, -1), **changes)
