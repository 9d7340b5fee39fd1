"""UniForm (Zhao et al. 2025): one transformer over the tokens of sound and picture, told which task it is.

What a task is given enters clean and at time 0 of its own by default (`condition_noise`); eq. 1 to 3, read
literally, noise it like the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from ldm.conditions import GIVEN_AUDIO, GIVEN_VIDEO, TASK, Conditions, Track, align
from ldm.denoisers.audio_transformer import Attention, modulate, rotary
from ldm.denoisers.uniform_layouts import JOINT_TASKS, LayoutKind, layout_of, shapes_of
from ldm.latents import Latents
from ldm.mixing import Mixer, sinusoids
from ldm.process import process_of
from vocoders.component import Component, configured

ConditionNoise = Literal["clean", "shared_t", "independent_t"]
BlockOrder = Literal["full", "alternating"]
Sides = Literal["full", "spatial", "temporal"]


@dataclass(frozen=True)
class MixedUniform:
    """What `UniformTransformer.mix` makes of conditions; rows without a modality given hold zeros there.

    Attributes:
        text: (batch, tokens, width).
        audio: (batch, size, columns), or None; `has_audio` (batch,) where it is given.
        video: (batch, channels, pictures, h, w), or None, likewise.
        task: (batch,) places in `JOINT_TASKS`, where the conditions name one.
    """

    text: Tensor
    audio: Tensor | None
    has_audio: Tensor
    video: Tensor | None
    has_video: Tensor
    task: Tensor | None


def given(latents: Latents) -> dict[str, Track]:
    """Clean latents as conditions: of the sound one token per column, of the picture one per picture."""
    tracks: dict[str, Track] = {}
    if latents.audio is not None:
        tracks[GIVEN_AUDIO] = Track(latents.audio.flatten(1, -2).transpose(1, 2))
    if latents.video is not None:
        tracks[GIVEN_VIDEO] = Track(latents.video.transpose(1, 2).flatten(2))
    return tracks


def task_track(name: str, batch: int, device: torch.device | str = "cpu") -> Track:
    """Which of `JOINT_TASKS` it is, for models that are not shown it by what they are given.

    Raises:
        ValueError: there is no such task.
    """
    if name not in JOINT_TASKS:
        raise ValueError(f"a task is one of {', '.join(JOINT_TASKS)}, not {name!r}")
    return Track(torch.eye(len(JOINT_TASKS), device=device)[JOINT_TASKS.index(name)].expand(batch, -1))


class UniformBlock(nn.Module):
    """Attention over all tokens, over the places of a step or over the steps of a place; cross-attention to
    the text where asked for; an MLP for all tokens, or one for the picture's and one for the others.

    Adaptive layer norm per token through a low-rank projection that starts at zero.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        mlp_ratio: float,
        modulation_rank: int,
        cross_attention: bool,
        sides: Sides,
        mlps: int,
    ):
        super().__init__()
        self.sides = sides
        self.modulation = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 6 * width)
        )
        for parameter in self.modulation[1].parameters():
            nn.init.zeros_(parameter)
        self.attention = Attention(width, heads)
        self.cross_norm = nn.LayerNorm(width) if cross_attention else None
        self.cross = Attention(width, heads) if cross_attention else None
        hidden = int(width * mlp_ratio)
        self.mlps = nn.ModuleList(
            nn.Sequential(nn.Linear(width, hidden), nn.GELU(approximate="tanh"), nn.Linear(hidden, width))
            for _ in range(mlps)
        )

    def forward(
        self,
        x: Float[Tensor, "batch steps places width"],
        modulator: Float[Tensor, "batch _ places width"],
        tables: Mapping[str, tuple[Tensor, Tensor]],
        seen: Bool[Tensor, "batch places"] | None,
        context: Tensor | None,
        picture_places: int,
    ) -> Float[Tensor, "batch steps places width"]:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(modulator).chunk(6, dim=-1)
        x = x + gate1 * self._attended(modulate(x, shift1, scale1), tables, seen)
        if self.cross is not None and self.cross_norm is not None and context is not None:
            flat = self.cross_norm(x).flatten(1, 2)
            words = tables["nowhere"]
            x = x + self.cross(flat, words, context, words).unflatten(1, x.shape[1:3])
        normed = modulate(x, shift2, scale2)
        if len(self.mlps) == 1:
            return x + gate2 * self.mlps[0](normed)
        picture, rest = normed.split([picture_places, normed.shape[2] - picture_places], dim=2)
        return x + gate2 * torch.cat([self.mlps[0](picture), self.mlps[1](rest)], dim=2)

    def _attended(
        self, x: Tensor, tables: Mapping[str, tuple[Tensor, Tensor]], seen: Tensor | None
    ) -> Tensor:
        batch, steps, places = x.shape[:3]
        if self.sides == "temporal":
            mixed = self.attention(rearrange(x, "b t s w -> (b s) t w"), tables["temporal"])
            return rearrange(mixed, "(b s) t w -> b t s w", b=batch)
        if self.sides == "spatial":
            keys = None if seen is None else seen.repeat_interleave(steps, 0)[:, None, None]
            mixed = self.attention(x.flatten(0, 1), tables["nowhere"], seen=keys)
            return mixed.unflatten(0, (batch, steps))
        keys = None if seen is None else seen[:, None].expand(-1, steps, -1).flatten(1)[:, None, None]
        return self.attention(x.flatten(1, 2), tables["full"], seen=keys).unflatten(1, (steps, places))


