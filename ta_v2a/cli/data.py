"""`ta-v2a data`: check and prepare films for training."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Executor, Json
from ta_v2a.system.extras import need

data_app = typer.Typer(
    help="Check and prepare films for training.", no_args_is_help=True, rich_markup_mode=None
)

FilmsFolder = Annotated[str | None, typer.Option(help="Folder of the films. Default: the manifest's own.")]
Clock = Annotated[
    Literal["paper", "mini", "audioldm"],
    typer.Option(
        help="paper: colour, 224 px, 3.9 a second; audioldm: 4.2 a second (give --duration 7.68); "
        "mini: luma, 80 px, 31.25."
    ),
]
Duration = Annotated[float, typer.Option(min=0.5, max=60, help="Seconds of a clip.")]
Workers = Annotated[int, typer.Option(min=0, help="Decoding processes; 0 decodes in this one.")]


def _clips(
    manifest: str, films: str | None, split: str | None, clock: str, duration: float
) -> tuple[list, Any, bool]:
    from ta_v2a.data.manifests import read_manifest
    from vocoders.clock import AUDIOLDM, MINI, PAPER

    spec = {"paper": PAPER, "mini": MINI, "audioldm": AUDIOLDM}[clock]
    return read_manifest(manifest, films, split), spec.lasting(duration), clock != "mini"


@data_app.command("check")
def data_check(
    manifest: Annotated[str, typer.Argument(metavar="MANIFEST", help="CSV or Parquet.", show_default=False)],
    films: FilmsFolder = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    clock: Clock = "paper",
    duration: Duration = 8.192,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Decode every clip of MANIFEST; report what is missing, corrupt, too short, without sound or silent."""
    from ta_v2a.data.check import check

    rows, spec, colour = _clips(manifest, films, split, clock, duration)
    with console.progress("checking", quiet=as_json) as advance:
        report = check(rows, spec, colour, workers, advance)
    counts = [f"{name}: {value}" for name, value in report.items() if name != "problems"]
    console.result(
        report,
        as_json,
        [f"{row['status']}\t{row['clip']}\t{row['why']}" for row in report["problems"]] + counts,
    )
    if report["ok"] < report["clips"]:
        raise typer.Exit(1)


@data_app.command("prepare")
def data_prepare(
    manifest: Annotated[str, typer.Argument(metavar="MANIFEST", help="CSV or Parquet.", show_default=False)],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder of the shards.", show_default=False)],
    films: FilmsFolder = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    clock: Clock = "paper",
    duration: Duration = 8.192,
    shard_clips: Annotated[int, typer.Option(min=1, help="Clips of a shard.")] = 256,
    wave_hz: Annotated[
        int | None, typer.Option(min=8000, max=48000, help="Keep the sound itself too, at this rate.")
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(help='Keep frozen features too: of a preset ("mini") or a folder of a CVALP.'),
    ] = None,
    workers: Workers = 1,
    engine: Executor = "processes",
    as_json: Json = False,
) -> None:
    """Write the clips of MANIFEST as WebDataset shards; run it again to go on where it stopped."""
    need("train")
    from ta_v2a.data.prepare import prepare
    from ta_v2a.system.on_ray import executor

    rows, spec, colour = _clips(manifest, films, split, clock, duration)
    with console.progress("preparing", quiet=as_json) as advance:
        report = prepare(
            rows,
            Path(output),
            spec,
            colour,
            shard_clips=shard_clips,
            wave_hz=wave_hz,
            features=features,
            workers=workers,
            run=executor(engine),
            advance=advance,
        )
    counts = [f"{name}: {value}" for name, value in report.items() if name != "problems"]
    console.result(
        report,
        as_json,
        [f"{row['status']}\t{row['clip']}\t{row['why']}" for row in report["problems"]] + counts,
    )


@data_app.command("attribution")
def data_attribution(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Recordings with an index.csv.", show_default=False)
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Markdown file to write.", show_default=False)
    ],
) -> None:
    """Write whose recordings of FOLDER a training hears, as their licences ask."""
    from ta_v2a.media.writing.atomic import output_file, whole_file
    from ta_v2a.packing.attribution import attribution

    out = output_file(output)
    page = attribution(folder)
    with whole_file(out) as part:
        Path(part).write_text(page, encoding="utf-8")
