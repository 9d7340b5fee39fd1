"""Alignment classifiers: their networks, the pairs they learn from, and that they learn."""

from pathlib import Path

import lightning as L
import pytest
import torch
import yaml
from jsonargparse import ArgumentParser
from torch.utils.data import DataLoader

from ldm.classifiers.alignment_columns import AlignmentColumns, _standard, correlations
from ldm.classifiers.alignment_unet import AlignmentUNet
from ldm.classifiers.role import AlignmentClassifier
from ldm.process import Epsilon, Flow
from ldm.training.alignment import AlignmentTraining
from ldm.training.pairs import ALIGNED, OTHER, SHIFTED, check_shares, draw_pairs
from vocoders.training.shared import batch_generator

CONFIGS = Path(__file__).parents[2] / "ldm" / "configs"


def grown(network: torch.nn.Module) -> torch.nn.Module:
    """The last layers start at zero: weights that tell something."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return network.eval()


@pytest.mark.parametrize(("network", "rows"), [(AlignmentColumns.tiny, ()), (AlignmentUNet.tiny, (4,))])
def test_a_fresh_classifier_is_undecided_and_a_grown_one_reads_all_it_is_given(network, rows):
    fresh = network()
    assert isinstance(fresh, AlignmentClassifier)
    latents, video = torch.randn(3, 4, *rows, 16), torch.randn(3, 8, 6)
    time = torch.tensor([0.1, 0.5, 0.9])
    logits = fresh(latents, time, video)
    assert logits.shape == (3,) and logits.dtype == torch.float32
    torch.testing.assert_close(logits, logits[:1].expand(3))
    full = grown(fresh)
    plain = full(latents, time, video)
    for changed in (
        (latents.flip(-1), time, video),
        (latents, time / 2, video),
        (latents, time, video.flip(1)),
    ):
        assert not torch.allclose(full(*changed), plain, atol=1e-4)


def test_the_paper_size_is_diff_foleys():
    with torch.device("meta"):
        network = AlignmentUNet()
    own = sum(p.numel() for name, p in network.named_parameters() if not name.startswith(("video_in", "pos")))
    assert round(own / 1e6, 2) == 11.45
    assert isinstance(network.process, Epsilon) and network.positions.weight.shape == (40, 512)
    assert [hasattr(block, "attentions") for block in network.down_blocks] == [False, True, True]


def test_the_mini_is_small_and_takes_clips_of_any_length():
    config = yaml.safe_load((CONFIGS / "classifier.yaml").read_text())["model"]["init_args"]["network"]
    with torch.device("meta"):
        network = AlignmentColumns(**config["init_args"])
    assert 0.5e6 < sum(p.numel() for p in network.parameters()) < 2e6 and isinstance(network.process, Flow)
    tiny = grown(AlignmentColumns.tiny())
    for columns, tokens in ((16, 16), (40, 20), (128, 64)):
        assert tiny(torch.randn(2, 4, columns), torch.zeros(2), torch.randn(2, tokens, 6)).shape == (2,)


def test_more_features_than_positions_are_refused():
    with pytest.raises(ValueError, match="41 features"):
        AlignmentUNet.tiny()(torch.randn(1, 4, 4, 16), torch.zeros(1), torch.randn(1, 41, 6))


@pytest.mark.parametrize("network", [AlignmentColumns.tiny(process=None), AlignmentUNet.tiny()])
def test_saved_and_loaded(network, tmp_path):
    grown(network).save_pretrained(tmp_path)
    again = type(network).from_pretrained(tmp_path)
    latents = torch.randn(2, 4, *([4] if isinstance(network, AlignmentUNet) else []), 16)
    given = latents, torch.full((2,), 0.3), torch.randn(2, 8, 6)
    torch.testing.assert_close(again(*given), network(*given))
    assert (again.process is None) == (network.process is None)


def test_correlations_peak_at_the_lag_and_a_flat_curve_has_none():
    curve = torch.randn(1, 2, 64)
    late = torch.roll(curve, 3, -1)
    found = correlations(curve, late, 5)
    assert found.argmax(-1).tolist() == [[8, 8]] and (found[..., 8] > 0.6).all()
    torch.testing.assert_close(found[0, 0, 5], (_standard(curve) * _standard(late))[0, 0].mean())
    assert not correlations(curve, torch.ones(1, 2, 64), 5).any()


def numbered(rows: int, columns: int, tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Latents and features that say which clip and which column they are of."""
    clips = 1000.0 * torch.arange(rows)[:, None]
    latents = (clips + torch.arange(columns))[:, None].expand(-1, 3, -1)
    video = (clips + torch.arange(0, columns, columns // tokens))[..., None].expand(-1, -1, 2)
    return latents, video


@pytest.mark.parametrize("tokens", [64, 32])
def test_pairs_are_of_one_moment_of_two_or_of_two_clips(tokens):
    latents, video = numbered(400, 64, tokens)
    pairs = draw_pairs(latents, video, 32, 4, (0.5, 0.25, 0.25), batch_generator(0, 0))
    assert pairs.latents.shape == (400, 3, 32) and pairs.video.shape == (400, tokens // 2, 2)
    heard, seen = pairs.latents[:, 0, 0], pairs.video[:, 0, 0]
    torch.testing.assert_close(pairs.latents[:, 0], heard[:, None] + torch.arange(32))
    same = (heard // 1000) == (seen // 1000)
    assert torch.equal(seen // 1000, torch.arange(400.0))
    apart = (heard - seen)[same]
    kinds = pairs.kinds
    assert torch.equal(same, kinds != OTHER)
    assert (apart[kinds[same] == ALIGNED] == 0).all()
    shifts = apart[kinds[same] == SHIFTED]
    assert shifts.abs().min() == 4 and shifts.abs().max() <= 32 and 0.3 < (shifts > 0).float().mean() < 0.7
    assert (shifts.abs() < 12).float().mean() > 0.4  # as often short as long
    assert [round((kinds == kind).float().mean().item(), 1) for kind in (ALIGNED, SHIFTED, OTHER)] in (
        [0.5, 0.2, 0.3],
        [0.5, 0.3, 0.2],
        [0.5, 0.2, 0.2],
        [0.5, 0.3, 0.3],
    )


def test_pairs_that_there_are_not_are_refused():
    latents, video = numbered(4, 16, 16)
    for columns, match in ((14, "no pairs of 14"), (8, "2 clips")):
        with pytest.raises(ValueError, match=match):
            draw_pairs(
                *(x[:1] for x in (latents, video)), columns, 4, (0.5, 0.25, 0.25), batch_generator(0, 0)
            )
    with pytest.raises(ValueError, match="whole multiples"):
        draw_pairs(latents, video[:, :5], 8, 4, (0.5, 0.25, 0.25), batch_generator(0, 0))
    with pytest.raises(ValueError, match="sum to 1"):
        check_shares((0.5, 0.5, 0.5))


def clips(count: int = 8, columns: int = 24) -> DataLoader:
    """Sounds whose first channels are what is seen at their moment."""
    g = torch.Generator().manual_seed(0)

    def item():
        video = torch.randn(columns, 6, generator=g)
        return {"latents": video[:, :4].T.contiguous(), "video": video}

    return DataLoader([item() for _ in range(count)], batch_size=8)


def module(**overrides) -> AlignmentTraining:
    torch.manual_seed(0)
    process = overrides.pop("process", "flow")
    network = AlignmentColumns.tiny(process=process)
    return AlignmentTraining(network, **{"warmup_steps": 2, "max_steps": 8, "lengths": (12, 16), **overrides})


def fit(trained, loader, folder, epochs, checkpoint=None, accumulated=1):
    trainer = L.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        precision="bf16-mixed",
        accumulate_grad_batches=accumulated,
        logger=False,
        enable_progress_bar=False,
        check_val_every_n_epoch=epochs,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        enable_checkpointing=False,
        default_root_dir=folder,
    )
    trainer.fit(trained, loader, loader, ckpt_path=checkpoint, weights_only=False)
    return trainer


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("accumulated", [1, 2])
def test_resumed_equals_uninterrupted(accumulated, tmp_path):
    whole = module()
    fit(whole, clips(16), tmp_path, 4, accumulated=accumulated)
    first = module()
    fit(first, clips(16), tmp_path, 2, accumulated=accumulated).save_checkpoint(tmp_path / "half.ckpt")
    torch.manual_seed(99)  # whatever the process drew meanwhile must not matter
    resumed = module()
    fit(resumed, clips(16), tmp_path, 4, tmp_path / "half.ckpt", accumulated)
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("process", [None, "flow", "epsilon"])
def test_it_learns_what_belongs_together_and_exports_it(process, tmp_path):
    trained = module(
        process=process, lr=1e-2, max_steps=240, ema_decay=0.9, export_folder=str(tmp_path / "classifier")
    )
    trainer = fit(trained, clips(64), tmp_path, 30)
    told = trainer.callback_metrics
    assert set(told) >= {"train/loss", "validation/loss", "validation/accuracy", "validation/aligned"}
    assert told["validation/accuracy"] > (0.85 if process is None else 0.65)
    exported = AlignmentColumns.from_pretrained(tmp_path / "classifier", torch_dtype=torch.float16)
    assert exported.config == trained.network.config
    expected = trained.ema.network.state_dict()["judge_both.weight"]
    torch.testing.assert_close(exported.judge_both.weight, expected.half())
    started = module(process=process, checkpoint=str(tmp_path / "classifier"))
    torch.testing.assert_close(started.network.judge_both.weight, expected.half().float())


def test_the_clean_classifier_sees_no_noise_and_the_noisy_one_that_of_its_process():
    data, uniform = torch.randn(512, 4, 16), torch.full((512,), 0.5)
    clean, time = module(process=None)._noisy(data, uniform, batch_generator(0, 0))
    assert torch.equal(clean, data) and not time.any()
    noisy, time = module(process="epsilon")._noisy(data, uniform, batch_generator(0, 0))
    c = Epsilon().coefficients(0.5)
    assert (time == 0.5).all()
    assert (noisy - c.signal * data).std().item() == pytest.approx(c.noise, rel=0.02)


@pytest.mark.parametrize("names", [["classifier"], ["classifier", "align"]])
def test_configurations_build_what_they_name(names):
    config = yaml.safe_load((CONFIGS / "classifier.yaml").read_text())
    given = config["model"]
    if "align" in names:
        over = yaml.safe_load((CONFIGS / "align.yaml").read_text())["model"]["init_args"]
        given["init_args"]["network"]["init_args"] |= over["network"]["init_args"]
    parser = ArgumentParser(exit_on_error=False)
    parser.add_subclass_arguments(AlignmentTraining, "model")
    built = parser.instantiate(parser.parse_object({"model": given})).model
    assert (built.network.process is None) == ("align" in names)
    assert built.hparams.max_steps == config["trainer"]["max_steps"]
