"""Options that several commands have."""

from typing import Annotated

import typer

from ta_v2a.engine.arguments import LAST_SEED

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Preset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of weights.')]
CvalpPreset = Annotated[str, typer.Option("--preset", help='A preset ("mini") or a folder of a CVALP.')]
Seed = Annotated[int, typer.Option("--seed", min=0, max=LAST_SEED, help="Same seed, same sound.")]
Steps = Annotated[int | None, typer.Option("--steps", min=1, max=1000)]
