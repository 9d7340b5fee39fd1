"""Trained encoders of either size, by their folder."""

from pathlib import Path

from cvalp.role import Encoders
from vocoders.component import class_name


def load(folder: str | Path) -> Encoders:
    """What `save_pretrained` of one of the two wrote, float32, in evaluation mode; only what it needs is imported.

    Raises:
        ValueError: the folder holds neither.
    """
    name = class_name(folder) if (Path(folder) / "config.json").is_file() else ""
    if name == "CVALP":
        from cvalp.model import CVALP

        return CVALP.from_pretrained(folder)
    if name == "PaperCVALP":
        from cvalp.paper import PaperCVALP

        return PaperCVALP.from_pretrained(folder)
    raise ValueError(f"{folder} holds no CVALP (its config.json names {name or 'nothing'})")
