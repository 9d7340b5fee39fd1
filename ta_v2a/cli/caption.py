"""`ta-v2a caption`: name what should be heard in a clip."""

from typing import Annotated

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import CvalpPreset, Json


def caption_command(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A film file.", show_default=False)],
    labels: Annotated[
        str | None, typer.Option(help="Text file of one label a line, or CSV. Default: the bundled list.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many labels to show.")] = 5,
    preset: CvalpPreset = "mini",
    as_json: Json = False,
) -> None:
    """Name what should be heard in CLIP: the labels nearest to its picture, best first."""
    from ta_v2a.engine.captioning import caption_clip

    report = caption_clip(clip, labels, top, preset)
    if report["not_understood"]:
        named, count = ", ".join(report["not_understood"][:6]), len(report["not_understood"])
        console.notice(f"{count} labels name no sound that is known, their shares mean little: {named}"[:300])
    console.result(report, as_json, [f"{row['share']:6.1%}  {row['label']}" for row in report["found"]])
