"""What the trainers of all packages share: weights to start from, the optimiser and its learning rate, the
random numbers of a batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from vocoders.component import Component

COMPONENTS = "components"
"""Under this key a checkpoint holds {attribute: the network's class and settings}."""
LEAST_SHARE = 0.02
"""Share of the learning rate that the warm-up begins at and the cosine ends at."""


class Training(lightning.LightningModule):
    """A trainer whose random numbers follow from the number of the batch alone, so that a resumed run equals
    an uninterrupted one.

    Dropout draws from torch's own generator, which is seeded before every batch; whatever else is random
    draws from `batch_generator`.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters

    @property
    def batch_number(self) -> int:
        """Number of the training batch at work, from 0.

        Lightning keeps this count in its checkpoints. It goes on with every batch, unlike `global_step`,
        which waits where gradients are accumulated.
        """
        return self.trainer.fit_loop.total_batch_idx

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        torch.manual_seed(self.batch_number)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Says what the networks are, so that they can be built again from the checkpoint alone."""
        checkpoint[COMPONENTS] = {
            name: {"_class_name": part.class_name, **part.config}
            for name, part in self.named_children()
            if isinstance(part, Component)
        }


def batch_generator(seed: int, batch_number: int, device: torch.device | str = "cpu") -> torch.Generator:
    """Random numbers that depend on (seed, batch_number) alone.

    They are the same in every process: each takes its `own` rows of what is drawn for the joined batch. (On a
    CPU torch looks at the lower 32 bits of a seed only, so both numbers have a part in those.)
    """
    return torch.Generator(device).manual_seed((seed * 1_000_003 + batch_number) * 4_099)


def start_from(
    network: Component, source: str, prefix: str = "network.", may_lack: str = "", leave: str = ""
) -> None:
    """Copies trained weights into `network`.

    Args:
        source: checkpoint of a training, or the folder that the network's `save_pretrained` wrote.
        prefix: what the names of the network's weights begin with in a checkpoint.
        may_lack: weights whose names begin so stay as they are where the source has none.
        leave: weights whose names begin so stay as they are, whatever the source has.

    Raises:
        RuntimeError: the weights are those of another network.
    """
    if Path(source).is_dir():
        state = type(network).from_pretrained(source, torch_dtype=torch.float32).state_dict()
    else:
        whole = torch.load(source, map_location="cpu", weights_only=True)["state_dict"]
        state = {name.removeprefix(prefix): value for name, value in whole.items() if name.startswith(prefix)}
    own = network.state_dict()
    kept = {name: value for name, value in own.items() if may_lack and name.startswith(may_lack)}
    left = {name: value for name, value in own.items() if leave and name.startswith(leave)}
    if leave:
        state = {name: value for name, value in state.items() if not name.startswith(leave)}
    network.load_state_dict(kept | left | state)


def export_half(network: Component, folder: str) -> None:
    """Writes a copy of a network to a folder: config.json and float16 safetensors."""
    copy = type(network).from_config(network.config)
    copy.load_state_dict(network.state_dict())
    copy.half().save_pretrained(folder)


def adamw(
    network: nn.Module, learning_rate: float, weight_decay: float, betas: Sequence[float] = (0.9, 0.98)
) -> torch.optim.AdamW:
    """AdamW over what learns in a network; its weight decay spares vectors (biases, norms, nulls)."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    groups = [
        {
            "params": [parameter for parameter in learning if parameter.ndim >= 2],
            "weight_decay": weight_decay,
        },
        {"params": [parameter for parameter in learning if parameter.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=learning_rate, betas=(betas[0], betas[1]))


def schedule(optimizer: torch.optim.Optimizer, warmup_steps: int, total_steps: int | None) -> LRScheduler:
    """A linear rise over `warmup_steps`, then half a cosine down at `total_steps`, where it stays; None keeps
    the rate up."""
    from transformers.optimization import get_constant_schedule_with_warmup, get_wsd_schedule

    if total_steps is None:
        return get_constant_schedule_with_warmup(optimizer, warmup_steps)
    falling = max(0, total_steps - warmup_steps)
    return get_wsd_schedule(optimizer, warmup_steps, falling, num_stable_steps=0, min_lr_ratio=LEAST_SHARE)


def scheduled(
    optimizer: torch.optim.Optimizer, warmup_steps: int, total_steps: int | None
) -> OptimizerLRSchedulerConfig:
    """What `configure_optimizers` answers: the optimiser, with its `schedule` stepped after every step."""
    rate = schedule(optimizer, warmup_steps, total_steps)
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}
