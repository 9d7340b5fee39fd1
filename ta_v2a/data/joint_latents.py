"""What the joint models train on: latents of sound and picture with their words, of a folder of shards."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ta_v2a.errors import UserError, one_line

WORDED = ("text", "has_text")
"""Tensors that lie there once for each wording."""
ROW_NAMES = ("audio", "video", "text")
"""Tensors of every shard; `sound`, tokens of an audio tower, may lie beside them."""


def read_joint_rows(files: Sequence[Path]) -> dict[str, Tensor]:
    """All rows of shards, half precision as they lie there.

    Raises:
        UserError: there are none, or one of them is no shard, or of other shapes.
    """
    if not files:
        raise UserError("no shards of latents")
    parts: list[dict[str, Tensor]] = []
    for file in files:
        try:
            parts.append(load_file(file))
        except (SafetensorError, OSError) as error:
            raise UserError(f"{file} holds no latents: {one_line(error)}") from None
        missing = [name for name in ROW_NAMES if name not in parts[-1]]
        if missing:
            raise UserError(f"{file} lacks {', '.join(missing)}")
    names = set(parts[0]).intersection(*parts)
    try:
        return {name: torch.cat([part[name] for part in parts]) for name in sorted(names)}
    except RuntimeError:
        raise UserError(f"the shards of {files[0].parent} hold latents of several shapes") from None


class JointRows(Dataset):
    """Rows of latents, each with one of its wordings.

    Items, float32: `audio` (Z, columns) or (Z, rows, columns), `video` (C, pictures, h, w), `text` (Ct,), and
    `sound` (tokens, Ca) where there is one. A text that is told with its words is (1 + words, Ct), and
    `has_text` (1 + words) bool tells where there are any.

    Args:
        rows: see `read_joint_rows`; `text` is (rows, Ct) or (rows, wordings, Ct); with words
            (rows, wordings, 1 + words, Ct), with `has_text` (rows, wordings, 1 + words).
        epoch: which wording; they come in turn.
    """

    def __init__(self, rows: dict[str, Tensor], epoch: int = 0):
        self.rows, self.epoch = rows, epoch

    def __len__(self) -> int:
        return len(self.rows["audio"])

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {name: value[0] for name, value in self.__getitems__([index]).items()}

    def __getitems__(self, indices: Sequence[int]) -> dict[str, Tensor]:
        """A batch at once, as a loader asks for it."""
        rows = torch.as_tensor(indices)
        batch = {name: value[rows].float() for name, value in self.rows.items() if name not in WORDED}
        for name in WORDED:
            if name in self.rows:
                value = self.rows[name]
                worded = value.ndim > 2
                batch[name] = value[rows, (self.epoch + rows) % value.shape[1]] if worded else value[rows]
        batch["text"] = batch["text"].float()
        return batch


def as_batch(batch: Any) -> dict[str, Tensor]:
    """`JointRows` hands over whole batches: nothing is left to collate."""
    return batch


class JointLatents(lightning.LightningDataModule):
    """Latents that another program has made: `train-*.safetensors` and `validation-*.safetensors` of a
    folder, each with `audio`, `video` and `text` (`JointRows`), rows first.

    Args:
        folder: of the shards.
        batch_size: rows a batch.
    """

    def __init__(self, folder: str, batch_size: int = 32):
        super().__init__()
        self.folder, self.batch_size = Path(folder), batch_size
        if not self.folder.is_dir():
            raise UserError(f"no such folder of latents: {folder}")

    def setup(self, stage: str) -> None:
        files = {
            split: sorted(self.folder.glob(f"{split}-*.safetensors")) for split in ("train", "validation")
        }
        self.rows = {split: read_joint_rows(found) for split, found in files.items()}

    def train_dataloader(self) -> DataLoader:
        epoch = self.trainer.current_epoch if self.trainer else 0
        order = torch.Generator().manual_seed(epoch)
        rows = JointRows(self.rows["train"], epoch)
        return DataLoader(
            rows, self.batch_size, shuffle=True, generator=order, drop_last=True, collate_fn=as_batch
        )

    def val_dataloader(self) -> DataLoader:
        return DataLoader(JointRows(self.rows["validation"]), self.batch_size, collate_fn=as_batch)
