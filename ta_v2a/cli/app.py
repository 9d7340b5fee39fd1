"""The command line. Every heavy import is inside the command that needs it, so that `--help` answers at once."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.engine.arguments import LAST_SEED
from ta_v2a.errors import UserError

app = typer.Typer(
    name="ta-v2a",
    help="Sound for silent clips: the text says what is heard, the picture says when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evaluate_app = typer.Typer(
    help="Measure folders of clips, or a preset.", invoke_without_command=True, rich_markup_mode=None
)
app.add_typer(evaluate_app, name="evaluate")
data_app = typer.Typer(help="Check and prepare films for training.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(data_app, name="data")
weights_app = typer.Typer(help="Published weights.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(weights_app, name="weights")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Preset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of weights.')]
ResultFile = Annotated[
    str | None,
    typer.Option("--result", metavar="FILE", help="JSON file to keep: figures, intervals, seed, command, commit, machine."),
]
Seed = Annotated[int, typer.Option("--seed", min=0, max=LAST_SEED, help="Same seed, same sound.")]


def run_app(arguments: list[str] | None = None) -> int:
    """Runs a command line (by default the program's own); returns the exit code.

    Raises:
        UserError: for a wrong option or argument, in one line, as for every other mistake of the user.
    """
    command = typer.main.get_command(app)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # What `app()` does, less its own answers to Ctrl-C, a closed pipe and mistakes. A result names the words as
        # they were typed.
        with command.make_context("ta-v2a", list(words), obj=words) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except typer.TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # a command without arguments: its help
            print(message, file=sys.stderr)
            return error.exit_code
        raise UserError(f"{' '.join(message.split())} (see ta-v2a --help)") from error
    return 0


def _version(asked: bool | None) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("ta-v2a")
        except PackageNotFoundError:  # run from a checkout that was never installed
            number = "(not installed)"
        typer.echo(f"ta-v2a {number}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = None,
) -> None:
    pass


@app.command()
def foley(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A film file of 0.1 s to 10 minutes and more.", show_default=False)],
    prompt: Annotated[str, typer.Option("-p", "--prompt", help="What is heard, in English; without it the picture decides.")] = "",
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is not to be heard.")] = "",
    cue: Annotated[list[str] | None, typer.Option("--cue", help='Text for a stretch, as "1.2-3.0: glass breaking"; repeatable.')] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="Film, .wav (sound alone), or folder. Default: CLIP.foley.mp4")] = "",
    seed: Seed = 0,
    takes: Annotated[int, typer.Option(min=1, max=64, help="Versions to make, from seeds SEED, SEED + 1, ...")] = 1,
    steps: Annotated[int | None, typer.Option(min=1, max=1000, help="Sampler steps; more is slower. Default: the preset's.")] = None,
    text_scale: Annotated[float | None, typer.Option(help="How closely to follow the prompt.")] = None,
    negative_scale: Annotated[float | None, typer.Option(help="How far to keep from the negative prompt.")] = None,
    video_scale: Annotated[float | None, typer.Option(help="How closely to follow the picture.")] = None,
    align_scale: Annotated[float | None, typer.Option(help="How hard to pull onsets to what is seen; 0 costs nothing.")] = None,
    lag: Annotated[float | None, typer.Option(min=0, max=1, help="Seconds that the sound follows the picture. Default: preset's.")] = None,
    original: Annotated[Literal["replace", "mix", "keep"], typer.Option(help="What becomes of the clip's own sound.")] = "replace",
    loudness: Annotated[str, typer.Option(help="LUFS of the new sound, 20 dB up at most; none: as it was made.")] = "-23",
    wav: Annotated[bool, typer.Option("--wav/--no-wav", help="Write the sound as 48 kHz 24-bit WAV too.")] = True,
    encode: Annotated[Literal["h264"] | None, typer.Option(help="Encode the picture anew. Default: it stays as it is.")] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Put sound on CLIP: a film whose picture is untouched, and its sound as WAV."""
    from ta_v2a.delivery.order import Order, sound_clip
    from ta_v2a.media.loudness import read_target

    if seed + takes - 1 > LAST_SEED:
        first = LAST_SEED - takes + 1
        raise UserError(f"--seed {seed} and {takes} takes pass the last seed: begin at {first} at most")
    scales = {"num_inference_steps": steps, "video_scale": video_scale, "text_scale": text_scale, "negative_scale": negative_scale}
    order = Order(
        clip=clip,
        prompt=prompt,
        negative_prompt=negative,
        cues=tuple(cue or ()),
        output=output or None,
        seed=seed,
        takes=takes,
        scales={**scales, "align_scale": align_scale, "lag_s": lag},
        original=original,
        loudness=read_target(loudness),
        wav=wav,
        encode=encode,
        preset=preset,
    )
    with console.progress("sounding", quiet=as_json) as advance:
        report = sound_clip(order, advance, console.notice)
    console.result(report, as_json, [path for take in report["takes"] for path in (take["film"], take["wav"]) if path])


@app.command()
def stage(
    seed: Seed = 0,
    output: Annotated[str, typer.Option("-o", "--output", help="Name of the scene: NAME.mp4, .wav, .json; with -n a folder.")] = "scene",
    n: Annotated[int | None, typer.Option("-n", "--scenes", min=1, help="Write the first N scenes of --split, named by seed.")] = None,
    split: Annotated[Literal["train", "validation", "test"], typer.Option(help="With -n: whose scenes.")] = "test",
    jobs: Annotated[int, typer.Option(min=1, help="With -n: scenes written at once, each in a process of its own.")] = 2,
    duration: Annotated[float, typer.Option(min=0.6, max=600, help="Seconds.")] = 8.192,
    width: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 320,
    height: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 240,
    fps: Annotated[float, typer.Option(min=1, max=240, help="Pictures a second.")] = 25.0,
    silent: Annotated[bool, typer.Option("--silent", help="Leave the clip without sound (the WAV is written all the same).")] = False,
    as_json: Json = False,
) -> None:
    """Render a procedural scene, or a folder of them, with exact ground truth: picture, sound, and when what sounds."""
    from ta_v2a.stage.export import write_scene, write_split

    if n is not None:
        with console.progress("rendering", quiet=as_json) as advance:
            written = write_split(Path(output), split, n, duration, width, height, fps, silent, jobs, advance)
        words = f"{written['scenes']} scenes in {written['folder']}, {written['new']} of them new; captions: {written['prompts']}"
        console.result(written, as_json, [words])
        return
    report = write_scene(seed, Path(output), duration, width, height, fps, silent)
    console.result(report, as_json, [report["film"], report["wav"], report["json"], f'caption: {report["caption"]}'])


@app.command(context_settings={"ignore_unknown_options": True})
def train(
    stage_name: Annotated[str, typer.Argument(metavar="STAGE", help="cvalp, text, video, vae, ldm, vocoder, bandwidth or classifier.")],
    config: Annotated[list[str] | None, typer.Option("--config", help='YAML, or "mini" (cvalp: "paper" too); later ones override.')] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="[OPTION]...", help="LightningCLI's own.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Train one part of a preset. Further options are LightningCLI's own, such as --trainer.max_steps 100 or --ckpt_path last."""
    from ta_v2a.training.stages import run_stage

    report = run_stage(stage_name, config or ["mini"], list(more or ()))
    console.result(report, as_json, [f"{name}: {value}" for name, value in report.items()])


@app.command("pack")
def pack_command(
    output: Annotated[str, typer.Option("-o", "--output", help="Folder of the preset.", show_default=False)],
    cvalp: Annotated[str, typer.Option(help="Checkpoint, or a folder of a preset's component.")] = "runs/video/last.ckpt",
    vae: Annotated[str, typer.Option(help="Checkpoint, or a folder of a preset's component.")] = "runs/vae/last.ckpt",
    ldm: Annotated[str, typer.Option(help="Checkpoint.")] = "runs/ldm/last.ckpt",
    tokenizer: Annotated[str | None, typer.Option(help="Vocabulary of the text encoder. Default: the bundled one.")] = None,
    vocoder: Annotated[str | None, typer.Option(help="Folder that train vocoder exported. Default: Griffin-Lim.")] = None,
    bandwidth: Annotated[str | None, typer.Option(help="Folder that train bandwidth exported. Default: none.")] = None,
    as_json: Json = False,
) -> None:
    """Make a preset of trained checkpoints: half-precision weights with their checksums."""
    from ta_v2a.packing.pack import pack

    folder = pack(cvalp, tokenizer, vae, ldm, output, vocoder, bandwidth)
    console.result({"preset": str(folder)}, as_json, [str(folder)])


@evaluate_app.callback()
def evaluate(
    context: typer.Context,
    task: Annotated[str, typer.Option(help="v2a, a2v or t2av: whose sound and whose picture are judged.")] = "v2a",
    generated: Annotated[str | None, typer.Option(help="Folder of generated clips.")] = None,
    reference: Annotated[str | None, typer.Option(help="Folder of true clips with the same names.")] = None,
    prompts: Annotated[str | None, typer.Option(help="CSV with columns path (or file, name) and prompt (or description, caption).")] = None,
    network: Annotated[list[str] | None, typer.Option(help="ROLE=PATH of a published network or its features; repeatable.")] = None,
    metric: Annotated[str | None, typer.Option(help="Only metrics whose id holds this.")] = None,
    baselines: Annotated[int, typer.Option(min=0, help="Clips of the sanity table; 0 leaves it out.")] = 100,
    jobs: Annotated[int, typer.Option(min=1, help="Clips read at once.")] = 2,
    cache: Annotated[str | None, typer.Option(help="Folder of measurements, so that a second run reads nothing again.")] = None,
    report: Annotated[str | None, typer.Option(help="HTML file to write.")] = None,
    allow_missing: Annotated[bool, typer.Option("--allow-missing", help="Exit with 0 though clips had to be left out.")] = False,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Measure --generated against --reference; or one of the commands below."""
    if context.invoked_subcommand is not None:
        return
    if generated is None or reference is None:
        raise UserError("evaluate needs --generated DIR and --reference DIR, or a command: stage, films (see ta-v2a evaluate --help)")
    from ta_v2a.evaluation.folders.command import folder_command, lines

    settings = {"prompts": prompts, "only": metric, "baselines": baselines, "jobs": jobs, "cache": cache}
    settings["keep"] = _begun(context, result_file)
    with console.progress("measuring", quiet=as_json) as advance:
        result = folder_command(task, generated, reference, network or [], preset, report, progress=advance, **settings)
    console.result(result, as_json, lines(result))
    if result["bad"]["count"] and not allow_missing:
        raise typer.Exit(1)


@evaluate_app.command("stage")
def evaluate_stage_command(
    context: typer.Context,
    n: Annotated[int, typer.Option("-n", "--scenes", help="Unseen scenes.")] = 500,
    seed: Seed = 0,
    batch: Annotated[int, typer.Option(min=2, help="Scenes at a time.")] = 8,
    chance_n: Annotated[int | None, typer.Option(help="Scenes that are also tried with shuffled picture and text. Default: all.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    bank: Annotated[str | None, typer.Option(help="A folder of sounds that the scenes draw from.")] = None,
    listener: Annotated[str | None, typer.Option(help="Weights of the judge. Default: the bundled ones.")] = None,
    controls: Annotated[int, typer.Option(min=0, help="Scenes that are tried with negative prompts and cues as well.")] = 0,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Onset F1, class accuracy and steering on unseen scenes, beside ceiling and chance."""
    from ta_v2a.evaluation.stage.command import stage_command

    settings = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale}
    settings["keep"] = _begun(context, result_file)
    with console.progress("evaluating", quiet=as_json) as advance:
        sizes = {"n": n, "batch": batch, "chance_n": chance_n, "controls_n": controls}
        report = stage_command(preset, seed=seed, listener=listener, bank=bank, progress=advance, **sizes, **_given(settings))
    console.result(report, as_json, _indented(report))


@evaluate_app.command("films")
def evaluate_films(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Clips, with or without a sound of their own.", show_default=False)],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder for the sounds and figures.")] = "out/films",
    prompts: Annotated[str | None, typer.Option(help="CSV with columns path (or file, name) and prompt (or description, caption).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first clips by name.")] = None,
    compare: Annotated[bool, typer.Option("--compare/--no-compare", help="Measure against the clips' own sound.")] = True,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw each clip over its spectrogram.")] = True,
    jobs: Annotated[int, typer.Option(min=1, help="Clips sounded at once, each in a process of its own.")] = 1,
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    lag: Annotated[float | None, typer.Option(min=0, max=1, help="Seconds by which the sound follows the picture.")] = None,
    preset: Preset = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Sound for every clip of FOLDER (a second run makes what is missing), then onset agreement and AV-Align."""
    from ta_v2a.evaluation.films.command import films_command

    settings = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale, "lag_s": lag}
    settings["keep"] = _begun(context, result_file)
    with console.progress("evaluating", quiet=as_json) as advance:
        report = films_command(
            folder, output, prompts, preset, seed, limit, compare, figures, jobs=jobs, progress=advance, **_given(settings)
        )
    console.result(report, as_json, _indented(report))


@evaluate_app.command("cvalp")
def evaluate_cvalp(
    context: typer.Context,
    n: Annotated[int, typer.Option("-n", "--scenes", min=4, help="Unseen scenes.")] = 1000,
    batch: Annotated[int, typer.Option(min=1, help="Scenes at a time.")] = 8,
    workers: Annotated[int, typer.Option(min=0, help="Processes that render scenes.")] = 1,
    preset: Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of a CVALP.')] = "mini",
    result_file: ResultFile = None,
    as_json: Json = False,
) -> None:
    """Retrieval between video, audio and text, temporal top-1 and a class probe, on unseen scenes."""
    from ta_v2a.evaluation.encoders.retrieval import cvalp_command

    keep = _begun(context, result_file)
    with console.progress("embedding", quiet=as_json) as advance:
        report = cvalp_command(preset, n, batch, workers, advance, keep)
    console.result(report, as_json, _indented(report))


@app.command("caption")
def caption_command(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A film file.", show_default=False)],
    labels: Annotated[str | None, typer.Option(help="Text file of one label a line, or CSV. Default: the bundled list.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many labels to show.")] = 5,
    preset: Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of a CVALP.')] = "mini",
    as_json: Json = False,
) -> None:
    """Name what should be heard in CLIP: the labels nearest to its picture, best first."""
    from ta_v2a.engine.captioning import caption_clip

    report = caption_clip(clip, labels, top, preset)
    if report["not_understood"]:
        named, count = ", ".join(report["not_understood"][:6]), len(report["not_understood"])
        console.notice(f"{count} labels name no sound that is known, their shares mean little: {named}"[:300])
    console.result(report, as_json, [f"{row['share']:6.1%}  {row['label']}" for row in report["found"]])


FilmsFolder = Annotated[str | None, typer.Option(help="Folder of the films. Default: the manifest's own.")]
Clock = Annotated[Literal["paper", "mini"], typer.Option(help="paper: colour, 224 px, 3.9 a second; mini: luma, 80 px, 31.25 a second.")]
Duration = Annotated[float, typer.Option(min=0.5, max=60, help="Seconds of a clip.")]
Workers = Annotated[int, typer.Option(min=0, help="Decoding processes; 0 decodes in this one.")]


def _clips(manifest: str, films: str | None, split: str | None, clock: str, duration: float) -> tuple[list, Any, bool]:
    from ta_v2a.data.manifests import read_manifest
    from vocoders.clock import MINI, PAPER

    return read_manifest(manifest, films, split), (PAPER if clock == "paper" else MINI).lasting(duration), clock == "paper"


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
    """Decode every clip of MANIFEST and report what is missing, corrupt, too short, without sound or silent."""
    from ta_v2a.data.check import check

    rows, spec, colour = _clips(manifest, films, split, clock, duration)
    with console.progress("checking", quiet=as_json) as advance:
        report = check(rows, spec, colour, workers, advance)
    counts = [f"{name}: {value}" for name, value in report.items() if name != "problems"]
    console.result(report, as_json, [f"{row['status']}\t{row['clip']}\t{row['why']}" for row in report["problems"]] + counts)
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
    wave_hz: Annotated[int | None, typer.Option(min=8000, max=48000, help="Keep the sound itself too, at this rate.")] = None,
    features: Annotated[str | None, typer.Option(help='Keep frozen features too: of a preset ("mini") or a folder of a CVALP.')] = None,
    workers: Workers = 1,
    as_json: Json = False,
) -> None:
    """Write the clips of MANIFEST as WebDataset shards; run it again to go on where it stopped."""
    from ta_v2a.data.prepare import prepare

    rows, spec, colour = _clips(manifest, films, split, clock, duration)
    options = {"shard_clips": shard_clips, "wave_hz": wave_hz, "features": features, "workers": workers}
    with console.progress("preparing", quiet=as_json) as advance:
        report = prepare(rows, Path(output), spec, colour, **options, advance=advance)
    counts = [f"{name}: {value}" for name, value in report.items() if name != "problems"]
    console.result(report, as_json, [f"{row['status']}\t{row['clip']}\t{row['why']}" for row in report["problems"]] + counts)


@weights_app.command("import")
def weights_import(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="panns-16k, panns-32k, slow-r50, slowonly, cavp or flan-t5.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="As it was published; the folder of a Flan-T5.", show_default=False)],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Convert a published checkpoint to safetensors with checksums, and account for every key of it."""
    from ta_v2a.packing.weights_import import import_weights

    report = import_weights(kind, file, output)
    unused = [f"unused: {name}" for name in report["unused"][:20]]
    unused += [f"unused: {len(report['unused']) - 20} more (--json names all)"] if len(report["unused"]) > 20 else []
    counts = [f"{len(report['used'])} keys used, {len(report['unused'])} unused, {len(report['missing'])} missing"]
    console.result(report, as_json, [*unused, *counts, f"SHA-256 {report['sha256']}", report["folder"]])


@app.command()
def doctor(as_json: Json = False) -> None:
    """Import everything this program stands on and say what is wrong."""
    from ta_v2a.doctor import examine

    report = examine()
    lines = [f"Python {report['python']} on {report['platform']}, device: {report['device']}"]
    for row in report["checks"]:
        line = f"  {'ok   ' if row['ok'] else 'WRONG'} {row['name']} {row['version'] or ''}".rstrip()
        lines.append(line + (f": {row['problem']}" if row["problem"] else ""))
    lines += report["advice"] or (["everything is in order"] if report["ok"] else [])
    console.result(report, as_json, lines)
    if not report["ok"]:
        raise typer.Exit(1)


def _begun(context: typer.Context, result_file: str | None) -> Any:
    """What is noted before a measurement whose result is kept; None where it is not."""
    if result_file is None:
        return None
    import shlex

    from ta_v2a.evaluation.report.results import begin

    return begin(result_file, shlex.join(["ta-v2a", *context.find_root().obj]))


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _indented(report: dict[str, Any]) -> list[str]:
    import json

    return [json.dumps(report, indent=2, ensure_ascii=False)]
