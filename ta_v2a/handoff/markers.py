"""Markers as Reaper's region/marker manager imports them, and as any table shows them."""

import csv
import io
from pathlib import Path

from ta_v2a.handoff.session import Session


def markers_text(session: Session, folder: Path) -> str:
    """CSV of "#,Name,Start,End,Length" in seconds: M for single places, R for regions."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["#", "Name", "Start", "End", "Length"])
    counts = {"M": 0, "R": 0}
    for marker in session.markers:
        kind = "R" if marker.length_s else "M"
        counts[kind] += 1
        times = [f"{marker.time_s:.6f}"]
        times += (
            [f"{marker.time_s + marker.length_s:.6f}", f"{marker.length_s:.6f}"]
            if marker.length_s
            else ["", ""]
        )
        table.writerow([f"{kind}{counts[kind]}", marker.name, *times])
    return out.getvalue()
