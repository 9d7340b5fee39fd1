"""`ta-v2a library`: folders of recordings."""

from typing import Annotated

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json
from ta_v2a.errors import UserError

library_app = typer.Typer(help="Folders of recordings.", no_args_is_help=True, rich_markup_mode=None)
_SHOWN = 10  # skipped files, of those in the report


@library_app.callback()
def _library() -> None:
    """Folders of recordings."""


@library_app.command("index")
def index_command(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Recordings, at any depth.", show_default=False)
    ],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="The index file. Default: in your cache; FOLDER stays as it is."),
    ] = None,
    inside: Annotated[bool, typer.Option("--inside", help="Keep the index in FOLDER itself.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Recordings read at once.")] = 1,
    as_json: Json = False,
) -> None:
    """Look at the recordings in FOLDER, for `foley --library`. Again: only what is new or has changed."""
    from pathlib import Path

    from ta_v2a.library.index import INDEX_NAME, index_library

    if inside and output is not None:
        raise UserError("--inside and --output name two places for one index")
    place = Path(folder) / INDEX_NAME if inside else output
    with console.progress("indexing", quiet=as_json) as advance:
        report = index_library(folder, place, jobs, advance)
    for row in report["skipped"][:_SHOWN] if not as_json else ():
        console.notice(f"skipped: {row['path']} {row['reason']}")
    forms = ", ".join(f"{count} {form}" for form, count in sorted(report["forms"].items()))
    rest = len(report["skipped"])
    lines = [
        f"{report['recordings']} recordings of {report['kinds']} kinds ({forms})",
        f"{report['new']} looked at now, {report['gone']} gone",
        *([f"{rest} files cannot be used (--json names them)"] if rest else []),
        report["index"],
    ]
    console.result(report, as_json, lines)
