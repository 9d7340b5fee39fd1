"""`ta-v2a spot`: the onsets of a clip as a cue sheet."""

from typing import Annotated

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import CvalpPreset, Json, SheetBegin, SheetForm, SheetRate
from ta_v2a.errors import UserError


def spot(
    clip: Annotated[str, typer.Argument(metavar="CLIP", help="A film file.", show_default=False)],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Cue sheet: .csv .srt .vtt .json .edl .txt, or as --form.")
    ] = "cues.csv",
    form: SheetForm = None,
    fps: SheetRate = None,
    begins: SheetBegin = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="How sure an onset must be; lower finds more.")
    ] = 0.35,
    labels: Annotated[
        str | None, typer.Option(help="Text file of one label a line, or CSV. Default: the bundled list.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Labels of each onset in --json.")] = 3,
    preset: CvalpPreset = "mini",
    as_json: Json = False,
) -> None:
    """Write what hits in CLIP, and when, as a cue sheet; edited, hand it back: `foley --cues FILE --hits`."""
    from ta_v2a.engine.spotting import spot_clip
    from ta_v2a.media.writing.atomic import output_file
    from ta_v2a.sheets.clip_sheet import counting_of
    from ta_v2a.sheets.reading import form_of, write_sheet
    from ta_v2a.sheets.spotted import rows_of

    form_of(output_file(output), form)
    _, found = spot_clip(clip, threshold, labels, top, preset)
    if not found:
        raise UserError(f"{clip}: no onset is surer than {threshold:g}; nothing was written (--threshold)")
    place = write_sheet(output, rows_of(found), form, counting_of(clip, fps, begins))
    shown = [
        {
            "time_s": each.time_s,
            "sureness": each.sureness,
            "labels": [{"label": label, "share": share} for label, share in each.labels],
        }
        for each in found
    ]
    lines = [f"{each.time_s:8.3f} s  {each.sureness:4.0%}  {each.labels[0][0]}" for each in found]
    console.result({"clip": clip, "sheet": str(place), "onsets": shown}, as_json, [*lines, str(place)])
