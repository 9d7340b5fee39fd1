"""The text tower: one vector a prompt, whatever stands beside it."""

from pathlib import Path

import pytest
import torch

from cvalp.mini.text_tower import TextTower
from prompts.vocabulary import grammar_captions, train_vocabulary

TEXTS = [
    "a dog barks",
    "",
    "狗 🔥 صوت",
    "rain on a tin roof while somebody slowly knocks on an old oak door " * 20,
    "metal",
]


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("vocabulary") / "spiece.model"
    train_vocabulary(grammar_captions(1000), out, size=600)
    return out


@pytest.fixture()
def tower(model_file: Path) -> TextTower:
    torch.manual_seed(0)
    return TextTower(model_file, dim=24, width=32, layers=2, heads=2, head_width=16, feed_forward=48).eval()


def test_one_vector_a_text(tower: TextTower):
    out = tower(TEXTS)
    assert out.shape == (len(TEXTS), 24) and out.dtype == torch.float32
    assert torch.isfinite(out).all()
    assert torch.pdist(out).min() > 1e-3
    assert torch.equal(out, tower(TEXTS))


def test_padding_does_not_change_a_row(tower: TextTower):
    together = tower(TEXTS)
    alone = torch.cat([tower([text]) for text in TEXTS])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def test_case_does_not_matter(tower: TextTower):
    torch.testing.assert_close(tower(["Dog Barking"]), tower(["dog barking"]))


def test_no_texts_are_refused(tower: TextTower):
    with pytest.raises(ValueError, match="at least one"):
        tower([])


def test_words_are_dropped_in_training_only(model_file: Path):
    torch.manual_seed(0)
    tower = TextTower(
        model_file,
        dim=8,
        width=32,
        layers=1,
        heads=2,
        head_width=16,
        feed_forward=32,
        dropout=0.0,
        word_dropout=0.5,
    )
    text = ["a dog barks at the postman in the rain"]
    tower.train()
    assert len({tuple(tower(text)[0].tolist()) for _ in range(6)}) > 1
    shortened = tower._without_some_words(text * 300)
    assert all(shortened)
    share = sum(len(short.split()) for short in shortened) / (300 * 9)
    assert share == pytest.approx(0.5 + 0.5 / 9, abs=0.05)
    tower.eval()
    assert torch.equal(tower(text), tower(text))


def test_it_learns_to_tell_words_apart(model_file: Path):
    """A few steps of a linear probe through the tower separate two kinds of prompt."""
    torch.manual_seed(0)
    tower = TextTower(model_file, dim=2, width=32, layers=1, heads=2, head_width=16, feed_forward=32).train()
    texts = [
        "a dog barks",
        "dog barking loudly",
        "the dog",
        "rain falls",
        "heavy rain on a roof",
        "it is the rain",
    ]
    labels = torch.tensor([0, 0, 0, 1, 1, 1])
    optimizer = torch.optim.AdamW(tower.parameters(), lr=3e-3)
    for _ in range(60):
        loss = torch.nn.functional.cross_entropy(tower(texts), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    tower.eval()
    assert (tower(["the dog barks loudly", "heavy rain falls"]).argmax(1) == torch.tensor([0, 1])).all()


def test_weights_round_trip(tower: TextTower, model_file: Path):
    other = TextTower(model_file, dim=24, width=32, layers=2, heads=2, head_width=16, feed_forward=48).eval()
    other.load_state_dict(tower.state_dict())
    assert torch.equal(other(TEXTS), tower(TEXTS))
