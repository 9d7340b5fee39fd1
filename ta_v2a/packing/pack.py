"""From training checkpoints to a preset folder: half-precision safetensors, checksums, one pipeline."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from ta_v2a.engine.filming import check_video
from ta_v2a.engine.parts import load_component, read_index, save_video_parts
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.align_judge import JUDGE_FOLDER, check_judge
from ta_v2a.presets.resolve import WEIGHTS_FOLDER, resolve, write_checksums
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp
from ta_v2a.system.user_files import is_file, is_folder, whole_folder

TOKENIZER = WEIGHTS_FOLDER / "mini" / "cvalp" / "spiece.model"
"""The vocabulary that comes along, wherever the program is run."""

STEP_SHIFT = 6.0
"""The sampler spaces its steps as the times of training (`ldm.process.Flow.times`)."""


MINI_SETTINGS = {
    "video_scale": 4.0,
    "text_scale": 9.0,
    "text_scale_until": 0.88,
    "align_scale": 1.0,
    "lag_s": 0.032,
    "caption_share": 0.85,
}
"""Of a pipeline call, chosen by `benchmarks/guidance_grid.py` for weights trained by the configurations of
this repository; the lag is that of sound behind its picture on film; a picture's label of that share is right
on about 5 of 6 stage clips (docs/experiments.md)."""


def saved_vocoder(folder: str | Path) -> nn.Module:
    """The vocoder that `save_pretrained` wrote to a folder, whichever it is, float32.

    Raises:
        UserError: if there is none in the folder.
    """
    return _unnamed(load_component(Path(folder), "vocoder"))


def saved_bandwidth(folder: str | Path) -> nn.Module:
    """The bandwidth extension that `save_pretrained` wrote to a folder, float32."""
    return _unnamed(load_component(Path(folder), "bandwidth"))


def saved_classifier(folder: str | Path) -> nn.Module:
    """The alignment classifier that its training exported to a folder, float32."""
    return _unnamed(load_component(Path(folder), "classifier"))


def saved_denoiser(folder: str | Path) -> nn.Module:
    """The diffusion network of a preset, or that its training exported, float32."""
    return _unnamed(load_component(Path(folder), "denoiser"))


def saved_judge(folder: str | Path) -> Any:
    """That of clean latents, which judges for the Align metric, likewise.

    Raises:
        UserError: it reads noisy ones.
    """
    judge = saved_classifier(folder)
    check_judge(judge)
    return judge


def _unnamed(component: Any) -> Any:
    """A new one with the same weights: nothing of the folder (its path) travels on."""
    fresh = type(component)(
        **{name: value for name, value in component.config.items() if not name.startswith("_")}
    )
    fresh.load_state_dict(component.state_dict())
    return fresh.eval()


def pack(
    cvalp: str | Path,
    tokenizer_file: str | Path | None,
    vae: str | Path,
    ldm: str | Path,
    out: str | Path,
    vocoder: str | Path | None = None,
    bandwidth: str | Path | None = None,
    classifier: str | Path | None = None,
    judge: str | Path | None = None,
    video: tuple[str | Path, str | Path] | None = None,
    **defaults: float | int | str,
) -> Path:
    """Writes the preset folder of three checkpoints, a vocoder and, where given, a bandwidth extension and
    alignment classifiers; returns it.

    Args:
        cvalp, vae, ldm: Lightning checkpoints of the three trainings, or folders of a preset's components.
        tokenizer_file: the sentencepiece model the text tower was trained with; None: the bundled one.
        out: folder of the pipeline, made if needed; a model card in it is left alone.
        vocoder, bandwidth: folders that their trainings exported; None: Griffin-Lim, and no extension.
        classifier, judge: folders that `ta-v2a train classifier` exported: of noisy latents for guidance, of
            clean ones for the Align metric; None: none.
        video: the video head and its picture autoencoder, checkpoints or folders; None: sound only.
        defaults: of a pipeline call (`num_inference_steps`, `video_scale`, ...) in place of
            `MINI_SETTINGS`, kept in model_index.json.

    Raises:
        UserError: a part is missing or another's, or the folder cannot be written; then it is as it was.
    """
    from diffusers import FlowMatchEulerDiscreteScheduler

    from ta_v2a.pipelines.foley import FoleyPipeline
    from vocoders.griffin_lim import GriffinLim

    if is_file(out):
        raise UserError(f"{out} is no folder")
    tokenizer_file = TOKENIZER if tokenizer_file is None else tokenizer_file
    judging = None if judge is None else saved_judge(judge)
    filming = None if video is None else trained_video(*video)
    pipeline = FoleyPipeline(
        cvalp=mini_cvalp(cvalp, tokenizer_file),
        autoencoder=mini_autoencoder(vae),
        denoiser=saved_denoiser(ldm) if is_folder(ldm) else trained_part(ldm, "denoiser"),
        vocoder=GriffinLim() if vocoder is None else saved_vocoder(vocoder),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=STEP_SHIFT),
        bandwidth=None if bandwidth is None else saved_bandwidth(bandwidth),
        classifier=None if classifier is None else saved_classifier(classifier),
        **MINI_SETTINGS | defaults,
    )
    return write_preset(pipeline, Path(out), judging, filming)


def trained_video(head: str | Path, autoencoder: str | Path) -> dict[str, Any]:
    """The networks of `VIDEO_ROLES`, of checkpoints or of folders that their trainings exported.

    Raises:
        UserError: one is another's, or they are not of one training.
    """
    parts = {
        "video_head": trained_part(head, "video_head"),
        "video_autoencoder": trained_part(autoencoder, "video_autoencoder"),
    }
    check_video(parts["video_head"], parts["video_autoencoder"])
    return parts


def hub_head(pipeline: str, motion_adapter: str = "", **settings: Any) -> dict[str, Any]:
    """A published AnimateDiff in the video head's place: what it is called, no weights.

    Args:
        pipeline, motion_adapter, settings: of `ta_v2a.engine.published_films.PublishedAnimateDiff`.
    """
    from ta_v2a.engine.published_films import PublishedAnimateDiff

    return {"video_head": PublishedAnimateDiff(pipeline, motion_adapter, **settings)}


def pack_hub(preset: str | Path, out: str | Path, pipeline: str, motion_adapter: str = "") -> Path:
    """Writes a preset of the sound of another one, with a published AnimateDiff for the pictures.

    Raises:
        UserError: there is no such preset, or the folder cannot be written.
    """
    from ta_v2a.pipelines.foley import FoleyPipeline

    if is_file(out):
        raise UserError(f"{out} is no folder")
    sound = FoleyPipeline.from_pretrained(preset)
    return write_preset(sound, Path(out), None, hub_head(pipeline, motion_adapter))


def add_video(folder: str | Path, head: str | Path, autoencoder: str | Path, world: str = "") -> Path:
    """Puts a video head and its picture autoencoder, in half precision, into the folder of a preset.

    Args:
        world: what the head shows where words name no world, see `prompts.worlds`; "": as the head says.

    Raises:
        UserError: there is no preset, or the networks do not fit each other.
    """
    place = resolve(folder)
    read_index(place)
    parts = trained_video(head, autoencoder)
    if world:
        parts["video_head"].register_to_config(world=world)
    save_video_parts(place, {role: part.half() for role, part in parts.items()})
    write_checksums(place)
    return place


def write_preset(pipeline: Any, out: Path, judge: Any = None, video: dict[str, Any] | None = None) -> Path:
    """The folder of a pipeline in half precision, of a `saved_judge` beside it, and of what makes pictures,
    with their checksums; it appears whole or not at all."""
    pipeline.to(dtype=torch.float16)
    with whole_folder(out) as part:
        pipeline.save_pretrained(part, safe_serialization=True)
        if judge is not None:
            judge.half().save_pretrained(part / JUDGE_FOLDER)
        if video is not None:
            save_video_parts(part, {role: network.half() for role, network in video.items()})
    write_checksums(out)
    return out
