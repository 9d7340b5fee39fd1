"""What should be heard in a silent clip, without a language model: the labels whose text lies nearest
to the picture, as CLIP does."""

import csv
from pathlib import Path
from typing import Any

from prompts.known import understood
from prompts.lexicon import LEXICON, WORDINGS
from ta_v2a.engine.cues import cut_prompt
from ta_v2a.engine.encoders import load_encoders, picture_vector
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe
from ta_v2a.system.user_files import is_file

KIND_LABELS: dict[str, str] = {
    "wood": "something hits wood",
    "metal": "something hits metal",
    "glass": "glass clinking or breaking",
    "ceramic": "crockery clattering",
    "plastic": "something hits plastic",
    "stone": "stones knocking",
    "drum": "drumming",
    "cloth": "soft thuds on cloth",
    "clap": "hand clapping",
    "gunshot": "gunshots",
    "scrape": "scraping",
    "saw": "sawing",
    "rub": "rubbing",
    "pour": "water pouring",
    "drip": "water dripping",
    "splash": "splashing",
    "bubbles": "bubbling",
    "wind": "wind blowing",
    "fire": "fire crackling",
    "rain": "rain falling",
    "thunder": "thunder",
    "engine": "an engine running",
    "drill": "drilling",
    "fan": "a fan whirring",
    "clock": "a clock ticking",
    "dog": "a dog barking",
    "bird": "birds chirping",
    "bell": "a bell ringing",
    "horn": "a horn honking",
}
"""The bank that comes along: a label for every kind of sound that the grammar has words for."""

_COLUMNS = ("display_name", "label", "caption", "description", "name")


def label_bank(path: str | None = None) -> dict[str, list[str]]:
    """Labels and the wordings that stand for each.

    Args:
        path: a text file of one label a line, or a CSV with a column display_name, label, caption,
            description or name. Default: `KIND_LABELS` with the grammar's keywords.

    Raises:
        UserError: the file cannot be read, or names fewer than two labels.
    """
    if path is None:
        return {label: [label, *LEXICON[kind].keywords[:WORDINGS]] for kind, label in KIND_LABELS.items()}
    source = Path(path)
    if not is_file(source):
        raise UserError(f"no such list of labels: {path}")
    try:
        lines = [line.strip() for line in source.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        labels = _column(lines, path) if source.suffix.lower() == ".csv" else lines
    except UnicodeDecodeError:
        raise UserError(f"{path} is no text") from None
    except (OSError, csv.Error) as error:
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    bank = {label: [label] for label in (cut_prompt(label)[0] for label in labels) if label}
    if len(bank) < 2:
        raise UserError(f"{path} names fewer than two labels")
    return bank


def _column(lines: list[str], path: str) -> list[str]:
    """The labels of a CSV's lines."""
    header, *rows = csv.reader(lines) if lines else [[]]
    column = next((header.index(name) for name in _COLUMNS if name in header), None)
    if column is None:
        raise UserError(f"{path} has none of the columns {', '.join(_COLUMNS)}")
    return [row[column] for row in rows if len(row) > column]


def bank_vectors(bank: dict[str, list[str]], cvalp: Any) -> Any:
    """(labels, C): the mean E_l of every label's wordings, L2-normalised."""
    import torch

    texts = [text for wordings in bank.values() for text in wordings]
    with torch.inference_mode():
        rows = torch.cat([cvalp.encode_text(texts[i : i + 64]) for i in range(0, len(texts), 64)])
        means = [part.mean(0) for part in rows.split([len(wordings) for wordings in bank.values()])]
        return torch.nn.functional.normalize(torch.stack(means), dim=-1)


def scored(picture: Any, labels: Any, scale: float) -> tuple[Any, Any]:
    """Cosines (labels,) of E_v (C,) with E_l (labels, C), and their shares softmax(scale * cosine): eq. 1
    with the bank as its M pairs."""
    cosines = labels @ picture
    return cosines, (scale * cosines).softmax(0)


def suggestions(picture: Any, cvalp: Any, bank: dict[str, list[str]], top: int = 5) -> list[dict[str, Any]]:
    """The labels of a bank that fit E_v (C,) of a clip best: [{"label", "cosine", "share"}].

    Shares are of the whole bank and compare its labels with each other: they do not
    say whether any of them is right.
    """
    cosines, shares = scored(picture, bank_vectors(bank, cvalp), float(cvalp.scales()[0].detach()))
    order, names = cosines.argsort(descending=True)[:top].tolist(), list(bank)
    return [
        {"label": names[i], "cosine": round(float(cosines[i]), 4), "share": round(float(shares[i]), 4)}
        for i in order
    ]


def caption_clip(path: str, labels: str | None = None, top: int = 5, preset: str = "mini") -> dict[str, Any]:
    """The labels of a bank that fit a clip best.

    Returns:
        {"clip", "duration_s", "preset", "labels": how many there were, "not_understood": those without a word
        that the text encoder knows (`prompts.known`), whose place says nothing, "caption": the best, "found":
        see `suggestions`}.

    Raises:
        UserError: the clip, the labels or the preset cannot be read.
    """
    clip, bank = probe(path), label_bank(labels)
    cvalp = load_encoders(preset)
    found = suggestions(picture_vector(clip, cvalp), cvalp, bank, top)
    unknown = [label for label in bank if not understood(label).names_a_sound]
    facts = {
        "clip": path,
        "duration_s": round(clip.duration_s, 6),
        "preset": str(preset),
        "labels": len(bank),
    }
    return {**facts, "not_understood": unknown, "caption": found[0]["label"], "found": found}
