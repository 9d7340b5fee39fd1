"""The command line. Every heavy import is inside the command that needs it, so that `--help` answers at once."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from . import console
from .errors import UserError

app = typer.Typer(
    name="ta-v2a",
    help="Sound for silent clips: the text says what is heard, the picture says when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evaluate_app = typer.Typer(help="Measure a preset.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(evaluate_app, name="evaluate")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Preset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of weights.')]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Same seed, same sound.")]


def run_app(arguments: list[str] | None = None) -> int:
    """Runs a command line; returns the exit code.

    Raises:
        UserError: for a wrong option or argument, in one line, as for every other mistake of the user.
    """
    from typer._click.exceptions import ClickException

    try:
        code = app(args=arguments, prog_name="ta-v2a", standalone_mode=False)
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except ClickException as error:
        message = " ".join(error.format_message().split())
        if not message:  # a command without arguments prints its help by itself
            return error.exit_code
        raise UserError(f"{message} (see ta-v2a --help)") from error
    return code if isinstance(code, int) else 0


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
    prompt: Annotated[str, typer.Option("-p", "--prompt", help="What is heard; without it the picture decides.")] = "",
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is not to be heard.")] = "",
    cue: Annotated[list[str] | None, typer.Option("--cue", help='Text for a stretch, as "1.2-3.0: glass breaking"; repeatable.')] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="Film to write, or .wav for the sound alone. Default: CLIP.foley.mp4")] = "",
    seed: Seed = 0,
    takes: Annotated[int, typer.Option(min=1, max=64, help="Versions to make, from seeds SEED, SEED + 1, ...")] = 1,
    steps: Annotated[int | None, typer.Option(min=1, max=1000, help="Sampler steps; more is slower. Default: the preset's.")] = None,
    text_scale: Annotated[float | None, typer.Option(help="How closely to follow the prompt.")] = None,
    negative_scale: Annotated[float | None, typer.Option(help="How far to keep from the negative prompt.")] = None,
    video_scale: Annotated[float | None, typer.Option(help="How closely to follow the picture.")] = None,
    align_scale: Annotated[float, typer.Option(help="Weight of the alignment guide; 0 is off and costs nothing.")] = 0.0,
    original: Annotated[Literal["replace", "mix", "keep"], typer.Option(help="What becomes of the clip's own sound.")] = "replace",
    wav: Annotated[bool, typer.Option("--wav/--no-wav", help="Write the sound as 48 kHz 24-bit WAV too.")] = True,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Put sound on CLIP: a film whose picture is untouched, and its sound as WAV."""
    from .foley import Order, sound_clip

    scales = {"num_inference_steps": steps, "video_scale": video_scale, "text_scale": text_scale, "negative_scale": negative_scale}
    order = Order(
        clip=clip,
        prompt=prompt,
        negative_prompt=negative,
        cues=tuple(cue or ()),
        output=output or None,
        seed=seed,
        takes=takes,
        scales={**scales, "align_scale": align_scale},
        original=original,
        wav=wav,
        preset=preset,
    )
    with console.progress("sounding", quiet=as_json) as advance:
        report = sound_clip(order, advance, console.notice)
    console.result(report, as_json, [path for take in report["takes"] for path in (take["film"], take["wav"]) if path])


@app.command()
def stage(
    seed: Seed = 0,
    output: Annotated[str, typer.Option("-o", "--output", help="Name of the scene: writes NAME.mp4, NAME.wav and NAME.json.")] = "scene",
    duration: Annotated[float, typer.Option(min=0.6, max=600, help="Seconds.")] = 8.192,
    width: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 320,
    height: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 240,
    fps: Annotated[float, typer.Option(min=1, max=240, help="Pictures a second.")] = 25.0,
    silent: Annotated[bool, typer.Option("--silent", help="Leave the film without sound (the WAV is written all the same).")] = False,
    as_json: Json = False,
) -> None:
    """Render a procedural scene with exact ground truth: picture, sound, and when what sounds."""
    from .stage.export import write_scene

    report = write_scene(seed, Path(output), duration, width, height, fps, silent)
    console.result(report, as_json, [report["film"], report["wav"], report["json"], f'caption: {report["caption"]}'])


