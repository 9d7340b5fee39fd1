"""`ta-v2a train` and `ta-v2a pack`: from data to checkpoints, from checkpoints to a preset."""

import sys
from contextlib import nullcontext, redirect_stdout
from typing import Annotated, Literal

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Json
from ta_v2a.errors import UserError
from ta_v2a.system.extras import need


def train(
    stage_name: Annotated[
        str,
        typer.Argument(
            metavar="STAGE",
            help="cvalp, text, video, vae, ldm, vocoder, bandwidth, classifier, joint or listener.",
        ),
    ],
    config: Annotated[
        list[str] | None,
        typer.Option("--config", help='YAML, or "mini" (cvalp: "paper" too); later ones override.'),
    ] = None,
    more: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OPTION]...", help="LightningCLI's own.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train one part of a preset.

    Further options are LightningCLI's own, such as --trainer.max_steps 100 or --ckpt_path last.
    """
    need("train")
    from ta_v2a.training.stages import run_stage

    # Lightning prints its summaries on standard output, which is the result's alone.
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        report = run_stage(stage_name, config or ["mini"], list(more or ()))
    console.result(report, as_json, [f"{name}: {value}" for name, value in report.items()])


def pack_command(
    output: Annotated[str, typer.Option("-o", "--output", help="Folder of the preset.", show_default=False)],
    cvalp: Annotated[
        str, typer.Option(help="Checkpoint, or a folder of a preset's component.")
    ] = "runs/video/last.ckpt",
    vae: Annotated[
        str, typer.Option(help="Checkpoint, or a folder of a preset's component.")
    ] = "runs/vae/last.ckpt",
    ldm: Annotated[
        str, typer.Option(help="Checkpoint, or a folder of a preset's component.")
    ] = "runs/ldm/last.ckpt",
    tokenizer: Annotated[
        str | None, typer.Option(help="Vocabulary of the text encoder. Default: the bundled one.")
    ] = None,
    vocoder: Annotated[
        str | None, typer.Option(help="Folder that train vocoder exported. Default: Griffin-Lim.")
    ] = None,
    bandwidth: Annotated[
        str | None, typer.Option(help="Folder that train bandwidth exported. Default: none.")
    ] = None,
    classifier: Annotated[
        str | None, typer.Option(help="Folder that train classifier exported, for guidance. Default: none.")
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            help="Folder that it exported with --config align, for the Align metric. Default: none."
        ),
    ] = None,
    video_head: Annotated[
        str | None, typer.Option(help="Checkpoint or folder of train video-head. Default: sound only.")
    ] = None,
    video_autoencoder: Annotated[
        str | None, typer.Option(help="Checkpoint or folder of train video-vae, with --video-head.")
    ] = None,
    preset: Annotated[
        Literal["mini", "paper", "hub"],
        typer.Option(help="Whose networks they are; paper takes any size; hub: see --animatediff."),
    ] = "mini",
    animatediff: Annotated[
        str | None,
        typer.Option(
            help="With --preset hub: a published pipeline of Stable Diffusion 1 or AnimateDiff, by name or "
            "folder, makes the pictures; mini's networks their sound."
        ),
    ] = None,
    motion_adapter: Annotated[
        str | None, typer.Option(help="Its motion adapter, by name or folder, where it has none of its own.")
    ] = None,
    sampler: Annotated[
        str | None, typer.Option(help="With --preset paper: dpm++, ddim, unipc, euler; heun for flow.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a preset of trained checkpoints: half-precision weights with their checksums."""
    if (video_head is None) != (video_autoencoder is None):
        raise UserError("--video-head and --video-autoencoder go together")
    video = None if video_head is None or video_autoencoder is None else (video_head, video_autoencoder)
    if preset == "hub":
        if animatediff is None:
            raise UserError("--preset hub names the pipeline that makes the pictures: --animatediff")
        from ta_v2a.packing.pack import pack_hub

        folder = pack_hub("mini", output, animatediff, motion_adapter or "")
    elif animatediff is not None or motion_adapter is not None:
        raise UserError("--animatediff and --motion-adapter are for --preset hub")
    elif preset == "paper":
        from ta_v2a.packing.paper import pack_paper

        if tokenizer is not None:
            raise UserError("the encoders of preset paper bring their own tokenizer: leave out --tokenizer")
        folder = pack_paper(cvalp, vae, ldm, output, vocoder, bandwidth, classifier, judge, sampler, video)
    else:
        if sampler is not None:
            raise UserError("--sampler is for --preset paper")
        from ta_v2a.packing.pack import pack

        folder = pack(cvalp, tokenizer, vae, ldm, output, vocoder, bandwidth, classifier, judge, video)
    console.result({"preset": str(folder)}, as_json, [str(folder)])
