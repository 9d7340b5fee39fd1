"""`ta-v2a animate`: pictures for a sound."""

from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import JOINT_MODEL_HELP, Json, Preset, Seed
from ta_v2a.errors import UserError


def animate(
    sound: Annotated[
        str, typer.Argument(metavar="SOUND", help="A sound file of up to ten minutes.", show_default=False)
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="Film to write.", show_default=False)],
    model: Annotated[str, typer.Option(metavar="FOLDER", help=JOINT_MODEL_HELP)] = "",
    prompt: Annotated[str, typer.Option("-p", "--prompt", help="What is seen, in English.")] = "",
    system: Annotated[
        Literal["uniform", "tempo", "aligner"],
        typer.Option(
            help="uniform: one model of both; tempo: the sound as words of every picture; aligner: pictures "
            "are moved to the sound as they form, without --model those of the preset's own head."
        ),
    ] = "uniform",
    seed: Seed = 0,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Sampler steps; more is slower.")] = 25,
    text_scale: Annotated[
        float | None, typer.Option(help="How closely to follow the prompt. Default: the model's own.")
    ] = None,
    size: Annotated[int, typer.Option(min=16, max=2048, help="Side of the pictures; even.")] = 256,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Draw a film for SOUND, as long as it lasts."""
    from ta_v2a.delivery.animated import animate_sound

    if size % 2:
        raise UserError(f"--size is even, not {size}")
    with console.progress("drawing", quiet=as_json) as advance:
        report = animate_sound(
            sound, output, model, prompt, system, seed, steps, text_scale, size, preset, advance
        )
    console.result(report, as_json, [report["film"]])