@app.command(context_settings={"ignore_unknown_options": True})
def train(
    stage_name: Annotated[str, typer.Argument(metavar="STAGE", help="cvalp, text, vae, ldm, vocoder or classifier.")],
    config: Annotated[list[str] | None, typer.Option("--config", help='YAML, or "mini" for the packaged one; later ones override.')] = None,
    more: Annotated[list[str] | None, typer.Argument(metavar="[OPTION]...", help="LightningCLI's own.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Train one part of a preset. Further options are LightningCLI's own, such as --trainer.max_steps 100 or --ckpt_path last."""
    from .train import run_stage

    report = run_stage(stage_name, config or ["mini"], list(more or ()))
    console.result(report, as_json, [f"{name}: {value}" for name, value in report.items()])


@app.command()
def pack(
    output: Annotated[str, typer.Option("-o", "--output", help="Folder of the preset.", show_default=False)],
    cvalp: Annotated[str, typer.Option(help="Checkpoint, or a folder of a preset's component.")] = "runs/video/last.ckpt",
    vae: Annotated[str, typer.Option(help="Checkpoint, or a folder of a preset's component.")] = "runs/vae/last.ckpt",
    ldm: Annotated[str, typer.Option(help="Checkpoint.")] = "runs/ldm/last.ckpt",
    tokenizer: Annotated[str, typer.Option(help="Vocabulary of the text encoder.")] = "ta_v2a/weights/mini/cvalp/spiece.model",
    as_json: Json = False,
) -> None:
    """Make a preset of trained checkpoints: half-precision weights with their checksums."""
    from .pack import pack as pack_checkpoints

    folder = pack_checkpoints(cvalp, tokenizer, vae, ldm, output)
    console.result({"preset": str(folder)}, as_json, [str(folder)])


@evaluate_app.command("stage")
def evaluate_stage(
    n: Annotated[int, typer.Option("-n", "--scenes", help="Unseen scenes.")] = 500,
    seed: Seed = 0,
    batch: Annotated[int, typer.Option(min=2, help="Scenes at a time.")] = 8,
    chance_n: Annotated[int | None, typer.Option(help="Scenes that are also tried with shuffled picture and text. Default: all.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    bank: Annotated[str | None, typer.Option(help="A folder of sounds that the scenes draw from.")] = None,
    listener: Annotated[str | None, typer.Option(help="Weights of the judge. Default: the bundled ones.")] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Onset F1, class accuracy and steering on unseen scenes, beside ceiling and chance."""
    from .evaluation.stage_benchmark import stage_command

    settings = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale}
    with console.progress("evaluating", quiet=as_json) as advance:
        report = stage_command(
            preset, n=n, seed=seed, batch=batch, chance_n=chance_n, listener=listener, bank=bank, progress=advance, **_given(settings)
        )
    console.result(report, as_json, _indented(report))


@evaluate_app.command("films")
def evaluate_films(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Films, with or without a sound of their own.", show_default=False)],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder for the sounds and figures.")] = "out/films",
    prompts: Annotated[str | None, typer.Option(help="CSV with columns path (or file, name) and prompt (or description, caption).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first films by name.")] = None,
    figures: Annotated[bool, typer.Option("--figures/--no-figures", help="Draw each film over its spectrogram.")] = True,
    seed: Seed = 0,
    steps: Annotated[int | None, typer.Option(min=1, max=1000)] = None,
    text_scale: Annotated[float | None, typer.Option()] = None,
    video_scale: Annotated[float | None, typer.Option()] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Onset agreement and AV-Align on real films."""
    from .evaluation.real_films import films_command

    settings = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale}
    with console.progress("evaluating", quiet=as_json) as advance:
        report = films_command(
            folder, output, prompts, preset, seed=seed, limit=limit, figures=figures, progress=advance, **_given(settings)
        )
    console.result(report, as_json, _indented(report))


@app.command()
def doctor(as_json: Json = False) -> None:
    """Import everything this program stands on and say what is wrong."""
    from .doctor import examine

    report = examine()
    lines = [f"Python {report['python']} on {report['platform']}, device: {report['device']}"]
    for row in report["checks"]:
        line = f"  {'ok   ' if row['ok'] else 'WRONG'} {row['name']} {row['version'] or ''}".rstrip()
        lines.append(line + (f": {row['problem']}" if row["problem"] else ""))
    lines += report["advice"] or (["everything is in order"] if report["ok"] else [])
    console.result(report, as_json, lines)
    if not report["ok"]:
        raise typer.Exit(1)


def _given(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value is not None}


def _indented(report: dict[str, Any]) -> list[str]:
    import json

    return [json.dumps(report, indent=2, ensure_ascii=False)]
