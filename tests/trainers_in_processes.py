"""The trainers of `tiny_trainers` in one process or as one of several: what `test_joined_batch` compares.

    python trainers_in_processes.py RANK WORLD FOLDER

trains each of `CASES` for three steps on this process's share of the batches, under DistributedDataParallel
over gloo, and writes what has become of it to FOLDER.
"""

import os
import sys
from pathlib import Path

import lightning
import torch
from lightning.pytorch.strategies import DDPStrategy
from tiny_trainers import CASES, ROWS, UNUSED, Batch
from torch.utils.data import DataLoader

STEPS = 3
LOGGED = ("validation/loss", "validation/both", "validation/total", "validation/top1", "loss/validation")
"""What is a mean over the rows of the batch, and so the same whoever takes it."""


class _Comparable(lightning.Callback):
    """Adam divides by a gradient's size, also where that is rounding alone (a bias before a normalisation);
    with this epsilon it does not.

    Dropout of trainers that do not seed it goes on from torch's own generator.
    """

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        torch.manual_seed(11)
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["eps"] = 1e-3


def trained(name: str, folder: Path, rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """The whole state of a trainer after three steps and a validation, and what it logged of that."""
    (folder / name).mkdir()
    lightning.seed_everything(7, verbose=False)
    module, batch = CASES[name](folder / name)
    g = torch.Generator().manual_seed(1)
    size = ROWS // world
    shares = [
        {key: value[rank * size : (rank + 1) * size] for key, value in batch(g).items()} for _ in range(STEPS)
    ]
    trainer = lightning.Trainer(
        max_epochs=1,
        accelerator="cpu",
        devices=world,
        strategy="auto" if world == 1 else DDPStrategy(find_unused_parameters=name in UNUSED),
        use_distributed_sampler=False,
        limit_val_batches=1,
        num_sanity_val_steps=0,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        callbacks=[_Comparable()],
        default_root_dir=folder,
    )
    loader = DataLoader(shares, batch_size=None, collate_fn=_as_it_is)  # type: ignore[arg-type]
    trainer.fit(module, loader, loader)
    logged = {
        f"logged {key}": value for key, value in trainer.callback_metrics.items() if key.startswith(LOGGED)
    }
    return {key: value.clone() for key, value in {**module.state_dict(), **logged}.items()}


def _as_it_is(batch: Batch) -> Batch:
    return batch


def crops(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Three batches of random crops; where one begins is its first number."""
    from ta_v2a.data.feature_rows import RandomCrop

    size, crop = ROWS // world, RandomCrop((8, 16), seed=3)
    row = {"latents": torch.arange(64.0)[None], "video": torch.arange(64.0)[:, None]}
    rows = {name: value.expand(size, *value.shape) for name, value in row.items()}
    return {str(number): crop(rows)["latents"][:, 0] for number in range(STEPS)}


def rows_from_memory(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Three batches of what lies in memory."""
    from ta_v2a.data.tensor_batches import TensorBatches

    batches = TensorBatches({"x": torch.arange(2.0 * ROWS)}, ROWS // world, 5, STEPS)
    return {str(number): batch["x"] for number, batch in enumerate(batches)}


def unequal_rows(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Two tables of five rows, of which the last process makes all: the others hold no table."""
    from vocoders.training.joined_batch import everyones_rows

    made = {"numbers": torch.arange(5.0), "told": torch.arange(5) > 2} if rank == world - 1 else {}
    return everyones_rows(made, torch.device("cpu"))


def main() -> None:
    rank, world, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    os.environ["LOCAL_RANK"] = str(rank)  # Lightning then starts no processes of its own
    torch.distributed.init_process_group("gloo", f"file://{folder / 'meeting'}", rank=rank, world_size=world)
    mine = folder / f"of{rank}"
    mine.mkdir()
    for name in CASES:
        torch.save(trained(name, mine, rank, world), folder / f"{name}-{rank}.pt")
    torch.save(crops(rank, world), folder / f"crops-{rank}.pt")
    torch.save(rows_from_memory(rank, world), folder / f"rows_from_memory-{rank}.pt")
    torch.save(unequal_rows(rank, world), folder / f"unequal_rows-{rank}.pt")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
