"""One process of `test_paper_training`: its share of the batch through PaperTraining under DistributedDataParallel; writes its gradients.

    python gradients_of_a_rank.py RANK WORLD FOLDER
"""

import sys
from pathlib import Path

import torch
from tiny_words import tiny_tokenizer

from cvalp.paper import PaperCVALP
from cvalp.paper_training import PaperTraining

CAPTIONS = ("a dog", "rain", "a dog", "a")


def batch() -> dict:
    """Four clips of six tokens."""
    g = torch.Generator().manual_seed(0)
    frames = torch.randint(0, 256, (4, 6, 32, 32, 3), dtype=torch.uint8, generator=g)
    return {"frames": frames, "mel": torch.rand(4, 128, 96, generator=g), "caption": CAPTIONS}


def training(folder: Path) -> PaperTraining:
    """Dropout off and normalisation as it is: the same function whatever the share of the batch."""
    torch.manual_seed(0)
    model = PaperCVALP.tiny(tiny_tokenizer(folder), unfrozen_text_layers=2)
    windows = {"window_tokens": 3, "window_starts": (0, 2, 3), "temporal_pooling": "mean"}
    return PaperTraining(model, lambda_=0.7, mu=1.3, gradient_checkpointing=False, **windows).eval()


class Loss(torch.nn.Module):
    """What DistributedDataParallel wraps."""

    def __init__(self, whole: PaperTraining):
        super().__init__()
        self.whole = whole

    def forward(self, clips: dict) -> torch.Tensor:
        return self.whole.losses(clips)["loss"]


def gradients(module: torch.nn.Module, clips: dict) -> dict[str, torch.Tensor]:
    """Of every parameter that learns, and the loss."""
    loss = module(clips)
    loss.backward()
    found = {name.removeprefix("module."): p.grad for name, p in module.named_parameters() if p.grad is not None}
    return {"loss": loss.detach(), **found}


def main() -> None:
    rank, world, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", f"file://{folder / 'meeting'}", rank=rank, world_size=world)
    whole, size = batch(), len(CAPTIONS) // world
    mine = {name: value[rank * size : (rank + 1) * size] for name, value in whole.items()}
    module = torch.nn.parallel.DistributedDataParallel(Loss(training(folder / f"words{rank}")))
    torch.save(gradients(module, mine), folder / f"rank{rank}.pt")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
