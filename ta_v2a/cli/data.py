"""`ta-v2a data`: check and prepare films for training."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import CvalpPreset, Executor, Json
from ta_v2a.errors import UserError
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


@data_app.command("annotate")
def data_annotate(
    manifest: Annotated[str, typer.Argument(metavar="MANIFEST", help="CSV or Parquet.", show_default=False)],
    output: Annotated[
        str, typer.Option("-o", "--output", help="File to write, one JSON object a line.", show_default=False)
    ],
    films: FilmsFolder = None,
    split: Annotated[str | None, typer.Option(help="Only this split.")] = None,
    duration: Annotated[
        float, typer.Option(min=0.5, max=60, help="Seconds of a clip that are read.")
    ] = 4.096,
    labels: Annotated[
        str | None, typer.Option(help="Text file of one label a line, or CSV. Default: the bundled list.")
    ] = None,
    preset: CvalpPreset = "mini",
    picture_model: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="A vision-language model of transformers says what is seen."),
    ] = None,
    merger: Annotated[
        str, typer.Option(help='What words the caption: "rules", or the folder of a language model.')
    ] = "rules",
    as_json: Json = False,
) -> None:
    """Say in one caption what is seen and what is heard in every clip of MANIFEST; run it again to go on."""
    from prompts.audible_caption import ModelMerger, RuleMerger
    from ta_v2a.data.annotate import LabelDescriber, LookingDescriber, annotate
    from ta_v2a.data.manifests import read_manifest
    from ta_v2a.engine.encoders import load_encoders
    from ta_v2a.media.writing.atomic import output_file

    rows = read_manifest(manifest, films, split)
    cvalp = load_encoders(preset)
    spec = cvalp.clock.lasting(duration)
    looks: Any = LabelDescriber(cvalp, spec, "seen", labels)
    if picture_model is not None:
        from ta_v2a.engine.looking import Looker

        looks = LookingDescriber(Looker.from_folder(picture_model))
    words: Any = RuleMerger()
    if merger != "rules":
        from ta_v2a.engine.language_models import LocalModel

        words = ModelMerger(LocalModel.from_folder(merger))
    settings = {"preset": preset, "labels": labels, "picture_model": picture_model, "merger": merger}
    with console.progress("annotating", quiet=as_json) as advance:
        report = annotate(
            rows,
            output_file(output),
            spec,
            cvalp.wants_colour,
            looks,
            LabelDescriber(cvalp, spec, "heard", labels),
            words,
            settings,
            advance,
        )
    counts = [f"{name}: {value}" for name, value in report.items() if name != "problems"]
    console.result(
        report,
        as_json,
        [f"{row['status']}\t{row['clip']}\t{row['why']}" for row in report["problems"]] + counts,
    )


@data_app.command("clean")
def data_clean(
    scenes: Annotated[int, typer.Option(min=1, help="How many of the training scenes.")] = 16384,
    looks: Annotated[int, typer.Option(min=1, help="Colourings of every act.")] = 1,
    acts: Annotated[str, typer.Option(help="Which acts, with commas between them. Default: all.")] = "",
    size: Annotated[int, typer.Option(min=16, help="Side of the pictures in pixels.")] = 128,
    solid: Annotated[
        float, typer.Option(min=0, max=1, help="Share of scenes of solid bodies (extra solid).")
    ] = 0.0,
    cache: Annotated[str, typer.Option(help="Folder that the trainings look in.")] = "runs/films",
    workers: Annotated[int, typer.Option(min=0, help="Rendering processes; 0 renders in this one.")] = 1,
    as_json: Json = False,
) -> None:
    """Render scenes of the clean setting beforehand, as train video-vae and video-head would."""
    need("train")
    if solid:
        need("solid")
    from ta_v2a.data.clean_films import make_films
    from ta_v2a.stage.packed import Filming

    chosen = tuple(name.strip() for name in acts.split(",") if name.strip())
    try:
        files = make_films(Path(cache), Filming(chosen, looks, size, solid=solid), "train", scenes, workers)
    except ValueError as error:
        raise UserError(str(error)) from error
    report = {"folder": str(files[0].parent), "files": len(files), "scenes": scenes}
    console.result(report, as_json, [f"{name}: {value}" for name, value in report.items()])


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
