"""Training of CVALP: a step helps, a resumed run is the uninterrupted one, and the score counts onsets."""

import math
from collections.abc import Callable
from pathlib import Path

import lightning
import pytest
import torch
from torch.utils.data import DataLoader

import cvalp
from cvalp.mini.model import CVALP
from cvalp.training.cvalp import GROWS, CvalpTraining, binary_f1
from cvalp.training.text import TextTraining
from prompts.lexicon import LEXICON, WORDINGS
from vocoders.training.shared import start_from

TOKENIZER = Path(cvalp.__file__).parents[1] / "ta_v2a" / "weights" / "mini" / "cvalp" / "spiece.model"
CAPTIONS = ("a dog barks", "glass breaks", "steady rain", "someone knocks on wood")


def clips(count: int) -> list[dict]:
    g = torch.Generator().manual_seed(0)
    return [
        {
            "frames": torch.randint(0, 256, (8, 24, 24), dtype=torch.uint8, generator=g),
            "mel": torch.rand(128, 16, generator=g),
            "caption": CAPTIONS[k % 4],
            "kinds": torch.eye(29)[k % 4],
            "activity": torch.rand(4, 7, generator=g),
            "seen": torch.eye(29)[k % 4],
        }
        for k in range(count)
    ]


def module() -> CvalpTraining:
    torch.manual_seed(0)
    model = CVALP(
        str(TOKENIZER), dim=16, video_widths=(8, 8, 8), video_time_blocks=1, text_width=16, text_layers=1
    )
    return CvalpTraining(model, window_tokens=2, warmup_steps=2, max_steps=8)


def fit(
    training: lightning.LightningModule,
    folder: Path,
    epochs: int,
    checkpoint: Path | None = None,
    items: Callable = clips,
) -> lightning.Trainer:
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        default_root_dir=folder,
    )
    loader = DataLoader(items(8), 4)
    trainer.fit(training, loader, loader, ckpt_path=checkpoint, weights_only=False)
    return trainer


def test_a_step_along_the_gradient_lowers_the_loss():
    training, batch = module(), next(iter(DataLoader(clips(4), 4)))
    training.model.text.eval()  # no dropout: the same function before and after
    before = training.losses(batch)
    assert all(bool(v.isfinite()) for v in before.values())
    before["loss"].backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in training.parameters())
    torch.optim.SGD(training.parameters(), lr=1e-3).step()
    assert training.losses(batch)["loss"] < before["loss"]


def test_the_loss_is_the_weighted_sum_of_its_terms():
    training, batch = module().eval(), next(iter(DataLoader(clips(4), 4)))
    training.lambda_, training.mu, training.activity_weight, training.text_weight = 0.5, 0.25, 3.0, 2.0
    with torch.no_grad():
        terms = training.losses(batch)
    expected = (
        2.0 * terms["audio_text"]
        + 0.5 * terms["audio_video"]
        + 0.25 * terms["temporal"]
        + 3.0 * terms["activity"]
    )
    torch.testing.assert_close(terms["loss"], expected)


def test_without_its_term_the_text_neither_learns_nor_counts():
    training, batch = module(), next(iter(DataLoader(clips(4), 4)))
    training.text_weight = 0.0
    terms = training.losses(batch)
    terms["loss"].backward()
    assert float(terms["audio_text"]) == 0 and "text_top1" not in terms
    assert all(p.grad is None for p in training.model.text.parameters())
    assert all(
        p.grad is not None for p in (*training.model.video.parameters(), *training.model.audio.parameters())
    )


@pytest.mark.filterwarnings("ignore")
def test_video_alone_goes_on_and_leaves_sound_and_text_as_they_were(tmp_path):
    first = module()
    first.model.save_pretrained(tmp_path / "cvalp")
    torch.manual_seed(1)
    again = module()
    options = {"window_tokens": 2, "warmup_steps": 2, "max_steps": 8, "video_only": True, "label_weight": 1.0}
    go_on = CvalpTraining(again.model, start=str(tmp_path / "cvalp"), **options)
    before = {name: value.clone() for name, value in first.model.state_dict().items()}
    for name, value in go_on.model.state_dict().items():
        assert torch.equal(value, before[name]), name
    fit(go_on, tmp_path, 1)
    after = go_on.model.state_dict()
    changed = {name.split(".")[0] for name in before if not torch.equal(after[name], before[name])}
    assert changed >= {"video", "video_head", "activity_head"} and not changed & {
        "audio",
        "audio_head",
        "text",
    }
    batch = next(iter(DataLoader(clips(4), 4)))
    assert float(go_on.losses(batch)["audio_text"]) == 0 and "text_top1" not in go_on.losses(batch)
    assert go_on.model.video.training and not go_on.model.text.training
    words = [list(entry.keywords[:WORDINGS]) for entry in LEXICON.values()]
    with (
        torch.no_grad()
    ):  # the words for the pictures are read by the text tower as it is used: nothing is dropped
        torch.testing.assert_close(
            go_on.labels, torch.stack([go_on.model.encode_text(each).mean(0) for each in words])
        )


