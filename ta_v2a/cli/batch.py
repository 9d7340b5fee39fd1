"""`ta-v2a batch`: many clips, weights loaded once a worker, again and again until all are done."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Executor, Json, Preset, Seed, Steps


def batch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="MANIFEST|FOLDER",
            help="A table with a column path (and prompt, negative, seed, cues, ...), a .jsonl of orders, or "
            "a folder of films.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str, typer.Option("-o", "--output", help="Folder; each row gets one in it.", show_default=False)
    ],
    jobs: Annotated[int, typer.Option(min=1, max=1024, help="Workers, each with the weights.")] = 1,
    engine: Executor = "processes",
    prompt: Annotated[str, typer.Option("-p", "--prompt", help="Where a row has none.")] = "",
    negative: Annotated[str, typer.Option("-n", "--negative", help="What is not to be heard.")] = "",
    seed: Seed = 0,
    takes: Annotated[int, typer.Option(min=1, max=64, help="Versions of each.")] = 1,
    steps: Steps = None,
    text_scale: Annotated[float | None, typer.Option(help="How closely to follow the prompt.")] = None,
    video_scale: Annotated[float | None, typer.Option(help="How closely to follow the picture.")] = None,
    original: Annotated[
        Literal["replace", "mix", "keep"], typer.Option(help="What becomes of the clips' own sound.")
    ] = "replace",
    loudness: Annotated[str, typer.Option(help="LUFS of the new sound; none: as it was made.")] = "-23",
    library: Annotated[
        str | None, typer.Option(help="Folder of recordings (or its index) in place of the vocoder.")
    ] = None,
    preset: Preset = "mini",
    as_json: Json = False,
) -> None:
    """Sound every row of MANIFEST, or every film of FOLDER; run again, it goes on where it stopped."""
    from ta_v2a.batch.rows import read_manifest_rows
    from ta_v2a.batch.run import run_batch
    from ta_v2a.delivery.job import Order
    from ta_v2a.media.loudness import read_target
    from ta_v2a.system.on_ray import executor

    run = executor(engine)
    scales = {"num_inference_steps": steps, "text_scale": text_scale, "video_scale": video_scale}
    base = Order(
        clip="",
        prompt=prompt,
        negative_prompt=negative,
        seed=seed,
        takes=takes,
        scales={name: value for name, value in scales.items() if value is not None},
        original=original,
        loudness=read_target(loudness),
        preset=preset if not Path(preset).is_dir() else str(Path(preset).absolute()),
        library=None if library is None else str(Path(library).absolute()),
    )
    rows = read_manifest_rows(source, base)
    with console.progress("sounding", quiet=as_json) as advance:
        report = run_batch(rows, Path(output).absolute(), jobs, run, advance, console.notice)
    counts = ", ".join(f"{report[name]} {name}" for name in ("done", "skipped", "failed"))
    lines = [
        "\t".join([line["state"], line["row"], line["folder"] or "", line["error"] or ""]).rstrip()
        for line in report["summary"]
    ]
    console.result(report, as_json, [*lines, f"{report['rows']} rows: {counts}, {report['seconds']:g} s"])
    if report["failed"]:
        raise typer.Exit(1)
