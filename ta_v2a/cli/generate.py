"""`ta-v2a generate`: a film with its sound, from words alone or from a still image."""

from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import JOINT_MODEL_HELP, Json, Preset, Seed
from ta_v2a.engine.arguments import FILM_NEGATIVE_SCALE, FILM_STEPS, LAST_SEED
from ta_v2a.errors import UserError


def generate(
    prompt: Annotated[
        str, typer.Argument(metavar="PROMPT", help="What happens, in English.", show_default=False)
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="The film.", show_default=False)],
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is neither seen nor heard.")] = "",
    image: Annotated[
        str | None, typer.Option(help="A still image that the film begins with; its middle square is taken.")
    ] = None,
    sound_prompt: Annotated[str, typer.Option(help="What is heard. Default: the prompt.")] = "",
    seconds: Annotated[float | None, typer.Option(help="Length. Default: the head's own, 4.1.")] = None,
    size: Annotated[int, typer.Option(help="Side of the pictures in pixels.")] = 256,
    seed: Seed = 0,
    takes: Annotated[
        int, typer.Option(min=1, max=64, help="Films to make, from seeds SEED, SEED + 1, ...")
    ] = 1,
    drafts: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=64,
            help='Films drawn at most where PROMPT tells a number, as "three times", until one shows as '
            "many; after those it rests. 1: nobody counts. Default: the head's own, 4 of mini's.",
        ),
    ] = None,
    steps: Annotated[
        int, typer.Option(min=1, max=1000, help="Sampler steps of the pictures; more is slower.")
    ] = FILM_STEPS,
    text_scale: Annotated[
        float | None,
        typer.Option(help="How closely the pictures follow it. Default: the head's own."),
    ] = None,
    negative_scale: Annotated[
        float, typer.Option(help="How far the pictures keep from the negative prompt.")
    ] = FILM_NEGATIVE_SCALE,
    sound_steps: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Sampler steps of the sound. Default: the preset's.")
    ] = None,
    sound_text_scale: Annotated[
        float | None, typer.Option(help="How closely the sound follows its prompt. Default: the preset's.")
    ] = None,
    loudness: Annotated[
        str, typer.Option(help="LUFS of the sound, 20 dB up at most; none: as it was made.")
    ] = "-23",
    wav: Annotated[
        bool, typer.Option("--wav/--no-wav", help="Write the sound as 48 kHz 24-bit WAV too.")
    ] = False,
    system: Annotated[
        Literal["cascade", "two-stream", "uniform", "aligner"],
        typer.Option(
            help="cascade: picture, then its sound; two-stream, uniform: both at once by a --model; "
            "aligner: both at once by the preset's own, moved to each other."
        ),
    ] = "cascade",
    model: Annotated[str, typer.Option(metavar="FOLDER", help=JOINT_MODEL_HELP)] = "",
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Make a film of what PROMPT says, picture first, then its sound."""
    if system != "cascade":
        beside = {
            "--negative": negative,
            "--image": image,
            "--sound-prompt": sound_prompt,
            "--seconds": seconds,
            "--takes": takes > 1,
            "--wav": wav,
        }
        given = [name for name, value in beside.items() if value]
        if given:
            raise UserError(f"{', '.join(given)} are for --system cascade; {system} makes one film of words")
        return _at_once(system, model, prompt, output, seed, steps, text_scale, size, preset, as_json)
    from ta_v2a.delivery.generate import FilmOrder, generate_films
    from ta_v2a.media.loudness import read_target

    if seed + takes - 1 > LAST_SEED:
        first = LAST_SEED - takes + 1
        raise UserError(f"--seed {seed} and {takes} takes pass the last seed: begin at {first} at most")
    order = FilmOrder(
        prompt=prompt,
        output=output,
        negative_prompt=negative,
        image=image,
        seconds=seconds,
        size=size,
        seed=seed,
        takes=takes,
        drafts=drafts,
        steps=steps,
        text_scale=text_scale,
        negative_scale=negative_scale,
        sound_prompt=sound_prompt,
        sound_scales={"num_inference_steps": sound_steps, "text_scale": sound_text_scale},
        loudness=read_target(loudness),
        wav=wav,
        preset=preset,
    )
    with console.progress("generating", quiet=as_json) as advance:
        report = generate_films(order, advance, console.notice)
    console.result(
        report, as_json, [path for take in report["takes"] for path in (take["film"], take["wav"]) if path]
    )
    return None


def _at_once(
    system: str,
    model: str,
    prompt: str,
    output: str,
    seed: int,
    steps: int,
    text_scale: float | None,
    size: int,
    preset: str,
    as_json: bool,
) -> None:
    """Sound and picture of one model, or side by side."""
    from ta_v2a.delivery.animated import aligned_film, joint_film

    if size % 2 or not 16 <= size <= 2048:
        raise UserError(f"--size is an even number of pixels from 16 to 2048, not {size}")
    with console.progress("generating", quiet=as_json) as advance:
        if system == "aligner":
            report = aligned_film(prompt, output, seed, steps, text_scale, size, preset, advance)
        else:
            scale = 2.0 if text_scale is None else text_scale
            report = joint_film(prompt, output, model, seed, steps, scale, size, preset, system)
    console.result(report, as_json, [report["film"]])
