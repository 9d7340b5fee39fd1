"""CVALP: video, audio and text in one space (TA-V2A section II-A)."""

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.mini.audio_tower import AudioTower
from cvalp.mini.hits import hit_activity, moments, seen_hits
from cvalp.mini.text_tower import TextTower
from cvalp.mini.video_tower import VideoTower
from cvalp.temperatures import bounded_scales, keep_in_bounds, loaded_in_bounds
from vocoders.clock import MINI, ClipSpec
from vocoders.component import Component, configured

ACTIVITY = 8
LOUDNESS_CHANNELS = 2
"""The last channels of activity: loudness of what goes on, loudness of all."""
LEAST_GOING, STEADY, HELD_AT = 0.15, 0.5, 0.8
"""Channels that say in plain terms what moves: 4 onset probabilities (16 ms each), 1
broad onset (about 130 ms wide), event intensity, loudness of continuous sources, loudness
of everything. All in [0, 1]."""

TOKENIZER_FILE = "spiece.model"


class CVALP(Component):
    """Contrastive video-audio-language encoders of the mini preset.

    Args:
        tokenizer_file: sentencepiece model of the text tower; saved beside the weights.
        dim: C, width of the shared space.
        video_widths, video_time_blocks, video_space_time_blocks: see `VideoTower`.
    """

    @configured
    def __init__(
        self,
        tokenizer_file: str,
        dim: int = 256,
        video_widths: Sequence[int] = (32, 64, 128),
        video_time_blocks: int = 5,
        video_space_time_blocks: int = 3,
        text_width: int = 192,
        text_layers: int = 3,
    ):
        super().__init__()
        self.video = VideoTower(dim, video_widths, video_time_blocks, video_space_time_blocks)
        self.audio = AudioTower(dim)
        self.text = TextTower(tokenizer_file, dim=dim, width=text_width, layers=text_layers)
        self.video_head, self.audio_head = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.activity_head = nn.Linear(dim, ACTIVITY)
        # temperatures of their own for audio-text, audio-video and time: ln(1/0.07) as in CLIP and Diff-Foley
        self.log_scale = nn.Parameter(torch.full((3,), math.log(1 / 0.07)))
        self.register_load_state_dict_post_hook(loaded_in_bounds)

    wants_colour = False

    @property
    def clock(self) -> ClipSpec:
        """The clock of what it reads: luma pictures of 80 x 80, 31.25 a second."""
        return MINI

    @property
    def video_width(self) -> int:
        """Width of `encode_video`: C + activity channels."""
        return self.config.dim + ACTIVITY

    @property
    def text_width(self) -> int:
        return self.config.dim

    def scales(self) -> Float[Tensor, "3"]:
        """1 / tau of audio-text, audio-video and temporal pairs, clamped to at most 100."""
        return bounded_scales(self.log_scale)

    def video_tokens(
        self, frames: Float[Tensor, "batch pictures h w"]
    ) -> tuple[Float[Tensor, "batch tokens dim"], Float[Tensor, "batch tokens 8"]]:
        """L2-normalised features and raw activity logits of luma pictures in [0, 1] at 31.25 fps."""
        x = self.video(frames)
        return F.normalize(self.video_head(x), dim=-1), self.activity_head(x)

    def encode_video(
        self, frames: Float[Tensor, "batch pictures h w"]
    ) -> Float[Tensor, "batch tokens width"]:
        """What conditions the diffusion: E_v^T (C, L2-normalised per token of 64 ms) and
        `ACTIVITY` channels in [0, 1]."""
        features, activity = self.video_tokens(frames)
        return torch.cat([features, activity.sigmoid()], -1)

    def onsets(self, features: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch frames"]:
        """Probability in [0, 1] of an onset in every mel frame (16 ms), read
        from `encode_video`'s features."""
        return features[..., self.config.dim :][..., : self.clock.mel_frames_per_column].flatten(1)

    def held(
        self, features: Float[Tensor, "batch tokens width"]
    ) -> tuple[Float[Tensor, "batch tokens width"], Bool[Tensor, " batch"]]:
        """The features of something that goes on throughout: E_v of the whole clip, and both loudness
        channels at their highest; its onsets stay. And whether what moves in each film does go on: the first
        of these channels, which follows what rubs, runs and flows, hardly falls."""
        seen, activity = features[..., : self.config.dim], features[..., self.config.dim :]
        seen = F.normalize(seen.mean(1, keepdim=True), dim=-1).expand_as(seen)
        going = activity[..., -LOUDNESS_CHANNELS]
        usual = going.median(1).values
        steady = (usual >= LEAST_GOING) & (going.quantile(0.1, dim=1) >= STEADY * usual)
        loud = activity[..., -LOUDNESS_CHANNELS:].amax(1, keepdim=True).clamp_min(HELD_AT)
        loud = loud.expand_as(activity[..., -LOUDNESS_CHANNELS:])
        return torch.cat([seen, activity[..., :-LOUDNESS_CHANNELS], loud], dim=-1), steady

    def with_onsets(
        self, features: Float[Tensor, "batch tokens width"], times_s: Sequence[float]
    ) -> Float[Tensor, "batch tokens width"]:
        """The features with onsets at these seconds from the first token, and nowhere else. Where the picture
        shows onsets, E_v and loudness are those of its moments around them (`moments`)."""
        dim, narrow, column_s = self.config.dim, self.clock.mel_frames_per_column, self.clock.column_s
        tokens = features.shape[1]
        hits = sorted({int(time_s // column_s) for time_s in times_s if 0 <= time_s < tokens * column_s})
        rows = [row[moments(tokens, seen_hits(row[:, dim + narrow]), hits)] for row in features]
        moved = torch.stack(rows)
        activity = hit_activity(moved[..., dim:], times_s, column_s, narrow)
        return torch.cat([moved[..., :dim], activity], dim=-1)

    def encode_audio(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch tokens dim"]:
        """E_a^T of log-mels in [0, 1]: L2-normalised per token of four mel frames."""
        return F.normalize(self.audio_head(self.audio(mel)), dim=-1)

    def encode_text(self, texts: list[str]) -> Float[Tensor, "batch dim"]:
        """E_l: L2-normalised, one row a text; an empty text is a text like any other."""
        return F.normalize(self.text(texts), dim=-1)

    def encode_words(
        self, texts: list[str], count: int
    ) -> tuple[Float[Tensor, "batch vectors dim"], Bool[Tensor, "batch vectors"]]:
        """E_l, then a vector for each of the first `count` tokens of a text in the same space (E_l is their
        mean, normalised), zero and False where there are no more."""
        vectors, there = self.text.words(texts, count)
        whole = self.encode_text(texts)[:, None]
        return torch.cat([whole, vectors], 1), torch.cat([torch.ones_like(there[:, :1]), there], 1)

    def was_cut(self, text: str) -> bool:
        """Whether `encode_text` reads only the beginning of a text."""
        return self.text.tokenizer.was_cut(text)

    @classmethod
    def from_pretrained(
        cls,
        folder: str | os.PathLike,
        subfolder: str = "",
        torch_dtype: torch.dtype = torch.float32,
        **changes: Any,
    ) -> "CVALP":
        """Reads a folder written by `save_pretrained`; the tokenizer is the one beside the weights."""
        tokenizer_file = str(Path(folder) / subfolder / TOKENIZER_FILE)
        model = super().from_pretrained(
            folder, subfolder, torch_dtype, **{"tokenizer_file": tokenizer_file, **changes}
        )
        keep_in_bounds(model.log_scale)
        return model

    def save_pretrained(self, folder, safe_serialization: bool = True) -> None:
        self.register_to_config(tokenizer_file=TOKENIZER_FILE)  # beside the weights, wherever they go
        super().save_pretrained(folder, safe_serialization)
        (Path(folder) / TOKENIZER_FILE).write_bytes(self.text.tokenizer.model_bytes)
