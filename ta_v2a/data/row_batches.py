"""Whole batches out of tensors in memory, wherever that is: for trainings whose steps are shorter than it
takes to fetch rows one by one."""

import random
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from ta_v2a.data.examples import CAPTIONS
from ta_v2a.data.features import FeatureRows
from vocoders.training.joined_batch import own

DRAWN = 4
"""Numbers that a row of a batch takes: wording, two of the video's confidence, place."""


def home(trainer: Any) -> torch.device:
    """Where a training keeps its batches; the processor where there is no trainer."""
    return torch.device("cpu") if trainer is None else trainer.strategy.root_device


def sent(values: Tensor, device: torch.device) -> Tensor:
    """Numbers of the processor's on a device; a GPU is not waited for."""
    return values.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else values.to(device)


def cut(values: Tensor, rows: Tensor, first: Tensor, length: int) -> Tensor:
    """Stretches of equal length, (batch, length, ...), out of values (all rows, time, ...): of each of `rows`
    (batch,), from `first` (batch,) on."""
    return values[rows[:, None], first[:, None] + torch.arange(length, device=first.device)]


class RowBatches(Dataset):
    """Batches of `FeatureRows` without controls: a wording, video activity more or less sure of itself, and a
    stretch of one of `lengths` latent columns, drawn as the rows themselves and `RandomCrop` draw them.

    Batches hold `latents` (batch, ..., columns) and `video` (batch, tokens, Cv), and `text` (batch, Ct) where
    the rows have words. They lie where the rows' tensors are put.

    Args:
        rows: their tensors are moved to `device`, once.
        lengths: in latent columns.
        epoch: seed of all that is drawn; in several processes each draws for its `own` rows.
    """

    def __init__(self, rows: FeatureRows, lengths: Sequence[int], epoch: int, device: torch.device):
        if rows.video is None or any(rows.controls):
            raise ValueError("whole batches are of rows that are seen, without controls")
        rows.latents, rows.text = rows.latents.to(device), rows.text.to(device)
        rows.video = rows.video.to(device)
        self.rows, self.lengths, self.device = rows, tuple(lengths), device
        self.rng, self.generator = random.Random(epoch), torch.Generator().manual_seed(epoch)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitems__(self, indices: Sequence[int]) -> dict[str, Tensor]:
        rows, at = self.rows, sent(torch.tensor(indices), self.device)
        assert rows.video is not None
        columns, tokens = rows.latents.shape[-1], rows.video.shape[1]
        length = min(self.rng.choice(self.lengths), columns)
        drawn = own(lambda count: torch.rand(count, DRAWN, generator=self.generator), len(at))
        drawn = sent(drawn, self.device)
        first = (drawn[:, 3] * (columns - length + 1)).long()
        each = tokens // columns
        latents = cut(rows.latents.movedim(-1, 1), at, first, length).movedim(1, -1).float()
        video = cut(rows.video, at, first * each, length * each).float()
        batch = {"latents": latents, "video": self._less_sure(video, drawn[:, 1], drawn[:, 2])}
        if rows.text.shape[-1]:
            word = (drawn[:, 0] * CAPTIONS).long() if rows.every_wording else torch.zeros_like(at)
            batch["text"] = rows.text[at, word].float()
        return batch

    def _less_sure(self, video: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        """As in `FeatureRows`; `scale` and `shift` (batch,) in [0, 1)."""
        sure, activity = self.rows.confidence, self.rows.activity
        if not sure:
            return video
        logits = torch.logit(video[..., -activity:].clamp(1e-3, 1 - 1e-3))
        scale, shift = 1 + 0.3 * sure * (2 * scale - 1), sure * (2 * shift - 0.5)
        logits = logits * scale[:, None, None] - shift[:, None, None]
        return torch.cat([video[..., :-activity], logits.sigmoid()], -1)


def _as_it_is(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    return batch


def batch_loader(batches: Any, batch_size: int, sampler: Sampler[int]) -> DataLoader[Any]:
    """Loads whole batches by `__getitems__`; a last one that is not full is left out."""
    return DataLoader(batches, batch_size, sampler=sampler, drop_last=True, collate_fn=_as_it_is)
