"""Whose recordings a training heard: the page that their licences ask for, from the index of a sound bank."""

import csv
from collections import defaultdict
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.stage.sound.bank import held_out
from ta_v2a.stage.sound.catalogue import INDEX

_LINKS = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC BY 3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
}
_HEAD = """# Attribution of the recordings behind these weights

The weights are networks, not copies of these recordings; they learnt from scenes whose sound is made of
them. None of the recordings is part of this repository. One file in ten, by a hash of its name, is held out
of training (`ta_v2a/stage/sound/bank.py`) and not listed here.

**Changes made to all of them:** resampled to 16 kHz, mixed to one channel, cut, looped, scaled, varied in
pitch and level, laid at other times, and mixed with other sounds in an artificial room. None of the authors
endorses this work.
"""


def attribution(folder: str | Path) -> str:
    """A page in Markdown: sets, licences and authors of what "train" hears of a bank, and its files by name.

    Raises:
        UserError: the folder has no index with the columns path, licence, author and source.
    """
    index = Path(folder) / INDEX
    try:
        with index.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{index}: cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if not rows or not {"path", "licence", "author", "source"} <= set(rows[0]):
        raise UserError(f"{index}: needs the columns path, licence, author and source")
    sets: dict[str, dict[str, dict[tuple[str, str], list[str]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    for row in rows:
        path = Path(row["path"])
        if not held_out(path):
            sets[path.parts[0]][row["licence"]][row["author"], row["source"]].append(path.stem)
    used = sorted({licence for licences in sets.values() for licence in licences})
    links = ", ".join(f"[{name}]({_LINKS[name]})" if name in _LINKS else name for name in used)
    lines = [_HEAD, f"Licences: {links}.", "", "| set | files | licences |", "|---|---|---|"]
    for name, licences in sorted(sets.items()):
        count = sum(len(stems) for authors in licences.values() for stems in authors.values())
        lines.append(f"| {name} | {count} | {', '.join(sorted(licences))} |")
    for name, licences in sorted(sets.items()):
        lines += ["", f"## {name}"]
        for licence, authors in sorted(licences.items()):
            for (author, source), stems in sorted(authors.items()):
                lines += [
                    "",
                    f"**{licence}, {author or 'author unnamed'}** ({source}): {', '.join(sorted(stems))}.",
                ]
    return "\n".join(lines) + "\n"
