"""The encoders of a preset or of a folder, and a clip as they read it."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.engine.parts import load_component
from ta_v2a.engine.pictures import clip_blocks
from ta_v2a.media.reading.probe import Clip
from ta_v2a.presets.resolve import resolve
from ta_v2a.system.user_files import is_file

if TYPE_CHECKING:
    import torch

_WINDOW_S = 8.192


def cvalp_folder(name_or_folder: str | Path) -> Path:
    """The folder of a CVALP: the one given, or that of a preset.

    Raises:
        UserError: there is none.
    """
    given = Path(name_or_folder)
    if is_file(given / "config.json") and not is_file(given / "model_index.json"):
        return given
    return resolve(name_or_folder) / "cvalp"


def load_encoders(name_or_folder: str | Path) -> Any:
    """A `CVALP` or `PaperCVALP` in evaluation mode.

    Raises:
        UserError: there is none.
    """
    return load_component(cvalp_folder(name_or_folder), "cvalp")


def clip_pictures(video: Clip | np.ndarray, cvalp: Any) -> Iterator[np.ndarray]:
    """All pictures of a clip at the model's clock, in blocks of about 8 s, uint8; `video` may be these pictures themselves."""
    block = max(2, round(_WINDOW_S * cvalp.clock.fps))
    if isinstance(video, np.ndarray):
        yield from (video[start : start + block] for start in range(0, len(video), block))
    else:
        yield from clip_blocks(video, cvalp.clock.lasting(video.duration_s), cvalp.wants_colour, block)


def picture_vector(video: Clip | np.ndarray, cvalp: Any, longest_s: float | None = None) -> "torch.Tensor":
    """(C,) E_v of a whole clip, or of its beginning of about `longest_s`: the mean over its tokens, L2-normalised.

    Args:
        video: the clip, or its pictures at the model's clock, uint8.
    """
    import torch

    from cvalp.features import as_input

    blocks = clip_pictures(video, cvalp)
    blocks = islice(blocks, None if longest_s is None else max(1, round(longest_s / _WINDOW_S)))
    device = next(cvalp.parameters()).device
    with torch.inference_mode():
        tokens = [cvalp.encode_video(as_input(torch.from_numpy(block)[None].to(device)))[0] for block in blocks]
        return torch.nn.functional.normalize(torch.cat(tokens)[:, : cvalp.text_width].mean(0), dim=-1)
