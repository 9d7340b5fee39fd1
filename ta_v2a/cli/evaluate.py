"""`ta-v2a evaluate`: measure folders of clips, or a preset."""

import json
import shlex
from typing import Annotated, Any, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import CvalpPreset, Device, Executor, Json, Preset, Seed, Steps
from ta_v2a.engine.arguments import FILM_STEPS, FILM_TEXT_SCALE
from ta_v2a.errors import UserError

ResultFile = Annotated[
    str | None,
    typer.Option(
        "--result",
        metavar="FILE",
        help="JSON file to keep: figures, intervals, seed, command, commit, machine.",
    ),
]

evaluate_app = typer.Typer(
    help="Measure folders of clips, or a preset.", invoke_without_command=True, rich_markup_mode=None
)


@evaluate_app.callback()
def evaluate(
    context: typer.Context,
    task: Annotated[
        str, typer.Option(help="v2a, a2v or t2av: whose sound and whose picture are judged.")
    ] = "v2a",
    generated: Annotated[str | None, typer.Option(help="Folder of generated clips.")] = None,
    reference: Annotated[str | None, typer.Option(help="Folder of true clips with the same names.")] = None,
    prompts: Annotated[
        str | None,
        typer.Option(help="CSV with columns path (or file, name) and prompt (or description, caption)."),
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="ROLE=PATH of a published network or its features; repeatable.")
    ] = None,
    metric: Annotated[str | None, typer.Option(help="Only metrics whose id holds this.")] = None,
    baselines: Annotated[int, typer.Option(min=0, help="Clips of the sanity table; 0 leaves it out.")] = 100,
    jobs: Annotated[int, typer.Option(min=1, help="Clips read at once.")] = 2,
    cache: Annotated[
        str | None, typer.Option(help="Folder of measurements, so that a second run reads nothing again.")
    ] = None,
    report: Annotated[str | None, typer.Option(help="HTML file to write.")] = None,
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Exit with 0 though clips had to be left out.")
    ] = False,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Measure --generated against --reference; or one of the commands below."""
    if context.invoked_subcommand is not None:
        return
    if generated is None or reference is None:
        raise UserError(
            "evaluate needs --generated DIR and --reference DIR, "
            "or a command: stage, films, cvalp (see ta-v2a evaluate --help)"
        )
    from ta_v2a.evaluation.folders.command import folder_command, lines

    settings = {"prompts": prompts, "only": metric, "baselines": baselines, "jobs": jobs, "cache": cache}
    keep = _begun(context, result_file)
    with console.progress("measuring", quiet=as_json) as advance:
        result = folder_command(
            task, generated, reference, network or [], preset, report, keep, progress=advance, **settings
        )
    console.result(result, as_json, lines(result))
    if result["bad"]["count"] and not allow_missing:
        raise typer.Exit(1)


@evaluate_app.command("stage")
def evaluate_stage_command(
    context: typer.Context,
    n: Annotated[int, typer.Option("-n", "--scenes", help="Unseen scenes.")] = 500,
    seed: Seed = 0,
    batch: Annotated[int, typer.Option(min=2, help="Scenes at a time.")] = 8,
    chance_n: Annotated[
        int | None,
        typer.Option(help="Scenes that are also tried with shuffled picture and text. Default: all."),
    ] = None,
    steps: Steps = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    bank: Annotated[str | None, typer.Option(help="A folder of sounds that the scenes draw from.")] = None,
    listener: Annotated[
        str | None, typer.Option(help="Weights of the judge. Default: the bundled ones.")
    ] = None,
    controls: Annotated[
        int, typer.Option(min=0, help="Scenes that are tried with negative prompts and cues as well.")
    ] = 0,
    jobs: Annotated[int, typer.Option(min=1, help="Processes, each with one thread.")] = 1,
    device: Device = "cpu",
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Onset F1, class accuracy and steering on unseen scenes, beside ceiling and chance."""
    from ta_v2a.evaluation.stage.command import stage_command

    settings = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale}
    keep = _begun(context, result_file)
    with console.progress("evaluating", quiet=as_json) as advance:
        report = stage_command(
            preset,
            n,
            seed,
            batch,
            chance_n,
            listener=listener,
            bank=bank,
            progress=advance,
            controls_n=controls,
            keep=keep,
            device=device,
            jobs=jobs,
            **_given(settings),
        )
    console.result(report, as_json, _indented(report))


