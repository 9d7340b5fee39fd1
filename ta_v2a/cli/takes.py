"""`ta-v2a takes`: what a project folder holds."""

from typing import Annotated, Any, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json
from ta_v2a.errors import UserError


def takes_command(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Of foley --project.", show_default=False)],
    action: Annotated[
        Literal["list", "undo", "redo", "choose", "compare", "film"],
        typer.Argument(help="What to do; choose and film take a number, compare two."),
    ] = "list",
    numbers: Annotated[list[int] | None, typer.Argument(metavar="TAKE...", help="Numbers of takes.")] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="Of film: a film or a .wav.")] = "",
    as_json: Json = False,
) -> None:
    """List the takes of a project; undo, redo, choose and compare them, and write one as a film."""
    from ta_v2a.delivery import history
    from ta_v2a.delivery.project import Project

    given = numbers or []
    wanted = {"choose": (1, 1), "compare": (2, 2), "film": (0, 1)}.get(action, (0, 0))
    if not wanted[0] <= len(given) <= wanted[1]:
        words = {0: "no number", 1: "one number of a take", 2: "two numbers of takes"}[wanted[1]]
        raise UserError(f"{action} takes {words}, not {len(given)}")
    if (action == "film") != bool(output):
        raise UserError("film needs -o FILM" if action == "film" else "-o goes with film")
    project = Project.open(folder)
    if action == "list":
        found = history.listed_takes(project)
        console.result(found, as_json, [_line(row) for row in found["takes"]] or ["no takes yet"])
    elif action == "compare":
        found = history.compared(project, *given)
        console.result(found, as_json, _comparison(found))
    elif action == "film":
        found = history.write_take_film(project, given[0] if given else None, output)
        console.result(found, as_json, [path for path in (found["film"], found["wav"]) if path])
    else:
        found = history.choose(project, given[0]) if action == "choose" else history.step(project, action)
        console.result(found, as_json, [f"take {found['current']} counts"])


def _line(row: dict[str, Any]) -> str:
    mark = "*" if row["current"] else " "
    score = "     " if row["agreement"] is None else f"{row['agreement']['score']:.3f}"
    parts = [f"“{row['prompt']}”" if row["prompt"] else "by the picture"]
    if row["redo_of"] is not None:
        parts.append(f"{row['region'][0]:g}-{row['region'][1]:g} s of take {row['redo_of']} again")
    elif row["region"] is not None:
        parts.append(f"{row['region'][0]:g}-{row['region'][1]:g} s")
    if row["recovered"]:
        parts.append("found after a sudden end")
    return f"{mark} {row['take']:4d}  {row['at']}  seed {row['seed']}  {score}  {', '.join(parts)}"


def _comparison(found: dict[str, Any]) -> list[str]:
    lines = [_line(row) for row in found["takes"]]
    lines += [f"{name}: {one!r} | {other!r}" for name, (one, other) in found["differs"].items()]
    loud = [
        "silence" if row["loudness_lufs"] is None else f"{row['loudness_lufs']:.1f}" for row in found["takes"]
    ]
    lines.append(f"loudness: {loud[0]} | {loud[1]} LUFS")
    if found["identical"]:
        return [*lines, "the sounds are the same to the last bit"]
    spans = ", ".join(f"{start:.2f}-{stop:.2f}" for start, stop in found["spans_s"][:8])
    more = " …" if len(found["spans_s"]) > 8 else ""
    return [*lines, f"the sounds differ at {spans}{more} s ({found['difference_db']:.1f} dB)"]
