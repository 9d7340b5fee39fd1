"""Training: the losses' mathematics, the average, and that a resumed run equals an uninterrupted one."""

from pathlib import Path

import lightning as L
import pytest
import torch
import yaml
from jsonargparse import ArgumentParser
from torch.utils.data import DataLoader

from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.audio_unet import AudioUNet
from ldm.ema import Ema
from ldm.presence import branch_shares, draw_branches, presence
from ldm.training.diffusion import LdmTraining, weighted_square
from ldm.training.vae import VaeTraining

CONFIGS = Path(__file__).parents[2] / "ldm" / "configs"


def mels(count: int = 8) -> DataLoader:
    generator = torch.Generator().manual_seed(0)
    return DataLoader([{"mel": torch.rand(8, 32, generator=generator)} for _ in range(count)], batch_size=4)


def features(count: int = 8) -> DataLoader:
    g = torch.Generator().manual_seed(0)

    def item():
        video = torch.randn(8, 6, generator=g)
        return {"latents": video[:, :4].T.contiguous(), "video": video, "text": torch.randn(5, generator=g)}

    return DataLoader([item() for _ in range(count)], batch_size=4)


def vae_module() -> VaeTraining:
    torch.manual_seed(0)
    return VaeTraining(MelAutoencoder.tiny(), warmup_steps=2, max_steps=8)


def ldm_module(**overrides) -> LdmTraining:
    torch.manual_seed(0)
    return LdmTraining(
        AudioTransformer.tiny(), **{"warmup_steps": 2, "max_steps": 8, "feature_noise": 0.1, **overrides}
    )


def unet_features(count: int = 8) -> DataLoader:
    """As `ta_v2a.data.paper_latents` makes them: 2-D latents, a text for every token."""
    g = torch.Generator().manual_seed(0)
    shapes = {"latents": (4, 4, 8), "video": (4, 6), "text": (4, 5)}
    rows = [{name: torch.randn(shape, generator=g) for name, shape in shapes.items()} for _ in range(count)]
    return DataLoader(rows, batch_size=4)


def unet_module() -> LdmTraining:
    """As the configuration `paper` trains it: activations computed again, a rate that stays up."""
    torch.manual_seed(0)
    return LdmTraining(
        AudioUNet.tiny(), warmup_steps=2, max_steps=None, time_shift=1.0, gradient_checkpointing=True
    )


def fit(module, loader, folder, epochs, checkpoint=None, precision="bf16-mixed", accumulated=1):
    trainer = L.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        precision=precision,
        gradient_clip_val=1.0,
        accumulate_grad_batches=accumulated,
        logger=False,
        enable_progress_bar=False,
        check_val_every_n_epoch=epochs,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        enable_checkpointing=False,
        default_root_dir=folder,
    )
    trainer.fit(module, loader, loader, ckpt_path=checkpoint, weights_only=False)
    return trainer


@pytest.mark.parametrize("accumulated", [1, 2])
@pytest.mark.parametrize(
    ("module", "loader"), [(vae_module, mels), (ldm_module, features), (unet_module, unet_features)]
)
def test_resumed_equals_uninterrupted(module, loader, accumulated, tmp_path):
    whole = module()
    fit(whole, loader(), tmp_path, 4, accumulated=accumulated)
    first = module()
    fit(first, loader(), tmp_path, 2, accumulated=accumulated).save_checkpoint(tmp_path / "half.ckpt")
    torch.manual_seed(99)  # whatever the process drew meanwhile must not matter
    resumed = module()
    fit(resumed, loader(), tmp_path, 4, tmp_path / "half.ckpt", accumulated=accumulated)
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_the_first_batch_alone_sets_components_and_statistics(tmp_path):
    """Also where the optimiser takes its first step after the second one."""
    first, second = (item["mel"][None] for item in mels(2).dataset)
    rows = [{"mel": first[0]}, {"mel": 0.2 * second[0]}]
    alone, both = vae_module(), vae_module()
    alone.network.start_from_principal_components(first)
    both.hparams.lr = 0.0
    fit(both, DataLoader(rows, 1), tmp_path, 1, accumulated=2, precision="32-true")
    for name in ("encode_patch.weight", "decode_patch.weight", "decode_patch.bias"):
        found, expected = (module.network.state_dict()[name] for module in (both, alone))
        torch.testing.assert_close(found, expected, msg=name)
    video = torch.randn(2, 8, 6, generator=torch.Generator().manual_seed(0))
    rows = [{"latents": row[:, :4].T, "video": row, "text": row[0, :5]} for row in video]
    module = ldm_module(lr=0.0)
    fit(module, DataLoader(rows, 1), tmp_path, 1, accumulated=2)
    torch.testing.assert_close(module.network.mixer.video_mean, video[0].mean(0))


