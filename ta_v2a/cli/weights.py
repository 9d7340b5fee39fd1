"""`ta-v2a weights`: published weights."""

from collections import Counter
from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json

weights_app = typer.Typer(help="Published weights.", no_args_is_help=True, rich_markup_mode=None)


@weights_app.command("import")
def weights_import(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="panns-16k, panns-32k, slow-r50, slowonly, cavp, flan-t5, sd-unet, sd-vae, "
            "sd-picture-vae, diff-foley, "
            "diff-foley-guidance, diff-foley-align, audioldm-vae or audioldm-hifigan.",
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="As it was published; the folder of a Flan-T5 or of a diffusers pipeline.",
            show_default=False,
        ),
    ],
    output: Annotated[str, typer.Option("-o", "--output", help="Folder to write.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Convert a published checkpoint to safetensors with checksums, and account for every key of it."""
    from ta_v2a.packing.weights_import import import_weights

    report = import_weights(kind, file, output)
    why = Counter(report["reasons"].values())
    unused = [f"left out: {count} keys, {reason}" for reason, count in why.items()]
    counts = [
        f"{len(report['used'])} keys used, {len(report['unused'])} unused, {len(report['missing'])} missing"
    ]
    console.result(report, as_json, [*unused, *counts, f"SHA-256 {report['sha256']}", report["folder"]])


@weights_app.command("add-video")
def weights_add_video(
    preset: Annotated[str, typer.Argument(metavar="PRESET", help="A preset, or its folder.")],
    head: Annotated[
        str, typer.Option(help="Checkpoint or folder of train video-head.")
    ] = "runs/video-head/last.ckpt",
    autoencoder: Annotated[
        str, typer.Option(help="Checkpoint or folder of train video-vae.")
    ] = "runs/video-vae/last.ckpt",
    world: Annotated[
        Literal["flat", "solid"] | None,
        typer.Option(help="What a head that knows both shows where words name none."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Put a video head and its picture autoencoder into PRESET, in half precision, with checksums."""
    from ta_v2a.packing.pack import add_video

    folder = add_video(preset, head, autoencoder, world or "")
    console.result({"preset": str(folder)}, as_json, [str(folder)])
