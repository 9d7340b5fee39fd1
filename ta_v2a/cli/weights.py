"""`ta-v2a weights`: published weights."""

from typing import Annotated

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json

weights_app = typer.Typer(help="Published weights.", no_args_is_help=True, rich_markup_mode=None)


@weights_app.command("import")
def weights_import(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="panns-16k, panns-32k, slow-r50, slowonly, cavp, flan-t5, diff-foley-guidance or "
            "diff-foley-align.",
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="As it was published; the folder of a Flan-T5.", show_default=False
        ),
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Convert a published checkpoint to safetensors with checksums, and account for every key of it."""
    from ta_v2a.packing.weights_import import import_weights

    report = import_weights(kind, file, output)
    unused = [f"unused: {name}" for name in report["unused"][:20]]
    unused += (
        [f"unused: {len(report['unused']) - 20} more (--json names all)"]
        if len(report["unused"]) > 20
        else []
    )
    counts = [
        f"{len(report['used'])} keys used, {len(report['unused'])} unused, {len(report['missing'])} missing"
    ]
    console.result(report, as_json, [*unused, *counts, f"SHA-256 {report['sha256']}", report["folder"]])