def test_validation_leaves_unit_variance_latents_in_the_network(tmp_path):
    module = vae_module()
    fit(module, mels(), tmp_path, 1)
    posterior = module.network.encode(torch.stack([item["mel"] for item in mels().dataset]))
    second_moment = posterior.mean.square() + posterior.logvar.exp()
    torch.testing.assert_close(second_moment.mean(dim=(0, 2)), torch.ones(4), atol=0.05, rtol=0)


def test_diffusion_learns_what_the_video_says(tmp_path):
    """Latents equal to the first video channels: the conditional loss falls well
    below the unconditional one."""
    module = ldm_module(lr=2e-2, max_steps=80, warmup_steps=5, feature_noise=0.0)
    trainer = fit(module, features(32), tmp_path, 10, precision="32-true")
    metrics = trainer.callback_metrics
    assert set(metrics) >= {
        "validation/both",
        "validation/video",
        "validation/text",
        "validation/none",
        "train/loss",
    }
    assert metrics["validation/both"] < 0.7 * metrics["validation/none"]


def test_a_denoiser_that_hears_what_to_leave_out_starts_from_one_that_does_not(tmp_path):
    torch.manual_seed(1)
    earlier = AudioTransformer.tiny()
    earlier.save_pretrained(tmp_path / "denoiser")
    started = LdmTraining(
        AudioTransformer.tiny(leaves_out=True), checkpoint=str(tmp_path / "denoiser")
    ).network.state_dict()
    new = started.keys() - earlier.state_dict().keys()
    assert new == {"mixer.project_left_out.weight"} and not started[new.pop()].any()
    for name, value in earlier.state_dict().items():
        assert torch.equal(started[name], value), name
    with pytest.raises(RuntimeError):
        LdmTraining(AudioTransformer.tiny(width=32, leaves_out=True), checkpoint=str(tmp_path / "denoiser"))


def timed_features(count: int = 8, **flags: bool) -> DataLoader:
    """Words that change inside of a clip, and what is to be left out; whole rows without a picture."""
    g = torch.Generator().manual_seed(0)

    def item(index: int):
        words = {name: torch.randn(8, 5, generator=g) for name in ("text", "negative")}
        there = {f"has_{name}": torch.rand(8, generator=g) < 0.5 for name in words}
        row = {"latents": torch.randn(4, 8, generator=g), "video": torch.randn(8, 6, generator=g)}
        return {**row, **words, **there, "has_video": torch.tensor(index % 4 > 0)}

    return DataLoader([item(index) for index in range(count)], batch_size=4)


def test_negatives_train_what_leaves_out_and_missing_pictures_are_nulls(tmp_path):
    torch.manual_seed(0)
    module = LdmTraining(AudioTransformer.tiny(leaves_out=True), lr=1e-2, warmup_steps=2, max_steps=8)
    metrics = fit(module, timed_features(), tmp_path, 4, precision="32-true").callback_metrics
    assert all(metrics[f"validation/{name}"].isfinite() for name in ("both", "video", "text", "none"))
    assert module.network.mixer.project_left_out.weight.abs().max() > 0
    (batch,) = list(timed_features(4))
    seen = batch["video"][batch["has_video"]]
    module = LdmTraining(AudioTransformer.tiny(leaves_out=True), warmup_steps=2, max_steps=8)
    fit(module, timed_features(4), tmp_path, 1, precision="32-true")
    torch.testing.assert_close(module.network.mixer.video_mean, seen.flatten(0, 1).mean(0))
    said = batch["text"][batch["has_text"]]
    torch.testing.assert_close(module.network.mixer.text_mean, said.mean(0))


