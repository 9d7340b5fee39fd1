"""What all trainers share: learning rates, weights to start from, and random numbers that follow from the batch."""

from typing import Any

import lightning
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from vocoders.bandwidth_extension import BandwidthExtension
from vocoders.training.shared import Training, adamw, batch_generator, schedule, scheduled, start_from


def rates(warmup_steps: int, total_steps: int | None, steps: int) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=2.0)
    stepped = schedule(optimizer, warmup_steps, total_steps)
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"] / 2)
        optimizer.step()
        stepped.step()
    return found


def test_the_rate_rises_and_falls_and_stays_down():
    shares = rates(10, 110, 150)
    assert [shares[step] for step in (0, 5, 10, 60, 110)] == pytest.approx([0.02, 0.51, 1, 0.51, 0.02])
    assert max(shares) == shares[10] and shares[110:] == pytest.approx([0.02] * 40)
    assert rates(4, None, 9) == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1])
    assert rates(100, 3, 4) == pytest.approx([0.02, 0.0298, 0.0396, 0.0494])  # a run shorter than its warm-up


def test_weight_decay_spares_vectors_and_what_is_frozen_is_left_out():
    network = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.Linear(3, 1))
    network[2].requires_grad_(False)
    decayed, spared = adamw(network, 1e-3, 0.1, [0.8, 0.9]).param_groups
    assert (decayed["weight_decay"], spared["weight_decay"], spared["betas"]) == (0.1, 0, (0.8, 0.9))
    assert [id(p) for p in decayed["params"]] == [id(network[0].weight)]
    assert {id(p) for p in spared["params"]} == {id(p) for p in (network[0].bias, *network[1].parameters())}


def test_draws_follow_from_seed_and_batch_and_nothing_else():
    def draw(seed: int, batch: int) -> float:
        return float(torch.rand((), generator=batch_generator(seed, batch)))

    assert draw(3, 7) == draw(3, 7)
    assert len({draw(seed, batch) for seed in range(20) for batch in range(20)}) == 400


def tiny(width: int = 8) -> BandwidthExtension:
    torch.manual_seed(width)
    return BandwidthExtension(width=width, hidden=8, blocks=1)


def test_weights_come_from_a_checkpoint_or_a_folder(tmp_path):
    source = tiny()
    source.save_pretrained(tmp_path / "folder")
    state = {f"model.{name}": value for name, value in source.state_dict().items()}
    torch.save({"state_dict": {**state, "loss.weight": torch.ones(1)}}, tmp_path / "run.ckpt")
    for place in ("folder", "run.ckpt"):
        network = tiny()
        for weights in network.parameters():
            nn.init.zeros_(weights)
        start_from(network, str(tmp_path / place), "model.")
        for name, value in network.state_dict().items():
            assert torch.equal(value, source.state_dict()[name]), name
        with pytest.raises(RuntimeError, match="size mismatch"):
            start_from(tiny(4), str(tmp_path / place), "model.")


def test_only_what_may_lack_stays_as_it_was(tmp_path):
    whole = nn.ModuleDict({"old": nn.Linear(1, 1), "new": nn.Linear(1, 1)})
    kept = whole["new"].weight.clone()
    torch.save({"state_dict": {"network.old.weight": torch.ones(1, 1), "network.old.bias": torch.ones(1)}}, tmp_path / "a.ckpt")
    with pytest.raises(RuntimeError, match=r"new\.weight"):
        start_from(whole, str(tmp_path / "a.ckpt"))
    start_from(whole, str(tmp_path / "a.ckpt"), may_lack="new.")
    assert float(whole["old"].weight) == 1 and torch.equal(whole["new"].weight, kept)


class Thinned(Training):
    """A linear map behind dropout, which notes what it drew."""

    def __init__(self):
        super().__init__()
        self.map, self.drawn = nn.Linear(20, 1), []

    def training_step(self, batch: torch.Tensor, batch_idx: int) -> torch.Tensor:
        thinned = nn.functional.dropout(torch.ones(20))
        own = torch.rand((), generator=batch_generator(0, self.batch_number))
        self.drawn.append((self.batch_number, tuple(thinned.tolist()), float(own)))
        return self.map(thinned * batch).mean()

    def configure_optimizers(self) -> dict[str, Any]:
        return scheduled(adamw(self, 1e-2, 0.1), 2, 8)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("accumulated", [1, 3])
def test_a_resumed_run_draws_what_the_uninterrupted_one_draws(accumulated, tmp_path):
    """Other numbers for every batch, also between two steps of the optimiser."""

    def trained(epochs: int, checkpoint: str | None = None) -> Thinned:
        torch.manual_seed(epochs)
        module = Thinned()
        trainer = lightning.Trainer(
            max_epochs=epochs, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
            enable_checkpointing=False, accumulate_grad_batches=accumulated, default_root_dir=tmp_path,
        )  # fmt: skip
        trainer.fit(module, DataLoader(torch.ones(4, 20), 1), ckpt_path=checkpoint, weights_only=False)
        trainer.save_checkpoint(tmp_path / f"{epochs}.ckpt")
        return module

    first, whole = trained(1), trained(3)
    resumed = trained(3, str(tmp_path / "1.ckpt"))
    assert [number for number, *_ in whole.drawn] == list(range(12))
    assert first.drawn + resumed.drawn == whole.drawn
    assert len({thinned for _, thinned, _ in whole.drawn}) == len({own for *_, own in whole.drawn}) == 12
