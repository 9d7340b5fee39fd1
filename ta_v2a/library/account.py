"""What was used of a library, as a table for the editor and for licences."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.writing.atomic import whole_file

ACCOUNT_COLUMNS = (
    "seed",
    "at_s",
    "end_s",
    "file",
    "from_s",
    "gain_db",
    "role",
    "kind",
    "licence",
    "author",
    "source",
)


def write_account(path: Path, takes: Sequence[tuple[int, Sequence[dict[str, Any]]]], gain_db: float) -> None:
    """Writes a CSV, whole or not at all: one row for every place of every take.

    Args:
        takes: (seed, rows of `Voiced.account`) each.
        gain_db: that all takes were given afterwards; it is part of `gain_db` in the file.

    Raises:
        UserError: it cannot be written.
    """
    with whole_file(path) as part, open(part, "w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, ACCOUNT_COLUMNS, lineterminator="\n")
        table.writeheader()
        for seed, rows in takes:
            for row in rows:
                told = {**row, "file": shown_name(row["file"]), "gain_db": round(row["gain_db"] + gain_db, 2)}
                table.writerow({"seed": seed, **told})
