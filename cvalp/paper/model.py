"""CVALP at paper size: SlowOnly, PANNs Cnn14 and Flan-T5 in one space (TA-V2A sections II-A and III-A/B)."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.paper.cnn14 import WIDTHS, Cnn14Tower, SoundInput
from cvalp.paper.flan_t5 import FlanT5Tower
from cvalp.paper.slow_only import Normalize, SlowOnlyTower
from cvalp.temperatures import bounded_scales, keep_in_bounds, loaded_in_bounds
from vocoders.clock import AUDIOLDM, PAPER, ClipSpec
from vocoders.component import Component, configured

TOKENIZER_FOLDER = "tokenizer"
CLOCKS = {"paper": PAPER, "audioldm": AUDIOLDM}


class PaperCVALP(Component):
    """The role and the interface of `CVALP`, with the networks of the paper. A clip of
    8.192 s is T = 32 tokens of C = 512.

    Args:
        tokenizer: folder or file of the text tower's vocabulary
            (`cvalp.paper.flan_t5.read_tokenizer`); saved beside the weights.
        dim: C.
        sound: "mel128", "panns16k" or "panns32k", see `Cnn14Tower`.
        normalize: see `SlowOnlyTower`.
        text_size: "small", "base" or "large" of Flan-T5, or T5Config's keywords.
        unfrozen_text_layers: top layers of the text encoder that learn.
        fc1_twice: as the released `cavp` has it, see `Cnn14Tower`.
        audio_widths, video_stem: sizes of the towers; the defaults are the published ones.
        timing: "paper" sees a picture every 0.256 s, "audioldm" every 0.24 s, as a model on AudioLDM's mel
            needs it; the weights are the same.

    Raises:
        ValueError: an unknown timing.
    """

    @configured
    def __init__(
        self,
        tokenizer: str,
        dim: int = 512,
        sound: SoundInput = "mel128",
        normalize: Normalize = "pytorchvideo",
        text_size: str | dict[str, Any] = "base",
        unfrozen_text_layers: int = 0,
        fc1_twice: bool = False,
        audio_widths: Sequence[int] = WIDTHS,
        video_stem: int = 64,
        timing: str = "paper",
    ):
        super().__init__()
        if timing not in CLOCKS:
            raise ValueError(f"timing is {' or '.join(CLOCKS)}, not {timing!r}")
        self.video = SlowOnlyTower(video_stem, normalize)
        self.audio = Cnn14Tower(sound, tuple(audio_widths), fc1_twice)
        self.text = FlanT5Tower(tokenizer, text_size, unfrozen_text_layers)
        self.video_head, self.audio_head = nn.Linear(self.video.width, dim), nn.Linear(self.audio.width, dim)
        self.text_head = nn.Linear(self.text.width, dim)
        # temperatures of their own for audio-text, audio-video and time: ln(1/0.07) as in CLIP and Diff-Foley
        self.log_scale = nn.Parameter(torch.full((3,), math.log(1 / 0.07)))
        self.register_load_state_dict_post_hook(loaded_in_bounds)

    @classmethod
    def tiny(cls, tokenizer: str, **changes: Any) -> "PaperCVALP":
        """The same classes, as small as they go: for tests and dry runs, on pictures of 32 x 32 and more."""
        text = {"d_model": 16, "d_ff": 32, "d_kv": 8, "num_layers": 2, "num_heads": 2, "vocab_size": 4096}
        sizes = {"dim": 16, "text_size": text, "audio_widths": (4, 4, 8, 8, 8, 16), "video_stem": 2}
        return cls(tokenizer, **(sizes | changes))

    wants_colour = True

    @property
    def clock(self) -> ClipSpec:
        """The clock of what it reads: 32 pictures of 224 x 224 in colour a window."""
        return CLOCKS[self.config.timing]

    def onsets(self, features: Float[Tensor, "batch tokens width"]) -> None:
        """Features of four pictures a second do not say when something begins."""

    def held(self, features: Float[Tensor, "batch tokens width"]) -> None:
        """They do not say what goes on."""

    def with_onsets(self, features: Float[Tensor, "batch tokens width"], times_s: Sequence[float]) -> None:
        """They have no place for onsets."""

    @property
    def video_width(self) -> int:
        """Width of `encode_video`."""
        return self.config.dim

    @property
    def text_width(self) -> int:
        return self.config.dim

    def scales(self) -> Float[Tensor, "3"]:
        """1 / tau of audio-text, audio-video and temporal pairs, clamped to at most 100."""
        return bounded_scales(self.log_scale)

    def encode_video(
        self, frames: Float[Tensor, "batch pictures 3 h w"]
    ) -> Float[Tensor, "batch pictures width"]:
        """E_v^T of RGB pictures in [0, 1], one every 0.256 s: L2-normalised per token."""
        return F.normalize(self.video_head(self.video(frames)), dim=-1)

    def encode_audio(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch tokens dim"]:
        """E_a^T of the log-mel that `sound` names, L2-normalised per token: (B, 128, 512) in [0, 1] or
        (B, 64, 820) in dB are 32 tokens."""
        return F.normalize(self.audio_head(self.audio(mel)), dim=-1)

    def encode_text(self, texts: list[str]) -> Float[Tensor, "batch dim"]:
        """E_l: L2-normalised, one row a text; an empty text is a text like any other."""
        return F.normalize(self.text_head(self.text(texts)), dim=-1)

    def encode_words(
        self, texts: list[str], count: int
    ) -> tuple[Float[Tensor, "batch vectors dim"], Bool[Tensor, "batch vectors"]]:
        """E_l, then a vector for each of the first `count` tokens of a text in the same space (E_l is the
        mean over all of them, normalised), zero and False where there are no more."""
        states, there = self.text.words(texts, count)
        vectors = self.text_head(states) * there[..., None]
        whole = self.encode_text(texts)[:, None]
        return torch.cat([whole, vectors], 1), torch.cat([torch.ones_like(there[:, :1]), there], 1)

    def was_cut(self, text: str) -> bool:
        """Whether `encode_text` reads only the beginning of a text."""
        return len(self.text.tokenizer(text)["input_ids"]) > self.text.max_tokens

    @classmethod
    def from_pretrained(
        cls,
        folder: str | os.PathLike,
        subfolder: str = "",
        torch_dtype: torch.dtype = torch.float32,
        **changes: Any,
    ) -> "PaperCVALP":
        """Reads a folder written by `save_pretrained`; the tokenizer is the one beside the weights."""
        tokenizer = str(Path(folder) / subfolder / TOKENIZER_FOLDER)
        model = super().from_pretrained(folder, subfolder, torch_dtype, **{"tokenizer": tokenizer, **changes})
        keep_in_bounds(model.log_scale)
        return model

    def save_pretrained(self, folder, safe_serialization: bool = True) -> None:
        self.register_to_config(tokenizer=TOKENIZER_FOLDER)  # beside the weights, wherever they go
        super().save_pretrained(folder, safe_serialization)
        self.text.tokenizer.save_pretrained(Path(folder) / TOKENIZER_FOLDER)
