"""`ta-v2a stage`: render scenes with exact truth."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json, Seed


def stage(
    seed: Seed = 0,
    output: Annotated[
        str,
        typer.Option("-o", "--output", help="Name of the scene: NAME.mp4, .wav, .json; with -n a folder."),
    ] = "scene",
    n: Annotated[
        int | None,
        typer.Option("-n", "--scenes", min=1, help="Write the first N scenes of --split, named by seed."),
    ] = None,
    split: Annotated[
        Literal["train", "validation", "test"], typer.Option(help="With -n: whose scenes.")
    ] = "test",
    jobs: Annotated[
        int, typer.Option(min=1, help="With -n: scenes written at once, each in a process of its own.")
    ] = 2,
    duration: Annotated[float, typer.Option(min=0.6, max=600, help="Seconds.")] = 8.192,
    width: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 320,
    height: Annotated[int, typer.Option(min=16, max=4096, help="Pixels.")] = 240,
    fps: Annotated[float, typer.Option(min=1, max=240, help="Pictures a second.")] = 25.0,
    world: Annotated[
        Literal["flat", "close", "solid", "solid-clean"],
        typer.Option(
            help="flat: layers in a plane. close: hands, legs, faces and machines near by, in layers, too. "
            "solid: bodies in space (extra solid); solid-clean: one source, a steady camera, good light."
        ),
    ] = "flat",
    silent: Annotated[
        bool, typer.Option("--silent", help="Leave the clip without sound (the WAV is written all the same).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Render a procedural scene, or a folder of them, with exact truth: picture, sound, when what sounds."""
    from ta_v2a.stage.export import write_scene, write_split

    if n is not None:
        with console.progress("rendering", quiet=as_json) as advance:
            size = (duration, width, height, fps)
            written = write_split(Path(output), split, n, *size, silent, jobs, world, advance)
        counts = f"{written['scenes']} scenes in {written['folder']}, {written['new']} of them new"
        console.result(written, as_json, [f"{counts}; captions: {written['prompts']}"])
        return
    report = write_scene(seed, Path(output), duration, width, height, fps, silent, world)
    console.result(
        report, as_json, [report["film"], report["wav"], report["json"], f"caption: {report['caption']}"]
    )
