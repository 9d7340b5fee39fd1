"""A batch from its rows to its summary: what is done already is passed over, what fails is said and the rest
goes on, and a run that was killed goes on where it stopped."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ta_v2a.batch.row_records import ROW_RECORD_FILE, PlacedRow, keep_row_record, placed_rows
from ta_v2a.batch.rows import BatchRow
from ta_v2a.delivery.order import load_engine
from ta_v2a.jobs.carrying_out import carry_out
from ta_v2a.jobs.events import JobEvent
from ta_v2a.jobs.order_json import order_as_json
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.system.locks import sole_user
from ta_v2a.system.on_ray import Run
from ta_v2a.system.parallel import Crashed, in_order
from ta_v2a.system.processes import threads_each
from ta_v2a.system.user_files import made_folder

SUMMARY_FILE = "summary.csv"
_SUMMARY = ("row", "state", "folder", "seconds", "error")
_kept_engine = lru_cache(maxsize=1)(load_engine)


def sound_row(placed_row: PlacedRow, threads: int | None) -> dict[str, Any]:
    """In a worker, whose weights stay loaded: one row's files and its record, which is returned.

    Args:
        placed_row: what is asked, and where it goes.
        threads: of torch; None: its own choice.
    """
    began, row, folder = time.perf_counter(), placed_row.row, placed_row.folder
    record: dict[str, Any] = {"row": row.named, "digest": placed_row.digest, "files": []}
    if row.order is None or placed_row.wrong:
        return {**record, "state": "failed", "error": placed_row.wrong, "seconds": 0.0}
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    made_folder(folder)
    order = replace(row.order, output=str(folder))
    record["order"] = order_as_json(row.order)
    keep_row_record(folder, {**record, "state": "begun"})
    notices: list[str] = []

    def tell(event: JobEvent) -> None:
        if event.kind == "notice":
            notices.append(event.text)

    event = carry_out(order, tell, load=_kept_engine)
    seconds = round(time.perf_counter() - began, 3)
    record |= {"state": event.kind, "error": event.text, "seconds": seconds, "notices": notices}
    if event.kind == "done":
        record["files"] = sorted(path.name for path in folder.iterdir() if path.name != ROW_RECORD_FILE)
        record["report"] = event.report
    keep_row_record(folder, record)
    return record


def run_batch(
    rows: list[BatchRow],
    out: Path,
    jobs: int = 1,
    run: Run = in_order,
    advance: Callable[[int, int], None] = lambda done, total: None,
    notice: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Does all rows that are not done yet.

    Args:
        rows: as `read_rows` gives them.
        out: a folder; each row gets a folder in it.
        jobs: workers, each with the weights loaded once; 1 works in this process, if `run` is `in_order`.
        run: where the work is done (`ta_v2a.system.on_ray.executor`).
        advance: called with (rows done, rows).
        notice: gets a line for every row that fails.

    Returns:
        {"folder", "rows": their number, "done": now, "skipped": done before, "failed", "seconds",
        "summary": [{"row", "state", "folder", "seconds", "error"}]}; the same table is in `summary.csv`.

    Raises:
        UserError: the folder cannot be used, or another batch uses it.
    """
    began = time.perf_counter()
    with sole_user(out, "another batch"):
        every = placed_rows(rows, out)
        missing = [each for each in every if not each.done]
        ended: dict[Path, dict[str, Any]] = {}
        advance(len(every) - len(missing), len(every))
        threads = threads_each(jobs) if run is in_order else 1
        work = partial(sound_row, threads=threads)
        for each, found in run(work, missing, jobs if jobs > 1 or run is not in_order else 0):
            record = _crashed(each) if isinstance(found, Crashed) else found
            ended[each.folder] = record
            if record["state"] != "done":
                notice(f"{each.row.named}: {record['error'].removeprefix(f'{each.row.named}: ')}")
            advance(len(every) - len(missing) + len(ended), len(every))
        summary = [_line(each, ended.get(each.folder), out) for each in every]
        _write_summary(out / SUMMARY_FILE, summary)
    states = [line["state"] for line in summary]
    return {
        "folder": str(out),
        "rows": len(every),
        **{state: states.count(state) for state in ("done", "skipped", "failed")},
        "seconds": round(time.perf_counter() - began, 2),
        "summary": summary,
    }


def _crashed(each: PlacedRow) -> dict[str, Any]:
    error = "its process was killed, alone too (memory?)"
    record = {"row": each.row.named, "digest": each.digest, "files": [], "state": "failed", "error": error}
    keep_row_record(made_folder(each.folder), record)
    return record


def _line(each: PlacedRow, record: dict[str, Any] | None, out: Path) -> dict[str, Any]:
    state = "skipped" if record is None else record["state"]
    return {
        "row": each.row.named,
        "state": state,
        "folder": each.folder.relative_to(out).as_posix() if each.digest else None,
        "seconds": None if record is None else record.get("seconds"),
        "error": (record["error"] or None) if record is not None else None,
    }


def _write_summary(path: Path, lines: list[dict[str, Any]]) -> None:
    text = io.StringIO()
    table = csv.DictWriter(text, _SUMMARY)
    table.writeheader()
    table.writerows(lines)
    with whole_file(path) as part:
        Path(part).write_text(text.getvalue(), encoding="utf-8")
