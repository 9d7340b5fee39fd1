"""The parts of a preset, assembled from its folder. Neither diffusers nor transformers is imported where
a preset does not use them."""

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from math import inf
from os import PathLike
from pathlib import Path
from typing import Any

import torch

from cvalp.role import Encoders
from ldm.denoisers.role import AudioDenoiser
from ldm.scheduling import quick_scheduler
from ta_v2a.engine.arguments import checked_settings
from ta_v2a.errors import UserError, one_line
from ta_v2a.presets.check import check_component, read_json_object
from ta_v2a.presets.resolve import WEIGHTS_FOLDER, resolve
from vocoders.clock import ClipSpec
from vocoders.component import CONFIG_FILE, Component
from vocoders.role import Vocoder

INDEX_FILE = "model_index.json"
SCHEDULER_FILE = "scheduler_config.json"

CLASSES: dict[str, str] = {
    "CVALP": "cvalp.mini.model",
    "PaperCVALP": "cvalp.paper.model",
    "MelAutoencoder": "ldm.autoencoders.mel_autoencoder",
    "SpectrogramVae": "ldm.autoencoders.spectrogram_vae",
    "AudioTransformer": "ldm.denoisers.audio_transformer",
    "AudioUNet": "ldm.denoisers.audio_unet",
    "GriffinLim": "vocoders.griffin_lim",
    "IstftNet": "vocoders.istft_net",
    "WaveGrad": "vocoders.wavegrad",
    "HifiGan": "vocoders.hifi_gan",
    "BandwidthExtension": "vocoders.bandwidth_extension",
    "AlignmentColumns": "ldm.classifiers.alignment_columns",
    "AlignmentUNet": "ldm.classifiers.alignment_unet",
    "VideoTransformer": "ldm.denoisers.video_transformer",
    "MotionUNet": "ldm.denoisers.motion_unet",
    "PublishedAnimateDiff": "ta_v2a.engine.published_films",
    "PictureAutoencoder": "ldm.autoencoders.picture_autoencoder",
    "PictureVae": "ldm.autoencoders.picture_vae",
}
"""The components that a preset may name, and where they are; nothing else is ever
imported because a file says so."""

ROLES: dict[str, tuple[str, ...]] = {
    "cvalp": ("CVALP", "PaperCVALP"),
    "autoencoder": ("MelAutoencoder", "SpectrogramVae"),
    "denoiser": ("AudioTransformer", "AudioUNet"),
    "vocoder": ("GriffinLim", "IstftNet", "WaveGrad", "HifiGan"),
    "bandwidth": ("BandwidthExtension",),
    "classifier": ("AlignmentColumns", "AlignmentUNet"),
}
OPTIONAL = ("bandwidth", "classifier")
VIDEO_ROLES: dict[str, tuple[str, ...]] = {
    "video_head": ("VideoTransformer", "MotionUNet", "PublishedAnimateDiff"),
    "video_autoencoder": ("PictureAutoencoder", "PictureVae"),
}
"""What makes pictures, in presets that hold it; sounding a clip never loads it."""
WHOLE_HEADS = ("PublishedAnimateDiff",)
"""Heads that bring the code of their pictures with them."""
ALL_ROLES = {**ROLES, **VIDEO_ROLES}


@dataclass(frozen=True)
class Parts:
    """What makes sound.

    Attributes:
        cvalp: the encoders.
        autoencoder: mel to latents and back.
        denoiser: the diffusion network.
        vocoder: mel to sound.
        scheduler: diffusers' own, or `ldm.scheduling.FlowEuler`.
        bandwidth: what adds the band above the vocoder's in delivered files, or None.
        classifier: what tells whether noisy latents belong to a picture (`ldm.classifiers`), or None.
    """

    cvalp: Encoders
    autoencoder: Any
    denoiser: AudioDenoiser
    vocoder: Vocoder
    scheduler: Any
    bandwidth: Any = None
    classifier: Any = None

    @property
    def clock(self) -> ClipSpec:
        """The clock of one window: the vocoder's mel, the autoencoder's columns, the
        pictures that the encoders read.

        Raises:
            UserError: encoders and vocoder count mel frames differently.
        """
        mel, pictures = self.vocoder.clock, self.cvalp.clock
        if mel.sample_rate_hz * pictures.hop_samples != pictures.sample_rate_hz * mel.hop_samples:
            raise UserError(
                "the encoders and the vocoder of this preset do not share a clock: their mel frames differ "
                "in length"
            )
        return ClipSpec(
            duration_s=pictures.duration_s,
            sample_rate_hz=mel.sample_rate_hz,
            hop_samples=mel.hop_samples,
            mel_bins=mel.mel_bins,
            mel_frames_per_column=self.autoencoder.frames_per_column,
            mel_frames_per_picture=pictures.mel_frames_per_picture,
            picture_px=pictures.picture_px,
        )

    def networks(self) -> dict[str, torch.nn.Module]:
        """The parts that hold weights, by name."""
        each = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: part for name, part in each.items() if isinstance(part, torch.nn.Module)}

    def to(self, device: torch.device | str) -> "Parts":
        """The same parts on another device."""
        for network in self.networks().values():
            network.to(device)
        return self


