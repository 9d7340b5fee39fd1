"""Networks with random weights, saved as the trainers save theirs."""

from pathlib import Path

import torch

TOKENIZER_FILE = Path(__file__).parents[1] / "ta_v2a" / "weights" / "mini" / "cvalp" / "spiece.model"


def save(network: torch.nn.Module, prefix: str, path: Path) -> Path:
    """A Lightning checkpoint's `state_dict`, the network below `prefix`, with something else beside it."""
    state = {prefix + name: value for name, value in network.state_dict().items()}
    torch.save({"state_dict": {**state, "other.weight": torch.zeros(1)}, "epoch": 3}, path)
    return path


def cvalp_checkpoint(folder: Path) -> Path:
    """CVALP at mini size."""
    from cvalp.mini.model import CVALP

    torch.manual_seed(0)
    return save(CVALP(str(TOKENIZER_FILE)), "model.", folder / "cvalp.ckpt")


def vae_checkpoint(folder: Path) -> Path:
    """The mel autoencoder at mini size."""
    from ldm.autoencoders.mel_autoencoder import MelAutoencoder

    torch.manual_seed(0)
    return save(MelAutoencoder(), "network.", folder / "vae.ckpt")
