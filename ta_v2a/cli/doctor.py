"""`ta-v2a doctor`: what is installed, and what is wrong."""

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json


def doctor(as_json: Json = False) -> None:
    """Import everything this program stands on and say what is wrong."""
    from ta_v2a.doctor import examine

    report = examine()
    lines = [f"Python {report['python']} on {report['platform']}, device: {report['device']}"]
    for row in report["checks"]:
        mark = "WRONG" if not row["ok"] else "-" if row["problem"] else "ok"
        line = f"  {mark:5} {row['name']} {row['version'] or ''}".rstrip()
        lines.append(line + (f": {row['problem']}" if row["problem"] else ""))
    lines += report["advice"] or (["everything is in order"] if report["ok"] else [])
    console.result(report, as_json, lines)
    if not report["ok"]:
        raise typer.Exit(1)
