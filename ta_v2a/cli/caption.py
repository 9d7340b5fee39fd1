"""`ta-v2a caption`: name what should be heard in a clip."""

from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import CvalpPreset, Json
from ta_v2a.errors import UserError


def caption_command(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A film file.", show_default=False)],
    labels: Annotated[
        str | None, typer.Option(help="Text file of one label a line, or CSV. Default: the bundled list.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many labels to show.")] = 5,
    preset: CvalpPreset = "mini",
    backend: Annotated[
        Literal["cvalp", "vlm"], typer.Option(help="cvalp: nearest labels; vlm: a vision-language model.")
    ] = "cvalp",
    model: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="With vlm: a model of transformers, on disk.")
    ] = None,
    refiner: Annotated[
        str, typer.Option(help='With vlm, refines its words: "rules", or the folder of a language model.')
    ] = "rules",
    as_json: Json = False,
) -> None:
    """Name what should be heard in CLIP: the labels nearest to its picture, or a model's own words."""
    if (model is None) == (backend == "vlm"):
        raise UserError("--model FOLDER goes with --backend vlm, and that with it")
    if model is not None:
        from ta_v2a.engine.language_models import load_refiner
        from ta_v2a.engine.looking import caption_by_looking

        words = caption_by_looking(clip, model, load_refiner(refiner))
        console.result(words, as_json, [words["caption"] or "(nothing that sounds)"])
        return
    from ta_v2a.engine.captioning import caption_clip

    report = caption_clip(clip, labels, top, preset)
    if report["not_understood"]:
        named, count = ", ".join(report["not_understood"][:6]), len(report["not_understood"])
        console.notice(f"{count} labels name no sound that is known, their shares mean little: {named}"[:300])
    console.result(report, as_json, [f"{row['share']:6.1%}  {row['label']}" for row in report["found"]])
