"""Mini's networks with trained weights: of a training's checkpoint, or of a preset's folder."""

from pathlib import Path
from typing import TypeVar

import torch

from cvalp.mini.model import CVALP
from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from ta_v2a.errors import UserError, one_line
from ta_v2a.presets.check import check_component
from ta_v2a.presets.checkpoint import read_checkpoint
from ta_v2a.system.user_files import is_file, is_folder
from vocoders.component import Component

Network = TypeVar("Network", bound=Component)

# network -> prefix of its weights in the trainer's checkpoint
PREFIXES = {"cvalp": "model.", "autoencoder": "network."}


def trained(network: Network, checkpoint: str | Path, prefix: str) -> Network:
    """Loads the part of a Lightning checkpoint below `prefix` into `network` (strictly) and
    returns it in evaluation mode.

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
    weights = {
        key[len(prefix) :]: value
        for key, value in state.items()
        if isinstance(key, str) and key.startswith(prefix)
    }
    try:
        network.load_state_dict(weights)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise UserError(f"{path} holds another network than mini's: {str(error).splitlines()[0]}") from error
    if not all(
        bool(value.isfinite().all()) for value in network.state_dict().values() if value.is_floating_point()
    ):
        raise UserError(f"{path} holds NaN or infinite weights")
    return network.eval()


def _loaded(network: Network, source: str | Path, prefix: str) -> Network:
    """A network of its own, so that nothing of the folder (its path) travels on with the weights."""
    if not is_folder(source):
        return trained(network, source, prefix)
    check_component(Path(source), type(network))
    network.load_state_dict(type(network).from_pretrained(source, torch_dtype=torch.float32).state_dict())
    return network.eval()


def mini_cvalp(source: str | Path, tokenizer_file: str | Path) -> CVALP:
    """CVALP at mini size with trained weights, float32: of a Lightning checkpoint, or of the
    folder `cvalp` of a preset."""
    try:
        network = CVALP(str(tokenizer_file))
    except (ValueError, OSError) as error:
        raise UserError(one_line(error)) from error
    return _loaded(network, source, PREFIXES["cvalp"])


def mini_autoencoder(source: str | Path) -> MelAutoencoder:
    """The mel autoencoder at mini size, likewise (folder `autoencoder`)."""
    return _loaded(MelAutoencoder(), source, PREFIXES["autoencoder"])


def weights_file(source: str | Path) -> Path:
    """The file that holds the weights of a Lightning checkpoint or of a preset's component."""
    return Path(source) / "diffusion_pytorch_model.safetensors" if Path(source).is_dir() else Path(source)
