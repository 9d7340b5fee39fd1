"""Vocabulary and tokenizer: any text can be read, the same lines give the same file."""

import pickle
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from prompts.tokenizer import MAX_TOKENS, Tokenizer
from prompts.vocabulary import grammar_captions, sound_words, train_vocabulary, vocabulary_command


@pytest.fixture(scope="module")
def tokenizer(model_file: Path) -> Tokenizer:
    return Tokenizer(model_file)


@pytest.mark.parametrize(
    "text",
    [
        "knocking on an oak door",
        "狗叫声和雨声",
        "صوت الطبل",
        "🔥🐕 fire",
        "Гром гремит",
        "犬が吠える",
        "naïve café — 50%",
        "한국어",
        "हिन्दी",
    ],
)
def test_any_script_round_trips(tokenizer: Tokenizer, text: str):
    [row] = tokenizer.encode([text], max_tokens=500)
    assert row[-1] == tokenizer.end and tokenizer.pad not in row
    assert 2 not in row  # nothing is unknown
    assert tokenizer.decode(row) == unicodedata.normalize("NFKC", text).casefold()


def test_case_width_and_blanks_do_not_matter(tokenizer: Tokenizer):
    rows = tokenizer.encode(["dog barking", "DOG  Barking", " dog\tbarking\n", "ｄｏｇ　ｂａｒｋｉｎｇ"])
    assert rows.count(rows[0]) == 4


def test_empty_prompts_are_the_end_token(tokenizer: Tokenizer):
    assert tokenizer.encode(["", "   ", "\n"]) == [[tokenizer.end]] * 3
    assert not tokenizer.was_cut("")
    assert tokenizer.encode([]) == []


def test_long_prompts_are_cut_and_said_so(tokenizer: Tokenizer):
    long = ("thunder and rain " * 600)[:10_000]
    [row] = tokenizer.encode([long])
    assert len(row) == MAX_TOKENS and row[-1] == tokenizer.end
    assert tokenizer.was_cut(long) and not tokenizer.was_cut("thunder and rain")
    short = tokenizer.encode(["thunder and rain"])[0]
    assert not tokenizer.was_cut("thunder and rain", len(short)) and tokenizer.was_cut(
        "thunder and rain", len(short) - 1
    )
    with pytest.raises(ValueError, match="max_tokens"):
        tokenizer.encode(["x"], 0)


def test_odd_characters_are_survived(tokenizer: Tokenizer):
    rows = tokenizer.encode(["\ud800 dog", "\x00\x07", "</s> <pad>", "a" * 3000])
    assert all(
        row[-1] == tokenizer.end and tokenizer.end not in row[:-1] and tokenizer.pad not in row
        for row in rows
    )


def test_pickled_tokenizer_is_the_same(tokenizer: Tokenizer):
    again = pickle.loads(pickle.dumps(tokenizer))
    assert again.encode(["metal clang 🔔"]) == tokenizer.encode(["metal clang 🔔"])
    assert again.size == tokenizer.size == 700


def test_training_is_deterministic(model_file: Path, tmp_path: Path):
    train_vocabulary(grammar_captions(2000), tmp_path / "again.model", size=700)
    assert (tmp_path / "again.model").read_bytes() == model_file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.model"]


def test_bad_files_and_sizes_are_value_errors(tmp_path: Path):
    with pytest.raises(ValueError, match="no vocabulary"):
        Tokenizer(tmp_path / "none.model")
    for content in (b"", b"not a model"):
        (tmp_path / "bad.model").write_bytes(content)
        with pytest.raises(ValueError, match="no sentencepiece model"):
            Tokenizer(tmp_path / "bad.model")
    with pytest.raises(ValueError, match="cannot train"):
        train_vocabulary(["too few words"], tmp_path / "few.model", size=3000)
    assert not (tmp_path / "few.model").exists()


def test_command_line_takes_further_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "more.txt").write_text("zyzzyva\n" * 300)
    vocabulary_command(
        [
            "--captions",
            "500",
            "--size",
            "800",
            "--text",
            str(tmp_path / "more.txt"),
            "--out",
            str(tmp_path / "out.model"),
        ]
    )
    assert "800 tokens" in capsys.readouterr().out
    trained = Tokenizer(tmp_path / "out.model")
    assert len(trained.encode(["zyzzyva"])[0]) == 2
    assert sum(len(row) == 2 for row in trained.encode(sound_words())) > 100
    with pytest.raises(SystemExit):
        vocabulary_command(["--text", str(tmp_path / "absent"), "--out", str(tmp_path / "o.model")])


def test_prompts_do_not_import_torch():
    code = (
        "import sys, prompts.grammar, prompts.tokenizer, prompts.vocabulary; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
