"""Options that several commands have."""

from typing import Annotated, Literal

import typer

from ta_v2a.engine.arguments import LAST_SEED

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Preset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of weights.')]
CvalpPreset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of a CVALP.')]
Seed = Annotated[int, typer.Option("--seed", min=0, max=LAST_SEED, help="Same seed, same sound.")]
JOINT_MODEL_HELP = "Folder that ta-v2a train joint exported; none is shipped."
Device = Annotated[str, typer.Option("--device", help="Where the networks run: cpu, cuda, cuda:1.")]
Steps = Annotated[int | None, typer.Option("--steps", min=1, max=1000)]
Executor = Annotated[
    Literal["processes", "ray"],
    typer.Option("--engine", help="Where the work is done: this machine, or the cluster of RAY_ADDRESS."),
]
SheetForm = Annotated[
    str | None,
    typer.Option(
        "--form", help="lines, srt, vtt, csv, json, edl or audacity. Default: by the sheet's ending."
    ),
]
SheetRate = Annotated[
    str | None,
    typer.Option(
        "--fps", help="Frames a second of a sheet's timecode, such as 29.97. Default: the clip's own."
    ),
]
SheetBegin = Annotated[
    str | None,
    typer.Option("--begin", help="Time of the clip's first picture in the sheet, such as 01:00:00:00."),
]