@pytest.mark.filterwarnings("ignore")
def test_what_is_held_stays_near_the_weights_it_started_from(tmp_path):
    """E_v alone: what happens in every token is learnt all the same."""
    module().model.save_pretrained(tmp_path / "cvalp")
    options = {"window_tokens": 2, "warmup_steps": 1, "max_steps": 8, "learning_rate": 1e-2}
    options |= {"video_only": True, "start": str(tmp_path / "cvalp")}
    batch, drifts, learnt = next(iter(DataLoader(clips(8), 8))), [], []
    with pytest.raises(ValueError, match="hold_weight needs start"):
        CvalpTraining(module().model, hold_weight=1.0)
    for weight in (1e-6, 100.0):
        held = CvalpTraining(module().model, hold_weight=weight, **options)
        started = held.eval().losses(batch)
        assert float(started["drift"]) == pytest.approx(0, abs=1e-5)
        before = {name: value.clone() for name, value in held.before.state_dict().items()}
        fit(held.train(), tmp_path, 4)
        assert all(torch.equal(before[name], value) for name, value in held.before.state_dict().items())
        assert not held.before.training
        ended = held.eval().losses(batch)
        drifts.append(float(ended["drift"]))
        learnt.append(float(ended["activity"]) < float(started["activity"]))
    assert drifts[1] < drifts[0] / 3 and learnt == [True, True]


def test_a_tower_grows_out_of_a_smaller_one(tmp_path):
    torch.manual_seed(3)
    sizes = {"dim": 16, "video_widths": (8, 8, 8), "video_time_blocks": 1, "text_width": 16, "text_layers": 1}
    CVALP(str(TOKENIZER), **sizes, video_space_time_blocks=0).save_pretrained(tmp_path / "small")
    small = CVALP.from_pretrained(tmp_path / "small").eval()
    grown = CvalpTraining(module().model, start=str(tmp_path / "small")).model.eval()
    frames = torch.rand(1, 8, 24, 24)
    with torch.no_grad():
        torch.testing.assert_close(grown.encode_video(frames), small.encode_video(frames))
    with pytest.raises(RuntimeError, match="activity_head"):
        start_from(grown, _checkpoint_without(small, "activity_head", tmp_path), "model.", GROWS)


def _checkpoint_without(model: CVALP, part: str, folder: Path) -> str:
    state = {
        f"model.{name}": value for name, value in model.state_dict().items() if not name.startswith(part)
    }
    torch.save({"state_dict": state}, folder / "partial.ckpt")
    return str(folder / "partial.ckpt")


def test_pictures_are_drawn_to_the_words_for_what_they_show():
    with pytest.raises(ValueError, match="video_only"):
        CvalpTraining(module().model, label_weight=1.0)
    training, batch = (
        CvalpTraining(module().model, window_tokens=2, video_only=True, label_weight=2.0),
        next(iter(DataLoader(clips(4), 4))),
    )
    named = training.losses(batch)
    training.label_weight = 0.0
    without = training.losses(batch)
    torch.testing.assert_close(named["loss"], without["loss"] + 2.0 * named["labels"], atol=1e-3, rtol=1e-3)
    assert "labels" not in without and training.labels.shape == (29, 16)
    named["labels"].backward()
    assert training.model.video_head.weight.grad.abs().sum() > 0 and all(
        p.grad is None for p in training.model.text.parameters()
    )


def text_module() -> TextTraining:
    return TextTraining(module().model, warmup_steps=2)


def sounds(count: int) -> list[dict]:
    g = torch.Generator().manual_seed(0)
    audio = torch.nn.functional.normalize(torch.randn(count, 16, generator=g), dim=-1)
    return [
        {"audio": audio[k], "caption": CAPTIONS[k % 4], "kinds": torch.eye(29)[k % 4]} for k in range(count)
    ]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("make", "items"), [(module, clips), (text_module, sounds)])