def test_an_autoencoder_goes_on_from_a_trained_one(tmp_path):
    earlier = vae_module()
    fit(earlier, mels(), tmp_path, 2)
    earlier.network.save_pretrained(tmp_path / "autoencoder")
    started = VaeTraining(
        MelAutoencoder.tiny(), lr=0.0, weight_decay=0.0, max_steps=4, checkpoint=str(tmp_path / "autoencoder")
    )
    for name, value in earlier.network.state_dict().items():
        torch.testing.assert_close(started.network.state_dict()[name], value)
    before = started.network.encode_patch.weight.clone()
    fit(started, mels(), tmp_path, 1)
    torch.testing.assert_close(started.network.encode_patch.weight, before)  # no principal components anew


def test_ema_is_the_average_by_hand_and_copies_buffers():
    network = torch.nn.BatchNorm1d(1)
    ema = Ema(network, decay=0.9)
    average = 1.0
    for n, value in enumerate((2.0, 3.0, 5.0), start=1):
        network.weight.data.fill_(value)
        network.running_mean.fill_(value)
        ema.update(network)
        decay = min(0.9, (1 + n) / (10 + n))
        average = decay * average + (1 - decay) * value
    assert ema.network.weight.item() == pytest.approx(average)
    assert ema.network.running_mean.item() == 5.0
    assert not ema.network.weight.requires_grad and not ema.train().network.training


def test_shares_are_drawn_as_told():
    generator = torch.Generator().manual_seed(0)
    shares = branch_shares({"video text": 0.7, "video": 0.1, "text": 0.1, "": 0.1})
    assert shares == branch_shares([0.7, 0.1, 0.1, 0.1])
    present = presence(shares, draw_branches(shares, 40_000, generator))
    video, text = present["video"], present["text"]
    drawn = [(video & text), (video & ~text), (~video & text), (~video & ~text)]
    assert [d.float().mean().item() for d in drawn] == pytest.approx([0.7, 0.1, 0.1, 0.1], abs=0.01)
    with pytest.raises(ValueError, match="sum to 1"):
        branch_shares([0.5, 0.1, 0.1, 0.1])


def test_another_process_trains_and_resumes_likewise(tmp_path):
    torch.manual_seed(0)
    module = LdmTraining(AudioTransformer.tiny(process="epsilon"), warmup_steps=2, max_steps=8)
    metrics = fit(module, features(), tmp_path, 2).callback_metrics
    assert metrics["train/loss"].isfinite() and metrics["validation/both"].isfinite()


@pytest.mark.parametrize(("name", "module"), [("vae", VaeTraining), ("ldm", LdmTraining)])
def test_configurations_build_what_they_name(name, module):
    config = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text())
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(module, "model")
    built = parser.instantiate(parser.parse_object({"model": config["model"]})).model
    assert isinstance(built, module)
    assert built.hparams.max_steps == config["trainer"]["max_steps"]


def test_importance_weighs_channels_of_the_loss():
    error = torch.randn(3, 4, 5)
    weights = torch.tensor([2.0, 1.0, 1.0, 0.0])
    expected = sum(w * error[:, k].square().mean() for k, w in enumerate(weights.tolist())) / 4
    torch.testing.assert_close(weighted_square(error, weights), torch.as_tensor(expected))
    torch.testing.assert_close(weighted_square(error, torch.ones(4)), weighted_square(error, None))


def test_the_paper_s_network_learns(tmp_path):
    """Of eight rows the loss falls, averaged weights and all."""
    losses = []
    for epochs in (1, 20):
        module = unet_module()
        module.hparams.lr, module.ema.decay = 3e-3, 0.5
        metrics = fit(module, unet_features(), tmp_path, epochs, precision="32-true").callback_metrics
        losses.append(float(metrics["validation/both"]))
    assert losses[1] < 0.8 * losses[0], losses
