"""Trains the vocabulary: `python -m prompts.vocabulary --captions 60000 --out spiece.model`."""

import argparse
import io
import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prompts.english import gerund, third_person
from prompts.grammar import Heard, caption
from prompts.lexicon import ALL_KINDS, LEXICON
from prompts.lexicon.entry import words
from prompts.lexicon.impacts import IMPACT_CLAUSES

SIZE = 3000
_ONE_SHOTS = frozenset(
    words(
        "wood; metal; glass; ceramic; plastic; stone; drum; cloth; clap; gunshot; drip; splash; bubbles; "
        "thunder; clock; dog; bird; bell; horn"
    )
)
# A word of the list counts as often as this many captions, so that it becomes one
# token though few captions use it.
_WORD_WEIGHT = 40


def grammar_captions(count: int, seed: int = 0, kinds: Sequence[str] = tuple(LEXICON)) -> Iterator[str]:
    """`count` captions of one to three kinds drawn evenly, the same for the same seed."""
    rng = random.Random(seed)
    for _ in range(count):
        drawn = rng.sample(kinds, rng.choices((1, 2, 3), (6, 3, 1))[0])
        yield caption([any_heard(kind, rng) for kind in drawn], rng)


def any_heard(kind: str, rng: random.Random) -> Heard:
    """A source of that kind with facts drawn at random."""
    sounds_once = kind in _ONE_SHOTS or (kind not in LEXICON and rng.random() < 0.5)
    events = rng.randint(1, 20) if sounds_once else 0
    pace_hz = events / 8 if events < 6 else rng.uniform(0.7, 8.0) if events else 0.0
    action = rng.choice(tuple(IMPACT_CLAUSES))
    return Heard(kind, action, rng.random(), rng.random(), rng.uniform(0.2, 1.0), pace_hz, events)


def sound_words() -> list[str]:
    """Words that should be whole tokens: the committed list and every form of the grammar's verbs."""
    lines = Path(__file__).with_name("sound_words.txt").read_text(encoding="utf-8").splitlines()
    listed = [word for line in lines if not line.startswith("#") for word in line.split()]
    verbs = [
        clause.split("|")[1].split()[0]
        for entry in LEXICON.values()
        for clauses in entry.clauses.values()
        for clause in clauses
    ]
    return list(
        dict.fromkeys(
            [*listed, *(form for verb in verbs for form in (verb, third_person(verb), gerund(verb)))]
        )
    )


def train_vocabulary(lines: Iterable[str], out_file: str | Path, size: int = SIZE) -> None:
    """Train a sentencepiece unigram vocabulary (Kudo 2018) and write it to `out_file` in one step.

    Characters without a piece are spelled in bytes; text is normalised by NFKC and case folding. The
    same lines give the same file.

    Args:
        lines: sentences.
        out_file: where the model goes; its folder must exist.
        size: number of tokens, the 256 bytes and pad, end, unknown included.

    Raises:
        ValueError: too few lines for `size` tokens.
    """
    import sentencepiece

    buffer = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.Train(
            sentence_iterator=iter(lines),
            model_writer=buffer,
            model_type="unigram",
            vocab_size=size,
            byte_fallback=True,
            normalization_rule_name="nmt_nfkc_cf",
            character_coverage=1.0,
            split_digits=True,
            shuffle_input_sentence=False,
            num_threads=1,
            seed_sentencepiece_size=1_000_000,
            pad_id=0,
            eos_id=1,
            unk_id=2,
            bos_id=-1,
            minloglevel=2,
        )
    except (RuntimeError, OSError) as error:
        raise ValueError(f"cannot train {size} tokens from these lines: {error}") from error
    out = Path(out_file)
    handle, partial = tempfile.mkstemp(dir=out.parent, prefix=out.name)
    with os.fdopen(handle, "wb") as stream:
        stream.write(buffer.getvalue())
    os.chmod(partial, 0o644)
    os.replace(partial, out)


def vocabulary_command(arguments: Sequence[str] | None = None) -> None:
    """Command line of this module."""
    parser = argparse.ArgumentParser(description="Train the vocabulary of the text encoder.")
    parser.add_argument(
        "--captions", type=int, default=60_000, help="captions to draw from the grammar (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--recorded", action="store_true", help="captions of the recordings' kinds as well")
    parser.add_argument("--size", type=int, default=SIZE, help="number of tokens (default %(default)s)")
    parser.add_argument(
        "--text",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="further text, one sentence a line; may be repeated",
    )
    parser.add_argument("--out", type=Path, required=True, help="the .model file to write")
    given = parser.parse_args(arguments)
    further: list[str] = []
    for file in given.text:
        try:
            further += file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError as error:
            parser.error(f"cannot read {file}: {error.strerror}")
    lines = [
        *grammar_captions(given.captions, given.seed, ALL_KINDS if given.recorded else tuple(LEXICON)),
        *(word for word in sound_words() for _ in range(_WORD_WEIGHT)),
        *further,
    ]
    try:
        train_vocabulary(lines, given.out, given.size)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    print(f"{given.out}: {given.size} tokens from {len(lines)} lines")


if __name__ == "__main__":
    vocabulary_command()
