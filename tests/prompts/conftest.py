"""A small vocabulary, trained once."""

from pathlib import Path

import pytest

from prompts.vocabulary import grammar_captions, train_vocabulary


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("vocabulary") / "spiece.model"
    train_vocabulary(grammar_captions(2000), out, size=700)
    return out
