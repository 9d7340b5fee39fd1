"""From training checkpoints to a preset folder: half-precision safetensors, checksums, one pipeline. And back, to train on."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from .engine.parts import load_component
from .errors import UserError, one_line
from .preset_check import check_component
from .presets import WEIGHTS_FOLDER
from .user_files import is_file, is_folder, whole_folder
from .weights_import import read_checkpoint

TOKENIZER = WEIGHTS_FOLDER / "mini" / "cvalp" / "spiece.model"
"""The vocabulary that comes along, wherever the program is run."""

# network -> prefix of its weights in the trainer's checkpoint; the diffusion model ships its moving average
PREFIXES = {"cvalp": "model.", "autoencoder": "network.", "denoiser": "ema.network."}

STEP_SHIFT = 6.0
"""The sampler spaces its steps as the times of training (`ldm.process.Flow.times`)."""


DEFAULTS = {"video_scale": 4.0, "text_scale": 9.0, "text_scale_until": 0.88, "align_scale": 1.0, "lag_s": 0.032, "caption_share": 0.42}
"""Of a pipeline call, chosen by `benchmarks/guidance_grid.py` for weights trained by the configurations of this repository; the lag is that
of sound behind its picture on film; a picture's label of that share is right on about 3 of 4 stage clips (docs/experiments.md)."""


def trained(network: nn.Module, checkpoint: str | Path, prefix: str) -> nn.Module:
    """Loads the part of a Lightning checkpoint below `prefix` into `network` (strictly) and returns it in evaluation mode.

    Raises:
        UserError: if the file is missing or holds another network.
    """
    path = Path(checkpoint)
    if not is_file(path):
        raise UserError(f"no such checkpoint: {path}")
    content = read_checkpoint(path)
    state = content.get("state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict):
        raise UserError(f"{path} is no checkpoint of a training: it has no state_dict")
    weights = {key[len(prefix) :]: value for key, value in state.items() if isinstance(key, str) and key.startswith(prefix)}
    try:
        network.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise UserError(f"{path} holds another network than mini's: {str(error).splitlines()[0]}") from error
    if not all(bool(value.isfinite().all()) for value in network.state_dict().values() if value.is_floating_point()):
        raise UserError(f"{path} holds NaN or infinite weights")
    return network.eval()


def _loaded(network: nn.Module, source: str | Path, prefix: str) -> nn.Module:
    """A network of its own, so that nothing of the folder (its path) travels on with the weights."""
    if not is_folder(source):
        return trained(network, source, prefix)
    check_component(Path(source), type(network))
    network.load_state_dict(type(network).from_pretrained(source, torch_dtype=torch.float32).state_dict())
    return network.eval()


def mini_cvalp(source: str | Path, tokenizer_file: str | Path) -> nn.Module:
    """CVALP at mini size with trained weights, float32: of a Lightning checkpoint, or of the folder `cvalp` of a preset."""
    from cvalp.model import CVALP

    try:
        network = CVALP(str(tokenizer_file))
    except (ValueError, OSError) as error:
        raise UserError(one_line(error)) from error
    return _loaded(network, source, PREFIXES["cvalp"])


def mini_autoencoder(source: str | Path) -> nn.Module:
    """The mel autoencoder at mini size, likewise (folder `autoencoder`)."""
    from ldm.autoencoders.mel_autoencoder import MelAutoencoder

    return _loaded(MelAutoencoder(), source, PREFIXES["autoencoder"])


def weights_file(source: str | Path) -> Path:
    """The file that holds the weights of a Lightning checkpoint or of a preset's component."""
    return Path(source) / "diffusion_pytorch_model.safetensors" if Path(source).is_dir() else Path(source)


def saved_vocoder(folder: str | Path) -> nn.Module:
    """The vocoder that `save_pretrained` wrote to a folder, whichever it is, float32.

    Raises:
        UserError: if there is none in the folder.
    """
    return _unnamed(load_component(Path(folder), "vocoder"))


def saved_bandwidth(folder: str | Path) -> nn.Module:
    """The bandwidth extension that `save_pretrained` wrote to a folder, float32."""
    return _unnamed(load_component(Path(folder), "bandwidth"))


def _unnamed(component: Any) -> Any:
    """A new one with the same weights: nothing of the folder (its path) travels on."""
    fresh = type(component)(**{name: value for name, value in component.config.items() if not name.startswith("_")})
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
    **defaults: float | int | str,
) -> Path:
    """Writes the preset folder of three checkpoints, a vocoder and, where given, a bandwidth extension; returns it.

    Args:
        cvalp, vae, ldm: Lightning checkpoints of the three trainings.
        tokenizer_file: the sentencepiece model the text tower was trained with; None: the bundled one.
        out: folder of the pipeline, made if needed; a model card in it is left alone.
        vocoder, bandwidth: folders that their trainings exported; None: Griffin-Lim, and no extension.
        defaults: of a pipeline call (`num_inference_steps`, `video_scale`, ...) in place of `DEFAULTS`, kept in model_index.json.

    Raises:
        UserError: a part is missing or another's, or the folder cannot be written; then it is as it was.
    """
    from diffusers import FlowMatchEulerDiscreteScheduler

    from ldm.denoisers.audio_transformer import AudioTransformer
    from vocoders.griffin_lim import GriffinLim

    from .pipelines.foley import FoleyPipeline
    from .presets import write_checksums

    if is_file(out):
        raise UserError(f"{out} is no folder")
    tokenizer_file = TOKENIZER if tokenizer_file is None else tokenizer_file
    pipeline = FoleyPipeline(
        cvalp=mini_cvalp(cvalp, tokenizer_file),
        autoencoder=mini_autoencoder(vae),
        denoiser=trained(AudioTransformer(), ldm, PREFIXES["denoiser"]),
        vocoder=GriffinLim() if vocoder is None else saved_vocoder(vocoder),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=STEP_SHIFT),
        bandwidth=None if bandwidth is None else saved_bandwidth(bandwidth),
        **DEFAULTS | defaults,
    )
    pipeline.to(dtype=torch.float16)
    with whole_folder(Path(out)) as part:
        pipeline.save_pretrained(part, safe_serialization=True)
    write_checksums(Path(out))
    return Path(out)