@evaluate_app.command("films")
def evaluate_films(
    context: typer.Context,
    folder: Annotated[
        str,
        typer.Argument(
            metavar="FOLDER", help="Clips, with or without a sound of their own.", show_default=False
        ),
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Folder for the sounds and figures.")
    ] = "out/films",
    prompts: Annotated[
        str | None,
        typer.Option(help="CSV with columns path (or file, name) and prompt (or description, caption)."),
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first clips by name.")] = None,
    compare: Annotated[
        bool, typer.Option("--compare/--no-compare", help="Measure against the clips' own sound.")
    ] = True,
    figures: Annotated[
        bool, typer.Option("--figures/--no-figures", help="Draw each clip over its spectrogram.")
    ] = True,
    jobs: Annotated[
        int, typer.Option(min=1, help="Clips sounded at once, each in a process of its own.")
    ] = 1,
    engine: Executor = "processes",
    seed: Seed = 0,
    steps: Steps = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    lag: Annotated[
        float | None, typer.Option(min=0, max=1, help="Seconds by which the sound follows the picture.")
    ] = None,
    negative: Annotated[
        str | None, typer.Option("--negative", "-n", help="What shall not be heard, in any clip.")
    ] = None,
    library: Annotated[
        str | None, typer.Option(help="Folder of recordings (or its index) in place of the vocoder.")
    ] = None,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Sound every clip of FOLDER (a second run makes what is missing); onset agreement and AV-Align."""
    from ta_v2a.evaluation.films.command import films_command
    from ta_v2a.system.on_ray import executor

    settings = {
        "num_inference_steps": steps,
        "text_scale": text_scale,
        "video_scale": video_scale,
        "lag_s": lag,
        "negative_prompt": negative,
    }
    keep = _begun(context, result_file)
    with console.progress("evaluating", quiet=as_json) as advance:
        report = films_command(
            folder,
            output,
            prompts,
            preset,
            seed,
            limit,
            compare,
            figures,
            jobs=jobs,
            progress=advance,
            keep=keep,
            library=library,
            run=executor(engine),
            **_given(settings),
        )
    console.result(report, as_json, _indented(report))


@evaluate_app.command("cvalp")
def evaluate_cvalp(
    context: typer.Context,
    n: Annotated[int, typer.Option("-n", "--scenes", min=4, help="Unseen scenes.")] = 1000,
    batch: Annotated[int, typer.Option(min=1, help="Scenes at a time.")] = 8,
    workers: Annotated[int, typer.Option(min=0, help="Processes that render scenes.")] = 1,
    preset: CvalpPreset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Retrieval between video, audio and text, temporal top-1 and a class probe, on unseen scenes."""
    from ta_v2a.evaluation.encoders.retrieval import cvalp_command

    keep = _begun(context, result_file)
    with console.progress("embedding", quiet=as_json) as advance:
        report = cvalp_command(preset, n, batch, workers, advance, keep)
    console.result(report, as_json, _indented(report))


@evaluate_app.command("generate")
def evaluate_generate(
    context: typer.Context,
    n: Annotated[int, typer.Option("-n", "--films", min=4, help="Captions that no training saw.")] = 200,
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(min=1, max=1000)] = FILM_STEPS,
    text_scale: Annotated[float, typer.Option()] = FILM_TEXT_SCALE,
    drafts: Annotated[
        int | None,
        typer.Option(
            min=1, max=64, help="Films drawn at most where a caption tells a count; 1: nobody counts."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes that render the training's scenes.")] = 1,
    world: Annotated[
        Literal["flat", "solid"] | None,
        typer.Option(help="Scenes of this world, named in the captions. Default: the head's."),
    ] = None,
    trained: Annotated[
        int | None,
        typer.Option(min=64, help="The training's first scenes that are looked through. Default: all."),
    ] = None,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Films from words: the act seen, onsets seen and heard, counts told, distance to real scenes."""
    from ta_v2a.evaluation.generate.command import generate_command

    keep = _begun(context, result_file)
    with console.progress("filming", quiet=as_json) as advance:
        report = generate_command(
            preset, n, seed, steps, text_scale, drafts, advance, keep, jobs, world, trained
        )
    console.result(report, as_json, _indented(report))


def _begun(context: typer.Context, result_file: str | None) -> Any:
    """What is noted before a measurement whose result is kept; None where it is not."""
    if result_file is None:
        return None
    from ta_v2a.evaluation.report.results import begin

    return begin(result_file, shlex.join(["ta-v2a", *context.find_root().obj]))


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _indented(report: dict[str, Any]) -> list[str]:
    return [json.dumps(report, indent=2, ensure_ascii=False)]
