"""Published checkpoints of the diffusion model's parts, key by key: Stable Diffusion 1 (CompVis' and
diffusers' layouts), Diff-Foley's latent diffusion, AudioLDM's VAE and HiFi-GAN.

Where a file has CompVis' names, diffusers' own conversion says what they are called there. It is run on
empty tensors of the file's shapes, so that afterwards every name of the file is known to be used or not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cvalp.paper.published import Conversion, state_of
from ldm.autoencoders.picture_vae import PictureVae
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.denoisers.audio_unet import AudioUNet
from ldm.process import Epsilon
from ta_v2a.errors import UserError
from ta_v2a.presets.check import CONFIG_FILE, read_json_object
from ta_v2a.presets.checkpoint import read_checkpoint
from ta_v2a.system.user_files import is_file
from vocoders.component import Component
from vocoders.hifi_gan import HifiGan

UNET, VAE, CONDITION = "model.diffusion_model.", "first_stage_model.", "cond_stage_model."
"""How names begin in CompVis' files."""
AUDIOLDM_VOCODER = f"{VAE}vocoder."
WEIGHT_FILES = (
    "diffusion_pytorch_model.safetensors",
    "diffusion_pytorch_model.bin",
    "model.safetensors",
    "pytorch_model.bin",
)

_SCHEDULE = dict.fromkeys(
    ("betas", "alphas_cumprod", "sqrt_", "log_one_minus_", "posterior_", "lvlb_weights", "logvar"),
    "noise levels, which are computed from the betas",
)
_AVERAGE = {"model_ema.": "a moving average; the weights themselves are taken"}
_LOSS = {
    f"{VAE}loss.": "of the autoencoder's training",
    "loss.": "of the autoencoder's training",
}
_OTHER_PARTS = {
    UNET: "the UNet: a kind of its own",
    AUDIOLDM_VOCODER: "the vocoder: import audioldm-hifigan",
    VAE: "the autoencoder: import sd-vae or audioldm-vae",
    CONDITION: "another model's condition encoder",
    "clap.": "another model's condition encoder",
    "scale_factor": "a setting, which is read",
}
_OLD_ATTENTION = {".query.": ".to_q.", ".key.": ".to_k.", ".value.": ".to_v.", ".proj_attn.": ".to_out.0."}
"""Of diffusers' first autoencoders, as the hub still has them."""


@dataclass(frozen=True)
class PublishedPart:
    """One kind of file.

    Attributes:
        what: it is.
        folder: of this part in a diffusers pipeline.
        build: our network for it, without weights on the meta device.
        names: of a file's names and shapes, and our network: our name for each that is used.
        left_out: how names begin that are not used, and why.
        whole: whether the file holds every weight of our network; of Stable Diffusion's UNet only those
            below "unet." come, what mixes the conditions is learnt.
    """

    what: str
    folder: str
    build: Callable[[], Component]
    names: Callable[[Mapping[str, torch.Size], Any], dict[str, str]]
    left_out: Mapping[str, str]
    whole: bool = True


