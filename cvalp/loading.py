"""Trained encoders of either size, by their folder."""

import json
from pathlib import Path

import torch
from torch import Tensor

from cvalp.model import CVALP
from cvalp.paper import PaperCVALP

SIZES: dict[str, type[CVALP] | type[PaperCVALP]] = {"CVALP": CVALP, "PaperCVALP": PaperCVALP}


def load(folder: str | Path) -> CVALP | PaperCVALP:
    """What `save_pretrained` of one of the two wrote, float32, in evaluation mode.

    Raises:
        ValueError: the folder holds neither.
    """
    config = Path(folder) / "config.json"
    name = json.loads(config.read_text()).get("_class_name") if config.is_file() else None
    if name not in SIZES:
        raise ValueError(f"{folder} holds no CVALP (its config.json names {name or 'nothing'})")
    return SIZES[name].from_pretrained(folder, torch_dtype=torch.float32).eval()


def as_input(frames: Tensor) -> Tensor:
    """uint8 pictures (B, N, H, W) or (B, N, H, W, 3) to what `encode_video` takes: (B, N, H, W) luma or (B, N, 3, H, W) RGB in [0, 1]."""
    return (frames.movedim(-1, 2) if frames.ndim == 5 else frames).float() / 255