class UniformTransformer(Component):
    """Predicts its process's target from noisy latents of sound, picture or both, a time, text, and clean
    latents of what is given; about 12 M parameters by default.

    A modality that is neither noisy nor given is not looked at. What is given may differ from row to row.

    Args:
        audio_column: of one latent column of the sound: (channels,) or (channels, rows).
        video_channels, height, width_px: of a picture's latents.
        layout: see `ldm.denoisers.uniform_layouts`.
        pictures_per_step, columns_per_step, patch: how they are cut.
        text_channels: Ct of the text features.
        width, depth, heads, mlp_ratio, modulation_rank: the transformer's size; `depth` blocks in all.
        order: attention over all tokens in every block ("full"), or first over the places of a step, then
            over the steps of a place, and so on ("alternating", STDiT's, the paper's).
        text_injection: the text of a moment in every adaptive layer norm there ("aligned"), or attended to in
            every block ("cross_attention", the paper's).
        mlps: "shared" by all tokens (the paper's), or "per_modality".
        condition_noise: how what is given enters. "clean": as it is, at time 0. "shared_t" (eq. 1 to 3 as
            they stand): noised like the rest; a sampler replaces it at every step (`ldm.guides.known`) and
            names the task. "independent_t": every modality has a time of its own in training, so that all of
            these tasks are one (UniDiffuser, Bao et al. 2023); what is given is at time 0.
        process: what it undoes, see `ldm.process.process_of`.

    Raises:
        ValueError: settings that make no network.
    """

    @configured
    def __init__(
        self,
        audio_column: Sequence[int] = (48,),
        video_channels: int = 24,
        height: int = 6,
        width_px: int = 6,
        layout: LayoutKind = "tokens",
        pictures_per_step: int = 4,
        columns_per_step: int = 4,
        patch: int = 2,
        text_channels: int = 256,
        width: int = 320,
        depth: int = 8,
        heads: int = 5,
        mlp_ratio: float = 3.0,
        modulation_rank: int = 64,
        order: BlockOrder = "full",
        text_injection: Literal["aligned", "cross_attention"] = "aligned",
        mlps: Literal["shared", "per_modality"] = "per_modality",
        condition_noise: ConditionNoise = "clean",
        process: str | Mapping[str, Any] = "flow",
    ):
        super().__init__()
        if width % heads or (width // heads) % 2:
            raise ValueError(
                f"width {width} does not divide into {heads} heads of an even number of channels"
            )
        for name, value, known in (
            ("order", order, ("full", "alternating")),
            ("text_injection", text_injection, ("aligned", "cross_attention")),
            ("mlps", mlps, ("shared", "per_modality")),
            ("condition_noise", condition_noise, ("clean", "shared_t", "independent_t")),
        ):
            if value not in known:
                raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}")
        self.process = process_of(process)
        self.shapes = shapes_of(
            audio_column, video_channels, height, width_px, pictures_per_step, columns_per_step, patch
        )
        self.layout = layout_of(layout, self.shapes, width)
        attends = text_injection == "cross_attention"
        self.mixer = Mixer(1, text_channels, width, "average", "sinusoidal" if attends else "relative", 0.0)
        self.places = nn.Parameter(0.02 * torch.randn(sum(self.layout.places), width))
        self.time_mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        turns: tuple[Sides, ...] = ("full",) if order == "full" else ("spatial", "temporal")
        self.blocks = nn.ModuleList(
            UniformBlock(
                width,
                heads,
                mlp_ratio,
                modulation_rank,
                attends,
                turns[index % len(turns)],
                1 if mlps == "shared" else 2,
            )
            for index in range(depth)
        )
        self.modulation_out = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 2 * width)
        )
        for parameter in self.modulation_out[1].parameters():
            nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides: Any) -> "UniformTransformer":
        """The same network at the size of a test (audio latents of 4 channels, video latents 3 x 4 x 4, two
        columns and two pictures a step, Ct 5)."""
        size = {
            "audio_column": (4,),
            "video_channels": 3,
            "height": 4,
            "width_px": 4,
            "pictures_per_step": 2,
            "columns_per_step": 2,
            "text_channels": 5,
            "width": 16,
            "depth": 2,
            "heads": 2,
            "modulation_rank": 8,
        }
        return cls(**{**size, **overrides})

    @classmethod
    def tiny_columns(cls, **overrides: Any) -> "UniformTransformer":
        """The paper's layout and order at the size of a test: audio latents 3 x 4 rows, video latents 3 x 4 x
        4, three columns a picture."""
        size = {
            "audio_column": (3, 4),
            "layout": "columns",
            "pictures_per_step": 1,
            "columns_per_step": 3,
            "order": "alternating",
            "text_injection": "cross_attention",
            "mlps": "shared",
        }
        return cls.tiny(**{**size, **overrides})

    def pieces(self) -> list[nn.Module]:
        """What is spread over devices one by one: the blocks."""
        return list(self.blocks)

    def mix(self, conditions: Conditions, latents: Latents) -> MixedUniform:
        """The text's tokens, and what is given, in the shape of latents."""
        batch, device, s = latents.batch, latents.device, self.shapes
        text = self.mixer(conditions, batch, 1)
        nobody = torch.zeros(batch, dtype=torch.bool, device=device)
        audio, video, task = (conditions.get(name) for name in (GIVEN_AUDIO, GIVEN_VIDEO, TASK))
        return MixedUniform(
            text,
            None if audio is None else audio.values.transpose(1, 2).unflatten(1, s.column),
            nobody if audio is None else _rows(audio),
            None
            if video is None
            else video.values.unflatten(2, (s.channels, s.height, s.width)).transpose(1, 2),
            nobody if video is None else _rows(video),
            None if task is None else task.values.argmax(-1),
        )

    def forward(
        self,
        latents: Latents,
        time: Float[Tensor, " batch"],
        conditions: Conditions | MixedUniform,
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), of the modalities that `latents` have; it
        means nothing in rows where one of them is given as well.

        Raises:
            ValueError: latents of other shapes than this network's.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        zero = torch.zeros_like(time)
        times = {
            "audio": torch.where(mixed.has_audio, zero, time),
            "video": torch.where(mixed.has_video, zero, time),
        }
        audio = _filled(latents.audio, mixed.audio, mixed.has_audio)
        video = _filled(latents.video, mixed.video, mixed.has_video)
        here = {
            "audio": mixed.has_audio | (latents.audio is not None),
            "video": mixed.has_video | (latents.video is not None),
        }
        task = mixed.task
        if task is None:
            task = self._task(mixed.has_audio, mixed.has_video, here)
        found = self.at_times(audio, video, times, here, mixed.text, task)
        return Latents(
            None if latents.audio is None else found.audio, None if latents.video is None else found.video
        )

    def _task(
        self, has_audio: Tensor, has_video: Tensor, here: Mapping[str, Tensor]
    ) -> Int[Tensor, " batch"]:
        """The task of every row, by what is given and what is there."""
        names = torch.full_like(has_audio, JOINT_TASKS.index("t2av"), dtype=torch.long)
        if self.config.condition_noise == "clean":
            names = names.masked_fill(has_audio, JOINT_TASKS.index("a2v"))
            names = names.masked_fill(has_video, JOINT_TASKS.index("v2a"))
        names = names.masked_fill(~here["video"], JOINT_TASKS.index("t2a"))
        return names.masked_fill(~here["audio"], JOINT_TASKS.index("t2v"))

    def at_times(
        self,
        audio: Tensor | None,
        video: Tensor | None,
        times: Mapping[str, Float[Tensor, " batch"]],
        here: Mapping[str, Bool[Tensor, " batch"]],
        text: Float[Tensor, "batch tokens width"],
        task: Int[Tensor, " batch"],
    ) -> Latents:
        """The prediction for modalities at times of their own.

        Args:
            audio, video: noisy latents, or clean ones at time 0; None where no row has any.
            times: of both, by name.
            here: which rows have them, by name; those of the others are not looked at.
            text: from `mix`.
            task: places in `JOINT_TASKS`.
        """
        audio, video = self._shaped(audio, video)
        coefficients = {name: self.process.precondition(times[name].float()) for name in ("audio", "video")}
        (a_in, a_skip, a_out), (v_in, v_skip, v_out) = coefficients["audio"], coefficients["video"]
        flat = audio.flatten(1, -2)
        x = self.layout(_times(a_in, flat), _times(v_in, video), task) + self.places
        steps = x.shape[1]
        clocks = self._clocks(times, here)
        modulator, context = clocks[:, None], text
        if self.config.text_injection == "aligned":
            modulator = modulator + align(text, steps)[:, :, None]
        modulator = F.silu(modulator)
        tables = self._tables(steps, x.device)
        seen = self._seen(here)
        for block in self.blocks:
            x = block(x, modulator, tables, seen, context, self.layout.places[0])
        shift, scale = self.modulation_out(modulator).chunk(2, dim=-1)
        heard, pictures = self.layout.back(modulate(x, shift, scale))
        return Latents(
            _times(a_skip, audio) + _times(a_out, heard.reshape(audio.shape)),
            _times(v_skip, video) + _times(v_out, pictures),
        )

    def _clocks(self, times: Mapping[str, Tensor], here: Mapping[str, Tensor]) -> Tensor:
        """(batch, places, width): every place's time; the task's is that of what is noisiest."""
        a, v = times["audio"], times["video"]
        latest = torch.maximum(a * here["audio"], v * here["video"])
        each = torch.stack([v, a, latest], dim=1)
        rows = sinusoids(1000.0 * each.flatten(), 256).to(next(self.time_mlp.parameters()).dtype)
        clocks = self.time_mlp(rows).unflatten(0, each.shape)
        counts = torch.tensor(self.layout.places, device=clocks.device)
        return clocks.repeat_interleave(counts, dim=1)

    def _tables(self, steps: int, device: torch.device) -> dict[str, tuple[Tensor, Tensor]]:
        channels = self.config.width // self.config.heads
        moments = torch.arange(steps, device=device, dtype=torch.float32)
        everywhere = (moments[:, None] + self.layout.offsets().to(device)).flatten()
        return {
            "temporal": rotary(moments, channels),
            "full": rotary(everywhere, channels),
            "nowhere": rotary(torch.zeros(1, device=device), channels),
        }

    def _seen(self, here: Mapping[str, Tensor]) -> Bool[Tensor, "batch places"] | None:
        """Which places are looked at; None where all are."""
        video, audio, task = self.layout.places
        if bool(here["audio"].all()) and bool(here["video"].all()):
            return None
        columns = torch.stack([here["video"], here["audio"], torch.ones_like(here["audio"])], dim=1)
        return columns.repeat_interleave(torch.tensor((video, audio, task), device=columns.device), dim=1)

    def _shaped(self, audio: Tensor | None, video: Tensor | None) -> tuple[Tensor, Tensor]:
        """Both modalities, zeros for one that no row has.

        Raises:
            ValueError: of other shapes, or lengths that do not go together.
        """
        s = self.shapes
        if audio is not None:
            steps, rest = divmod(audio.shape[-1], s.columns)
        elif video is not None:
            steps, rest = divmod(video.shape[2], s.pictures)
        else:
            raise ValueError("neither sound nor picture")
        like = audio if audio is not None else video
        assert like is not None
        if audio is None:
            audio = like.new_zeros((len(like), *s.column, steps * s.columns))
        if video is None:
            video = like.new_zeros((len(like), s.channels, steps * s.pictures, s.height, s.width))
        expected = (
            (*s.column, steps * s.columns),
            (s.channels, steps * s.pictures, s.height, s.width),
        )
        found = (tuple(audio.shape[1:]), tuple(video.shape[1:]))
        if rest or found != expected:
            raise ValueError(f"latents of {found[0]} and {found[1]}; whole steps here are {expected}")
        return audio, video


def _rows(track: Track) -> Bool[Tensor, " batch"]:
    """Which rows have a track."""
    if track.present is None:
        return torch.ones(len(track.values), dtype=torch.bool, device=track.values.device)
    return track.present if track.present.ndim == 1 else track.present.all(1)


def _filled(noisy: Tensor | None, clean: Tensor | None, has: Tensor) -> Tensor | None:
    """What is given where it is, what is noisy elsewhere, zeros where there is neither."""
    if clean is None:
        return noisy
    if noisy is None:
        noisy = torch.zeros_like(clean)
    shaped = clean.reshape(noisy.shape).to(noisy.dtype)
    return torch.where(has.reshape(-1, *[1] * (noisy.ndim - 1)), shaped, noisy)


def _times(factor: Tensor, values: Tensor) -> Tensor:
    return factor.reshape(-1, *[1] * (values.ndim - 1)) * values