def _converted(
    convert: Callable[..., Mapping[str, Tensor | None]], shapes: Mapping[str, torch.Size], config: Any
) -> dict[str, str]:
    """diffusers' name for each name of a CompVis file that its conversion uses."""
    marks = {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    whose = {mark.untyped_storage()._cdata: name for name, mark in marks.items()}
    try:
        done = convert(marks, config)
    except KeyError as error:  # a bias without which the conversion does not go on
        raise UserError(f"lacks {error.args[0]}") from None
    return {whose[new.untyped_storage()._cdata]: name for name, new in done.items() if new is not None}


def _unet_names(shapes: Mapping[str, torch.Size], network: Any) -> dict[str, str]:
    from diffusers.loaders.single_file_utils import convert_ldm_unet_checkpoint

    if any(name.startswith(UNET) for name in shapes):
        ours = {name: shape for name, shape in shapes.items() if name.startswith(UNET)}
        theirs = _converted(convert_ldm_unet_checkpoint, ours, dict(network.unet.config))
    else:
        theirs = {name: name for name in shapes}
    return {name: f"unet.{new}" for name, new in theirs.items()}


def _diff_foley_names(shapes: Mapping[str, torch.Size], network: Any) -> dict[str, str]:
    """Its condition encoder is a projection of the video's features and a table of positions."""
    return _unet_names(shapes, network) | {
        f"{CONDITION}embedder.0.weight": "mixer.project_video.weight",
        f"{CONDITION}embedder.0.bias": "mixer.project_video.bias",
        f"{CONDITION}pos_emb.weight": "mixer.position_rows",
    }


def _vae_names(shapes: Mapping[str, torch.Size], network: Any) -> dict[str, str]:
    from diffusers.loaders.single_file_utils import convert_ldm_vae_checkpoint

    if any("encoder.down.0." in name for name in shapes):
        parts = ("encoder.", "decoder.", "quant_conv.", "post_quant_conv.")
        ours = {n: s for n, s in shapes.items() if n.removeprefix(VAE).startswith(parts)}
        theirs = _converted(convert_ldm_vae_checkpoint, ours, dict(network.vae.config))
    else:
        theirs = {name: name for name in shapes}
        for old, new in _OLD_ATTENTION.items():
            theirs = {name: found.replace(old, new) for name, found in theirs.items()}
    return {name: f"vae.{new}" for name, new in theirs.items()}


def _vocoder_names(shapes: Mapping[str, torch.Size], network: Any) -> dict[str, str]:
    """transformers' names, or those in a file of AudioLDM's own, which calls `upsampler` `ups`."""
    inside = {name: name.removeprefix(AUDIOLDM_VOCODER) for name in shapes}
    if any(name.startswith(AUDIOLDM_VOCODER) for name in shapes):
        inside = {name: short for name, short in inside.items() if short != name}
    return {
        name: f"network.upsampler.{short[4:]}" if short.startswith("ups.") else f"network.{short}"
        for name, short in inside.items()
    }


def audioldm_hifi_gan() -> HifiGan:
    """AudioLDM's vocoder, 55 M parameters: 64 bands, hop 160, natural logarithms."""
    return HifiGan(
        hop_samples=160,
        mel_bins=64,
        upsample_rates=(5, 4, 2, 2, 2),
        upsample_kernel_sizes=(16, 16, 8, 4, 4),
        upsample_initial_channel=1024,
        input_scale="natural_log",
        network_scale="natural_log",
    )


def _left_out(*own: str) -> dict[str, str]:
    """All of a file but the parts that begin with `own`, of which every name must be known."""
    beside = {**_SCHEDULE, **_AVERAGE, **_LOSS, **_OTHER_PARTS}
    return {begins: why for begins, why in beside.items() if begins not in own}


DIFFUSION_PARTS: dict[str, PublishedPart] = {
    "sd-unet": PublishedPart(
        "the UNet of Stable Diffusion 1",
        "unet",
        lambda: AudioUNet(),
        _unet_names,
        _left_out(UNET),
        whole=False,
    ),
    "sd-vae": PublishedPart(
        "the autoencoder of Stable Diffusion 1", "vae", lambda: SpectrogramVae(), _vae_names, _left_out(VAE)
    ),
    "sd-picture-vae": PublishedPart(
        "the autoencoder of Stable Diffusion 1", "vae", lambda: PictureVae(), _vae_names, _left_out(VAE)
    ),
    "diff-foley": PublishedPart(
        "Diff-Foley's latent diffusion (ldm_epoch240.ckpt)",
        "unet",
        lambda: AudioUNet(mixing="video", positions="learned"),
        _diff_foley_names,
        _left_out(UNET, CONDITION),
    ),
    "audioldm-vae": PublishedPart(
        "AudioLDM's autoencoder", "vae", lambda: SpectrogramVae.audioldm(), _vae_names, _left_out(VAE)
    ),
    "audioldm-hifigan": PublishedPart(
        "AudioLDM's HiFi-GAN", "vocoder", audioldm_hifi_gan, _vocoder_names, _left_out(AUDIOLDM_VOCODER)
    ),
}


def part_file(source: Path, folder: str) -> Path:
    """The weights: the file itself, or those of a part in a folder of diffusers or transformers.

    Raises:
        UserError: there are none.
    """
    if is_file(source):
        return source
    found = [place / name for place in (source / folder, source) for name in WEIGHT_FILES]
    chosen = next((file for file in found if is_file(file)), None)
    if chosen is None:
        raise UserError(f"no such file: {source}, nor a folder with {folder}/{WEIGHT_FILES[0]}")
    return chosen


def read_diffusion_part(kind: str, file: Path) -> tuple[Conversion, Component]:
    """A published file in the names of our network, which stands beside it without weights.

    Raises:
        UserError: the file cannot be read.
    """
    try:
        state = state_of(read_checkpoint(file))
    except ValueError as error:
        raise UserError(f"{file} {error}") from None
    return convert_diffusion_part(kind, state, file)


def convert_diffusion_part(kind: str, state: dict[str, Tensor], file: Path) -> tuple[Conversion, Component]:
    """The same of a state dict that was read from `file`; its tensors are taken out of it.

    Raises:
        UserError: it lacks what nothing can be read without.
    """
    part, settings = DIFFUSION_PARTS[kind], {name: state.get(name) for name in ("betas", "scale_factor")}
    with torch.device("meta"):
        network = part.build()
    expected = network.state_dict()
    if not part.whole:
        expected = {name: value for name, value in expected.items() if name.startswith("unet.")}
    try:
        names = part.names({name: value.shape for name, value in state.items()}, network)
    except UserError as error:
        raise UserError(f"{file} is not {part.what}: it {error}") from None
    done = Conversion(kind)
    for name in list(state):  # one by one out of the dict: two copies of a large model are too much
        value, ours = state.pop(name), names.get(name)
        wanted = expected[ours].ndim if ours in expected else value.ndim
        # attention was a convolution of one pixel in CompVis' autoencoder
        flat = value[:, :, 0, 0] if wanted == 2 and value.shape[2:] == (1, 1) else value
        done.take(name, flat, ours, expected)
    _complete(kind, done, expected)
    done.explain(part.left_out)
    wrong = {names.get(line.split(":")[0]) for line in done.misshapen}
    done.missing = sorted(expected.keys() - done.weights.keys() - wrong)
    _settle(kind, done, settings, file, network)
    return done, network


def _complete(kind: str, done: Conversion, expected: Mapping[str, Tensor]) -> None:
    """What a published network has by its kind and not as a weight."""
    if kind == "diff-foley":  # nulls are zeros, and features are taken as they are
        for name, value in expected.items():
            if name.startswith("mixer.") and name.endswith(("null_video", "_mean", "_std")):
                done.weights[name] = torch.full(value.shape, float(name.endswith("_std")))
    if kind == "audioldm-hifigan":  # AudioLDM's own file leaves out a normalisation that does nothing
        for name, fill in (("network.mean", 0.0), ("network.scale", 1.0)):
            done.weights.setdefault(name, torch.full(expected[name].shape, fill))


def _settle(
    kind: str, done: Conversion, said: Mapping[str, Tensor | None], file: Path, network: Component
) -> None:
    """Settings that the file or the config.json beside it says."""
    if kind == "audioldm-vae":
        scale: Any = said["scale_factor"]
        if scale is None and is_file(file.parent / CONFIG_FILE):
            scale = read_json_object(file.parent / CONFIG_FILE).get("scaling_factor")
        if scale is None or not 0 < float(scale) < 100:
            raise UserError(
                f"{file}: neither the file nor a config.json beside it says scaling_factor, in which "
                "AudioLDM's autoencoders differ"
            )
        network.register_to_config(scaling_factor=float(scale))
        done.settings["scaling_factor"] = float(scale)
    betas = said["betas"]
    if kind in ("sd-unet", "diff-foley") and betas is not None:
        process = Epsilon()
        root = torch.linspace(process.start**0.5, process.end**0.5, process.steps)
        if betas.shape != root.shape or not torch.allclose(betas.float(), root.square(), rtol=1e-3):
            done.misshapen.append("betas: others than those of Stable Diffusion 1")