def test_resumed_equals_uninterrupted(make, items, tmp_path):
    """Dropped words and dropout included."""
    whole = make()
    trainer = fit(whole, tmp_path, 2, items=items)
    assert {"validation/loss", "train/loss"} <= set(trainer.callback_metrics)
    first = make()
    fit(first, tmp_path, 1, items=items).save_checkpoint(tmp_path / "half.ckpt")
    torch.manual_seed(99)  # whatever the process drew meanwhile must not matter
    resumed = make()
    fit(resumed, tmp_path, 2, tmp_path / "half.ckpt", items)
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("make", "items"), [(module, clips), (text_module, sounds)])
def test_temperatures_end_every_step_where_they_have_a_gradient(make, items, tmp_path):
    """A step that would leave the bounds ends at them, and the next one may come back."""
    training = make()
    training.learning_rate, training.warmup_steps = 1.0, 1
    with torch.no_grad():
        training.model.log_scale.copy_(torch.tensor([9.0, -3.0, math.log(100)]))
    trainer = lightning.Trainer(
        max_steps=1, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False, limit_val_batches=0, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(training, DataLoader(items(4), 4))
    reached = training.model.log_scale
    assert float(reached.min()) >= 0 and float(reached.max()) <= torch.tensor(math.log(100))
    training.zero_grad()
    training.losses(next(iter(DataLoader(items(4), 4))))["loss"].backward()
    assert reached.grad[0] != 0


def test_temperatures_beyond_the_bounds_are_loaded_at_them(tmp_path):
    """As the bundled weights have them: 4.609 in half precision, whose nearest number to ln 100 is above
    it."""
    model = module().model
    with torch.no_grad():
        model.log_scale.copy_(torch.tensor([4.609, 9.0, 2.0]))
    before = model.scales().detach()
    model.half().save_pretrained(tmp_path / "half")
    read = CVALP.from_pretrained(tmp_path / "half", torch_dtype=torch.float32)
    started, plain = module().model, module().model
    start_from(started, str(tmp_path / "half"), may_lack=GROWS)
    plain.load_state_dict(model.float().state_dict() | {"log_scale": torch.tensor([4.609, 9.0, 2.0])})
    for loaded in (read, started, plain):
        assert loaded.log_scale.tolist() == pytest.approx([math.log(100), math.log(100), 2.0], abs=1e-6)
        torch.testing.assert_close(loaded.scales().detach(), before, atol=0, rtol=1e-6)
        loaded.scales().sum().backward()
        assert (loaded.log_scale.grad > 0).all()


def curve(peaks: list[int], height: float = 1.0) -> torch.Tensor:
    at = torch.arange(60.0)[:, None]
    return height * torch.exp(-0.5 * ((at - torch.tensor(peaks, dtype=torch.float)) / 1.2) ** 2).amax(1)[None]


def test_f1_counts_onsets():
    target = curve([10, 30, 50])
    assert float(binary_f1(target, target)) == 1
    assert float(binary_f1(curve([11, 29, 50]), target)) == 1
    assert float(binary_f1(curve([13, 33, 53]), target)) == 0
    assert float(binary_f1(curve([13, 33, 53]), target, slack=3)) == 1
    assert float(binary_f1(curve([10, 20, 30, 40, 50]), target)) == pytest.approx(
        2 * 0.6 / 1.6
    )  # precision 3/5, recall 1
    assert float(binary_f1(curve([10]), target)) == pytest.approx(
        2 * (1 / 3) / (4 / 3)
    )  # precision 1, recall 1/3
    assert float(binary_f1(curve([10, 30, 50], 0.3), target)) == 0  # too faint to count
    assert float(binary_f1(torch.zeros(1, 60), target)) == 0


def worded(count: int) -> list[dict]:
    """Whole batches with words beyond the stage's."""
    g = torch.Generator().manual_seed(1)
    return [
        {
            "audio": torch.nn.functional.normalize(torch.randn(4, 16, generator=g), dim=-1),
            "caption": list(CAPTIONS),
            "kinds": torch.eye(29)[:4],
            "texts": ["hands on djembe", "a zipper", "woman bites crisps"],
            "named": torch.eye(204)[:3],
            "vectors": torch.randn(2, 256, generator=g),
        }
        for _ in range(count)
    ]


def words_module(**changes) -> TextTraining:
    return TextTraining(module().model, warmup_steps=2, learning_rate=0.02, max_steps=40, **changes)


@pytest.mark.filterwarnings("ignore")
def test_words_are_learnt_alone_and_the_silent_blocks_change_nothing(tmp_path):
    training = words_module(words_only=True, longest=8)
    texts = ["a dog barks", "hands on djembe"]
    encoder = training.model.text.encoder.encoder
    trainer = lightning.Trainer(
        max_epochs=8, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False, default_root_dir=tmp_path,
    )  # fmt: skip
    first = training.losses(worded(1)[0])
    trainer.fit(training, DataLoader(worded(4), batch_size=None))
    training.eval()
    last = training.losses(worded(1)[0])
    assert last["recorded"] < 0.7 * first["recorded"] and last["teacher"] < first["teacher"]
    alone = training.model.encode_text(texts)
    encoder.words_only = False
    torch.testing.assert_close(training.model.encode_text(texts), alone)


@pytest.mark.filterwarnings("ignore")
def test_a_training_goes_on_with_the_heads_and_another_vocabulary_begins_afresh(tmp_path):
    training = words_module(words_only=True)
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False,
        enable_checkpointing=False, default_root_dir=tmp_path,
    )  # fmt: skip
    trainer.fit(training, DataLoader(worded(2), batch_size=None))
    file = str(tmp_path / "words.ckpt")
    trainer.save_checkpoint(file)
    after = words_module(checkpoint=file)
    for name in ("kind_head", "recorded_head", "teacher_head", "model.text.project"):
        for key, value in training.get_submodule(name).state_dict().items():
            assert torch.equal(after.get_submodule(name).state_dict()[key], value), name
    fresh = words_module(checkpoint=file, fresh=True)
    assert not torch.equal(fresh.model.text.project.weight, training.model.text.project.weight)
    assert torch.equal(fresh.model.audio_head.weight, training.model.audio_head.weight)
