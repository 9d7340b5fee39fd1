"""`ta-v2a foley`: put sound on a clip."""

from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json, Preset, Seed, SheetBegin, SheetForm, SheetRate
from ta_v2a.engine.arguments import LAST_SEED
from ta_v2a.errors import UserError


def foley(
    clip: Annotated[
        str,
        typer.Argument(
            metavar="CLIP", help="A film file of 0.1 s to 10 minutes and more.", show_default=False
        ),
    ],
    prompt: Annotated[
        str, typer.Option("-p", "--prompt", help="What is heard, in English; without it the picture decides.")
    ] = "",
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is not to be heard.")] = "",
    cue: Annotated[
        list[str] | None,
        typer.Option("--cue", help='Text for a stretch, as "1.2-3.0: glass breaking"; repeatable.'),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            "--cues", metavar="FILE", help="Cue sheet: .srt .vtt .csv .json .edl .txt, or as --form."
        ),
    ] = None,
    form: SheetForm = None,
    fps: SheetRate = None,
    begins: SheetBegin = None,
    hits: Annotated[
        bool, typer.Option("--hits", help="Things hit where the cues begin, not where the picture shows.")
    ] = False,
    raw_prompt: Annotated[
        bool, typer.Option("--raw-prompt", help="Take all words as they are typed; else they are refined.")
    ] = False,
    refiner: Annotated[
        str, typer.Option(help='What refines the words: "rules", or the folder of a language model.')
    ] = "rules",
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell every step of the refiner.")] = False,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="Film, .wav (sound alone), or folder. Default: CLIP.foley.mp4"),
    ] = "",
    seed: Seed = 0,
    takes: Annotated[
        int, typer.Option(min=1, max=64, help="Versions to make, from seeds SEED, SEED + 1, ...")
    ] = 1,
    steps: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="Sampler steps; more is slower. Default: the preset's."),
    ] = None,
    text_scale: Annotated[float | None, typer.Option(help="How closely to follow the prompt.")] = None,
    negative_scale: Annotated[
        float | None, typer.Option(help="How far to keep from the negative prompt.")
    ] = None,
    video_scale: Annotated[float | None, typer.Option(help="How closely to follow the picture.")] = None,
    align_scale: Annotated[
        float | None, typer.Option(help="How hard to pull onsets to what is seen; 0 costs nothing.")
    ] = None,
    guidance: Annotated[
        Literal["double", "composable", "conditional"] | None,
        typer.Option(
            help="Eq. 11 (one weight, --text-scale, for text and picture), eq. 14, or text judged given the "
            "picture. Default: the preset's."
        ),
    ] = None,
    classifier_scale: Annotated[
        float | None,
        typer.Option(help="Gamma: how hard an alignment classifier pulls, where the preset holds one."),
    ] = None,
    classifier_from: Annotated[
        float | None, typer.Option(min=0, max=1, help="Time from which it pulls; 1 is pure noise.")
    ] = None,
    classifier_until: Annotated[
        float | None, typer.Option(min=0, max=1, help="Time down to which it pulls.")
    ] = None,
    lag: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Seconds that the sound follows the picture. Default: preset's."),
    ] = None,
    original: Annotated[
        Literal["replace", "mix", "keep"], typer.Option(help="What becomes of the clip's own sound.")
    ] = "replace",
    loudness: Annotated[
        str, typer.Option(help="LUFS of the new sound, 20 dB up at most; none: as it was made.")
    ] = "-23",
    wav: Annotated[
        bool, typer.Option("--wav/--no-wav", help="Write the sound as 48 kHz 24-bit WAV too.")
    ] = True,
    encode: Annotated[
        Literal["h264"] | None, typer.Option(help="Encode the picture anew. Default: it stays as it is.")
    ] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Put sound on CLIP: a film whose picture is untouched, and its sound as WAV."""
    from ta_v2a.delivery.order import Order, sound_clip
    from ta_v2a.media.loudness import read_target
    from ta_v2a.sheets.clip_sheet import sheet_cues

    if seed + takes - 1 > LAST_SEED:
        first = LAST_SEED - takes + 1
        raise UserError(f"--seed {seed} and {takes} takes pass the last seed: begin at {first} at most")
    listed = [] if sheet is None else sheet_cues(sheet, clip, form, fps, begins)
    scales = {
        "num_inference_steps": steps,
        "video_scale": video_scale,
        "text_scale": text_scale,
        "negative_scale": negative_scale,
        "align_scale": align_scale,
        "lag_s": lag,
        "guidance": guidance,
        "classifier_scale": classifier_scale,
        "classifier_from": classifier_from,
        "classifier_until": classifier_until,
    }
    order = Order(
        clip=clip,
        prompt=prompt,
        negative_prompt=negative,
        cues=(*listed, *(cue or ())),
        refiner=None if raw_prompt else refiner,
        verbose=verbose,
        hits=hits,
        output=output or None,
        seed=seed,
        takes=takes,
        scales=scales,
        original=original,
        loudness=read_target(loudness),
        wav=wav,
        encode=encode,
        preset=preset,
    )
    with console.progress("sounding", quiet=as_json) as advance:
        report = sound_clip(order, advance, console.notice)
    console.result(
        report, as_json, [path for take in report["takes"] for path in (take["film"], take["wav"]) if path]
    )