def read_index(folder: Path) -> dict[str, Any]:
    """What a preset's `model_index.json` says.

    Raises:
        UserError: it cannot be read, or is not that of a preset.
    """
    path = folder / INDEX_FILE
    index = read_json_object(path)
    if index.get("_class_name") != "FoleyPipeline":
        raise UserError(f"{path} is not that of a FoleyPipeline")
    for role, names in ALL_ROLES.items():
        named = index.get(role)
        if role in (*OPTIONAL, *VIDEO_ROLES) and named in (None, [None, None]):
            continue
        if not (isinstance(named, list) and len(named) == 2 and all(isinstance(part, str) for part in named)):
            raise UserError(f"{path} names no class for {role}")
        if named[1] not in names:
            raise UserError(f"{path}: {'.'.join(named)} cannot be the {role}")
    return index


def settings_in(index: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a call that travel with a preset: all that is neither a
    component nor for the machine."""
    parts = (*ALL_ROLES, "scheduler")
    return {name: value for name, value in index.items() if not name.startswith("_") and name not in parts}


def component_class(name: str) -> type[Component]:
    """A component's class by its name in `CLASSES`."""
    return getattr(import_module(CLASSES[name]), name)


def load_component(folder: Path, role: str, dtype: torch.dtype = torch.float32) -> Any:
    """The component of a role that a folder holds, in evaluation mode.

    A folder that did not come along with the program is looked through first (`ta_v2a.presets.check`).

    Raises:
        UserError: the folder holds none of that role, or it cannot be loaded.
    """
    try:
        name = str(read_json_object(folder / CONFIG_FILE).get("_class_name") or "nothing")
        if name not in ALL_ROLES[role]:
            raise UserError(
                f"{folder} holds no {role}: its config.json names {name}, not {' or '.join(ALL_ROLES[role])}"
            )
        kind = component_class(name)
        if not folder.is_relative_to(WEIGHTS_FOLDER):
            check_component(folder, kind)
        return kind.from_pretrained(folder, torch_dtype=dtype)
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        raise UserError(one_line(error)) from None


def load_scheduler(folder: Path, name: str) -> Any:
    """The scheduler that a preset was saved with; diffusers is imported only for one that mini does not use.

    Raises:
        UserError: it cannot be read, or diffusers has no such scheduler.
    """
    config = read_json_object(folder / SCHEDULER_FILE, largest=inf)  # log-SNRs may be clipped at -inf
    quick = quick_scheduler(name, config)
    if quick is not None:
        return quick
    import diffusers

    kind = getattr(diffusers, name, None) if name.isidentifier() else None
    if not (inspect.isclass(kind) and issubclass(kind, diffusers.SchedulerMixin)):
        raise UserError(f"{folder}: {name} cannot be the scheduler")
    try:
        return kind.from_config(config)
    except Exception as error:  # a constructor may refuse wrong settings in any way
        raise UserError(f"{folder}: its settings are not those of a {name}: {one_line(error)}") from error


def load_parts(
    name_or_folder: str | PathLike, dtype: torch.dtype = torch.float32, **given: Any
) -> tuple[Parts, dict[str, Any]]:
    """The parts of a preset and its settings.

    Args:
        name_or_folder: "mini", or a folder that `FoleyPipeline.save_pretrained` or `ta-v2a pack` wrote.
        dtype: of the weights.
        given: parts to take instead of those in the folder.

    Raises:
        UserError: there is no such preset, a file differs from its checksum, or a part cannot be loaded.
    """
    folder = resolve(name_or_folder)
    index = read_index(folder)
    parts = dict(given)
    for role in ROLES:
        if role in parts or (role in OPTIONAL and index.get(role) in (None, [None, None])):
            continue
        parts[role] = load_component(folder / role, role, dtype)
    if "scheduler" not in parts:
        named = index.get("scheduler")
        name = named[1] if isinstance(named, list) and len(named) == 2 else None
        if not isinstance(name, str):
            raise UserError(f"{folder / INDEX_FILE} names no scheduler")
        parts["scheduler"] = load_scheduler(folder / "scheduler", name)
    try:
        settings = checked_settings(settings_in(index))
    except UserError as error:
        raise UserError(f"{folder / INDEX_FILE}: {error}") from None
    return Parts(**parts), settings


def load_video_parts(name_or_folder: str | PathLike, dtype: torch.dtype = torch.float32) -> dict[str, Any]:
    """The networks of `VIDEO_ROLES` that a preset holds.

    Raises:
        UserError: it holds none, or one cannot be loaded.
    """
    folder = resolve(name_or_folder)
    index = read_index(folder)
    held = [role for role in VIDEO_ROLES if index.get(role) not in (None, [None, None])]
    lacking = [role for role in VIDEO_ROLES if role not in held]
    if lacking and not (held == ["video_head"] and index["video_head"][1] in WHOLE_HEADS):
        raise UserError(
            f"the preset {str(name_or_folder)!r} makes sound only: it holds no {lacking[0]} "
            f"(ta-v2a pack --video-head and --video-autoencoder put them in)"
        )
    return {role: load_component(folder / role, role, dtype) for role in held}


def save_video_parts(folder: Path, parts: Mapping[str, Component]) -> None:
    """Writes networks of `VIDEO_ROLES` into the folder of a preset, and names them in its index."""
    path = folder / INDEX_FILE
    index = json.loads(path.read_text(encoding="utf-8"))
    for role in parts:
        parts[role].save_pretrained(folder / role)
        index[role] = [type(parts[role]).__module__, type(parts[role]).__name__]
    path.write_text(json.dumps(index, indent=2, sort_keys=True) + "\n", encoding="utf-8")
