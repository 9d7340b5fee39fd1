"""What a teacher of open vocabulary makes of texts that people wrote: `python -m ta_v2a.data.teacher`.

The teacher is WordLlama's static word embeddings (16 MB, MIT; its package holds them), needed here only: the
text tower ships without it. A text is placed by the recordings' kinds whose phrases are near its clauses.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Float

from prompts.lexicon import RECORDED, Entry
from ta_v2a.data.open_words import clauses, open_texts
from ta_v2a.errors import UserError

Embed = Callable[[Sequence[str]], Float[np.ndarray, "texts width"]]

SHARPNESS = 25.0
"""Of the softmax over kinds: a similarity of .1 more is 12 times as likely."""
NAMED = 0.15
"""How much nearer a kind is if a clause holds one of its phrases word for word."""
_SPEECH = re.compile(
    r"\b(?:speak\w*|talk\w*|speech|say\w*|voice\w*|convers\w*|narrat\w*|sing\w*|music|laugh\w*)\b"
)


def wordllama() -> Embed:
    """The teacher's embedding of texts, L2-normalised.

    Raises:
        UserError: the package is not installed.
    """
    try:
        import wordllama as package
    except ImportError as error:
        raise UserError("the teacher of open vocabulary needs the package wordllama") from error
    folder = Path(package.__file__).parent  # its files lie in the package: nothing is fetched
    model = package.WordLlama.load(cache_dir=folder, disable_download=True)
    return lambda texts: np.asarray(model.embed(list(texts), norm=True), np.float32)


def phrases(kind: str, entry: Entry) -> list[str]:
    """What stands for a kind: its name, its keywords, its clauses as bare words."""
    own = [clause for clauses_ in entry.clauses.values() for clause in clauses_]
    bare = [re.sub(r"[~*|]|\bsomeone\b|\bsomething\b", " ", clause) for clause in own]
    texts = [kind, *(keyword.replace("_", ",") for keyword in entry.keywords), *bare]
    return list(dict.fromkeys(" ".join(text.split()) for text in texts))


def nearness(texts: Sequence[str], embed: Embed) -> Float[np.ndarray, "texts kinds"]:
    """How near each text is to each kind of `RECORDED`: the highest cosine with one of its phrases."""
    vectors = embed(texts)
    near = [(vectors @ embed(phrases(kind, entry)).T).max(1) for kind, entry in RECORDED.items()]
    return np.stack(near, 1)


def kinds_named(texts: Sequence[str], embed: Embed) -> Float[np.ndarray, "texts kinds"]:
    """Shares of `RECORDED`'s kinds in what each text names, by its clauses; rows sum to 1."""
    parts = [clauses(text) for text in texts]
    unique = list(dict.fromkeys(part for each in parts for part in each))
    scores = nearness(unique, embed) + NAMED * word_for_word(unique)
    likely = np.exp(SHARPNESS * (scores - scores.max(1, keepdims=True)))
    likely /= likely.sum(1, keepdims=True)
    # a clause that is near nothing, or that only says who speaks, says little beside the others
    speech = np.array([bool(_SPEECH.search(part.lower())) for part in unique])
    weight = np.exp(8 * (scores.max(1) - 1)) * np.where(speech, 0.15, 1.0)
    rows = {part: index for index, part in enumerate(unique)}
    out = np.empty((len(texts), len(RECORDED)), np.float32)
    for row, each in enumerate(parts):
        own = [rows[part] for part in each]
        out[row] = weight[own] @ likely[own] / weight[own].sum()
    return out


def word_for_word(texts: Sequence[str]) -> Float[np.ndarray, "texts kinds"]:
    """Whether a text holds a phrase of a kind, more so the fewer kinds share it and the longer it is."""
    owners: dict[tuple[str, ...], set[int]] = {}
    for index, (kind, entry) in enumerate(RECORDED.items()):
        for phrase in {kind, *entry.keywords}:
            stems = tuple(map(without_ending, re.findall(r"[a-z']+", phrase.lower())))
            if stems:
                owners.setdefault(stems, set()).add(index)
    longest = max(map(len, owners))
    out = np.zeros((len(texts), len(RECORDED)), np.float32)
    for row, text in enumerate(texts):
        stems = tuple(map(without_ending, re.findall(r"[a-z']+", text.lower())))
        for begin in range(len(stems)):
            for end in range(begin + 1, min(begin + longest, len(stems)) + 1):
                for index in owners.get(stems[begin:end], ()):
                    share = len(owners[stems[begin:end]]) ** -0.5 * min(end - begin, 3) ** 0.5
                    out[row, index] = max(out[row, index], share)
    return out


def without_ending(word: str) -> str:
    """A word without its English ending, roughly: "barking", "barks" and "bark" are one."""
    for ending in ("ing", "ies", "es", "ed", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def teacher_command() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--text", required=True, help="folder of captions and labels")
    parser.add_argument("--out", required=True, type=Path, help="the .npz to write")
    given = parser.parse_args()
    texts, embed = open_texts(given.text), wordllama()
    np.savez_compressed(
        given.out,
        texts=np.array(texts),
        vectors=embed(texts).astype(np.float16),
        kinds=kinds_named(texts, embed).astype(np.float16),
    )
    print(f"{given.out}: {len(texts)} texts")


if __name__ == "__main__":
    teacher_command()
