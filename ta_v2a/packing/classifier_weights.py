"""Diff-Foley's two alignment classifiers, key by key: that of noisy latents, for guidance
(double_guidance_classifier.ckpt), and that of clean ones, for the Align metric (eval_classifier.ckpt).

Their files hold CompVis' names: `model.` is the encoder half of a UNet, `cond_model.` what the features of
the picture go through.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from cvalp.paper.published import Conversion, state_of
from ldm.classifiers.alignment_unet import AlignmentUNet
from ta_v2a.errors import UserError
from ta_v2a.presets.checkpoint import read_checkpoint

PUBLISHED_CLASSIFIERS: dict[str, tuple[str, str | None]] = {
    "diff-foley-guidance": (
        "Diff-Foley's classifier for guidance (double_guidance_classifier.ckpt)",
        "epsilon",
    ),
    "diff-foley-align": ("Diff-Foley's classifier of the Align metric (eval_classifier.ckpt)", None),
}
"""By kind: what it is, and the process whose latents it reads (None: clean ones)."""

LEFT_OUT: Mapping[str, str] = {
    **dict.fromkeys(
        ("betas", "alphas_cumprod", "sqrt_", "log_one_minus_", "posterior_", "lvlb_weights"),
        "noise levels, which are computed from the betas",
    ),
    "scale_factor": "a setting of the autoencoder",
    "first_stage_model.": "the autoencoder, Stable Diffusion's own",
}
"""How names begin that are not used, and why."""

_RESNET = {
    "in_layers.0": "norm1",
    "in_layers.2": "conv1",
    "emb_layers.1": "time_emb_proj",
    "out_layers.0": "norm2",
    "out_layers.3": "conv2",
    "skip_connection": "conv_shortcut",
}
_ENDS = {
    "model.time_embed.0": "time_embedding.linear_1",
    "model.time_embed.2": "time_embedding.linear_2",
    "model.input_blocks.0.0": "conv_in",
    "model.out.0": "norm_out",
    "model.out.2": "conv_out",
    "model.classifier": "head",
    "cond_model.embedder.0": "video_in",
    "cond_model.pos_emb": "positions",
}


def classifier_names(names: list[str], network: AlignmentUNet) -> dict[str, str]:
    """Our name for each of a file's names that is used."""
    prefixes = dict(_ENDS)
    config = network.config
    levels, layers = len(config.block_out_channels), config.layers_per_block
    place = 1
    for level in range(levels):
        for layer in range(layers):
            inside = f"down_blocks.{level}"
            prefixes |= _block(f"model.input_blocks.{place}.0", f"{inside}.resnets.{layer}")
            prefixes[f"model.input_blocks.{place}.1"] = f"{inside}.attentions.{layer}"
            place += 1
        prefixes[f"model.input_blocks.{place}.0.op"] = f"down_blocks.{level}.downsamplers.0.conv"
        place += 1
    for place, inside in enumerate(("resnets.0", None, "resnets.1")):
        if inside is None:
            prefixes[f"model.middle_block.{place}"] = "mid_block.attentions.0"
        else:
            prefixes |= _block(f"model.middle_block.{place}", f"mid_block.{inside}")
    found = {}
    for name in names:
        prefix = next((each for each in _beginnings(name) if each in prefixes), None)
        if prefix is not None:
            found[name] = prefixes[prefix] + name.removeprefix(prefix)
    return found


def _block(theirs: str, ours: str) -> dict[str, str]:
    return {f"{theirs}.{name}": f"{ours}.{own}" for name, own in _RESNET.items()}


def _beginnings(name: str) -> list[str]:
    """All its beginnings up to a dot, the longest first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)]


def convert_classifier(kind: str, state: dict[str, Tensor]) -> tuple[Conversion, AlignmentUNet]:
    """A state dict in the names of our network, which stands beside it without weights, with an account of
    every key."""
    _, process = PUBLISHED_CLASSIFIERS[kind]
    with torch.device("meta"):
        network = AlignmentUNet(process=process)
    expected, names = network.state_dict(), classifier_names(list(state), network)
    done = Conversion(kind, settings={"process": process})
    for name, value in state.items():
        ours = names.get(name)
        if ours not in expected:
            done.unused.append(name)
        elif value.shape != expected[ours].shape:
            done.misshapen.append(f"{name}: {tuple(value.shape)} instead of {tuple(expected[ours].shape)}")
        else:
            done.used.append(name)
            done.weights[ours] = value.detach().clone().contiguous()
    wrong = {names.get(line.split(":")[0]) for line in done.misshapen}
    done.missing = sorted(expected.keys() - done.weights.keys() - wrong)
    return done, network


def read_classifier(kind: str, file: Path) -> tuple[Conversion, AlignmentUNet]:
    """A published file, likewise.

    Raises:
        UserError: the file cannot be read, or holds a key that belongs to no part of a classifier's file.
    """
    try:
        state = state_of(read_checkpoint(file))
    except ValueError as error:
        raise UserError(f"{file} {error}") from None
    done, network = convert_classifier(kind, state)
    unknown = [name for name in done.unused if not name.startswith(tuple(LEFT_OUT))]
    if unknown:
        raise UserError(
            f"{file} is not {PUBLISHED_CLASSIFIERS[kind][0]}: {len(unknown)} keys are unknown, the first "
            f"{unknown[0]}"
        )
    return done, network


def filled(network: AlignmentUNet, done: Conversion) -> Any:
    """The network with the weights of a complete conversion, in evaluation mode."""
    network = network.to_empty(device="cpu")
    network.load_state_dict(done.weights)
    return network.eval()
