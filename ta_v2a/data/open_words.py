"""Captions and labels that people wrote, beyond the grammar: read from a folder, some held out for measuring.

The folder holds AudioCaps' captions (`audiocaps_captions.csv`), AudioSet's labels
(`audioset_class_labels_indices.csv`) and VGGSound's (`vggsound_class_labels_309.csv`).
"""

import csv
import hashlib
import re
from pathlib import Path

from ta_v2a.errors import UserError

_HELD_OUT = 10
"""One clip of so many is never trained on, with all its captions."""
_CLAUSE = re.compile(r"[,;.]|\b(?:and|as|while|with|followed by|then|before|after|when|along)\b")


def held_out_clip(clip: str) -> bool:
    """Whether a clip's captions are for measuring; of its YouTube name alone."""
    return hashlib.sha256(clip.encode()).digest()[0] % _HELD_OUT == 0


def open_texts(folder: str | Path) -> list[str]:
    """Texts to learn open vocabulary from, each once: captions that are not held out, labels.

    Raises:
        UserError: a file is missing or has other columns.
    """
    folder = Path(folder)
    captions = [row["caption"] for row in audiocaps_rows(folder) if not held_out_clip(row["youtube_id"])]
    labels = [
        row["display_name"].replace("_", ",")
        for name in ("audioset_class_labels_indices", "vggsound_class_labels_309")
        for row in _rows(folder / f"{name}.csv", "display_name")
    ]
    return list(dict.fromkeys(" ".join(text.split()) for text in [*labels, *captions] if text.strip()))


def audiocaps_rows(folder: str | Path) -> list[dict[str, str]]:
    """AudioCaps' rows: audiocap_id, youtube_id, start_time, caption."""
    return _rows(Path(folder) / "audiocaps_captions.csv", "audiocap_id", "youtube_id", "caption")


def clauses(text: str) -> list[str]:
    """The parts of a caption that may each name a sound; the whole text where it has only one."""
    parts = [" ".join(part.split()) for part in _CLAUSE.split(text)]
    return [part for part in parts if len(part) > 2] or [text]


def _rows(file: Path, *columns: str) -> list[dict[str, str]]:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {file}: {error}") from error
    if not rows or any(column not in rows[0] for column in columns):
        raise UserError(f"{file} has no columns {', '.join(columns)}")
    return rows
