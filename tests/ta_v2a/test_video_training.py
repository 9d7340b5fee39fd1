"""The video head's two trainings, end to end at tiny sizes: films, latents, words, weights."""

import csv
from pathlib import Path

import pytest
import torch

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.denoisers.video_transformer import VideoTransformer
from ta_v2a.data.tensor_batches import TensorBatches
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.training.stages import run_stage

FILMS = {
    "scenes": 24,
    "validation_scenes": 8,
    "picture_px": 32,
    "pictures": 8,
    "fps": 4,
    "workers": 0,
    "acts": "[anvil,ball]",
    "cache": "films",
    "batches": 30,
}
QUICK = {"accelerator": "cpu", "precision": "32-true", "log_every_n_steps": 5, "max_steps": 60}
LEARNING = {"max_steps": 60, "warmup_steps": 5, "ema_decay": 0.9}


def _options(data: dict, learning: dict, network: dict) -> list[str]:
    """All of them as words of a command."""
    groups = {
        "data.init_args": FILMS | data,
        "trainer": QUICK,
        "model.init_args": LEARNING | learning,
        "model.init_args.network.init_args": network,
    }
    return [f"--{group}.{name}={value}" for group, these in groups.items() for name, value in these.items()]


def _losses(run: str, name: str) -> list[float]:
    (table,) = Path("runs", run).glob("version_0/metrics.csv")
    return [float(row[name]) for row in csv.DictReader(table.open()) if row[name]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Both trainings, in a folder of their own."""
    folder = tmp_path_factory.mktemp("video")
    with pytest.MonkeyPatch.context() as patch:
        weights = Path("ta_v2a/weights/mini/cvalp").resolve()
        patch.chdir(folder)
        code = {"latent_channels": 4, "widths": "[8,8,16,16]", "picture_px": 32}
        run_stage(
            "video-vae",
            ["mini"],
            _options({"batch_size": 4, "window": 3}, {"export_folder": "exported-vae"}, code),
        )
        head = {
            "latent_channels": 4,
            "pictures": 8,
            "cells": 2,
            "words": 6,
            "width": 32,
            "depth": 2,
            "heads": 2,
        }
        encoders = {"cvalp": weights, "tokenizer_file": weights / "spiece.model"}
        run_stage(
            "video-head",
            ["mini"],
            _options({"batch_size": 8, "words": 6, **encoders}, {"export_folder": "exported-head"}, head),
        )
        yield folder


def test_the_losses_fall_and_the_weights_are_saved(trained, monkeypatch):
    monkeypatch.chdir(trained)
    for run, name in (("video-vae", "train/total"), ("video-head", "train/motion")):
        losses = _losses(run, name)
        assert sum(losses[-3:]) < sum(losses[:3]), (run, losses)
    vae = PictureAutoencoder.from_pretrained("exported-vae")
    head = VideoTransformer.from_pretrained("exported-head")
    assert head.config.latent_channels == vae.config.latent_channels == 4
    assert (trained / "exported-head/diffusion_pytorch_model.safetensors").stat().st_size < 200_000  # halves
    kept = trained_part("runs/video-head/last.ckpt", "video_head")
    assert torch.equal(kept.code.motion_std.half(), head.code.motion_std.half())
    assert float(kept.code.motion_std.min()) > 0 and not torch.equal(kept.code.motion_std, torch.ones(4))


def test_a_decoder_that_learns_alone_leaves_the_latents_as_they_are(trained, monkeypatch, tmp_path):
    monkeypatch.chdir(trained)
    alone = {"checkpoint": "exported-vae", "export_folder": str(tmp_path / "code"), "decoder_only": True}
    code = {"latent_channels": 4, "widths": "[8,8,16,16]", "picture_px": 32}
    run_stage("video-vae", ["mini"], _options({"batch_size": 4, "window": 3}, alone, code))
    before, after = (PictureAutoencoder.from_pretrained(of) for of in ("exported-vae", tmp_path / "code"))
    pictures = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    latents = before.encode(pictures)
    assert torch.equal(after.encode(pictures), latents)
    assert not torch.equal(after.decode(latents), before.decode(latents))


def test_batches_come_from_memory_in_an_order_of_the_seed():
    rows = {"x": torch.arange(10), "y": torch.arange(10) * 2}
    once, again, other = (
        torch.cat([batch["x"] for batch in TensorBatches(rows, 5, seed)]) for seed in (1, 1, 2)
    )
    assert torch.equal(once, again) and not torch.equal(once, other)
    assert sorted(once.tolist()) == list(range(10))
    many = list(TensorBatches(rows, 4, 0, batches=7))
    assert len(many) == 7 and all(torch.equal(batch["y"], 2 * batch["x"]) for batch in many)
