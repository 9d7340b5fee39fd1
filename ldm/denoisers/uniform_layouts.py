"""How latents of sound and picture become the tokens of one transformer: (batch, steps, places, width).

A step is a moment of both; its places are the picture's, the sound's and the task's, in this order.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn

LayoutKind = Literal["tokens", "columns"]
JOINT_TASKS = ("t2av", "a2v", "v2a", "t2a", "t2v")
"""Text to both; sound to picture; picture to sound; text to one of them alone."""


class Shapes(NamedTuple):
    """Of the latents, and how they are cut.

    Attributes:
        column: of one latent column of the sound: (channels,) or (channels, rows).
        channels, height, width: of a picture's latents.
        pictures, columns: of a step.
        patch: side of the squares that a picture is cut into.
    """

    column: tuple[int, ...]
    channels: int
    height: int
    width: int
    pictures: int
    columns: int
    patch: int

    @property
    def column_size(self) -> int:
        return self.column[0] * (self.column[1] if len(self.column) > 1 else 1)

    @property
    def picture_places(self) -> int:
        return (self.height // self.patch) * (self.width // self.patch)


class TokenLayout(nn.Module):
    """A token for every square of a few pictures, one for every latent column, one for the task.

    Args:
        shapes: of the latents.
        width: of the tokens.
    """

    def __init__(self, shapes: Shapes, width: int):
        super().__init__()
        self.shapes = shapes
        inside = shapes.channels * shapes.pictures * shapes.patch**2
        self.video_in, self.audio_in = nn.Linear(inside, width), nn.Linear(shapes.column_size, width)
        self.task = nn.Embedding(len(JOINT_TASKS), width)
        self.video_out, self.audio_out = nn.Linear(width, inside), nn.Linear(width, shapes.column_size)
        for layer in (self.video_out, self.audio_out):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    @property
    def places(self) -> tuple[int, int, int]:
        """How many of a step are the picture's, the sound's, the task's."""
        return self.shapes.picture_places, self.shapes.columns, 1

    def offsets(self) -> Float[Tensor, " places"]:
        """By which share of a step each place comes after its middle."""
        video, audio, task = self.places
        columns = (torch.arange(audio) + 0.5) / audio - 0.5
        return torch.cat([torch.zeros(video), columns, torch.zeros(task)])

    def forward(
        self,
        audio: Float[Tensor, "batch size columns"],
        video: Float[Tensor, "batch channels pictures h w"],
        task: Int[Tensor, " batch"],
    ) -> Float[Tensor, "batch steps places width"]:
        s, dtype = self.shapes, self.video_in.weight.dtype
        cut = rearrange(
            video, "b c (t k) (h p) (w q) -> b t (w h) (c k p q)", k=s.pictures, p=s.patch, q=s.patch
        )
        columns = rearrange(audio, "b z (t s) -> b t s z", s=s.columns)
        asked = self.task(task)[:, None, None].expand(-1, cut.shape[1], -1, -1)
        seen, heard = self.video_in(cut.to(dtype)), self.audio_in(columns.to(dtype))
        return torch.cat([seen, heard, asked.to(seen.dtype)], dim=2)

    def back(
        self, tokens: Float[Tensor, "batch steps places width"]
    ) -> tuple[Float[Tensor, "batch size columns"], Float[Tensor, "batch channels pictures h w"]]:
        """The sound's and the picture's shares of the prediction."""
        s = self.shapes
        seen, heard, _ = tokens.split(self.places, dim=2)
        video = rearrange(
            self.video_out(seen),
            "b t (w h) (c k p q) -> b c (t k) (h p) (w q)",
            h=s.height // s.patch,
            k=s.pictures,
            p=s.patch,
            q=s.patch,
        )
        return rearrange(self.audio_out(heard), "b t s z -> b z (t s)"), video


class ColumnLayout(nn.Module):
    """The paper's: the sound as further columns of the picture, the task as the last one, all cut into
    squares alike. 4 x 20 x 32 x (32 + 5 + 1) for 4 s.

    A latent column of the sound fills one column of the picture of its own moment ("time-major"), so that
    what belongs together lies in one step.

    Raises:
        ValueError: shapes that do not fit together.
    """

    def __init__(self, shapes: Shapes, width: int):
        super().__init__()
        columns = shapes.columns + 1
        if shapes.column_size != shapes.channels * shapes.height or columns % shapes.patch:
            raise ValueError(
                f"{shapes.columns} latent columns of {shapes.column_size} numbers a step do not become "
                f"columns of a picture of {shapes.channels} x {shapes.height} in squares of {shapes.patch}"
            )
        if shapes.pictures != 1 or shapes.width % shapes.patch or shapes.height % shapes.patch:
            raise ValueError("a step of this layout is one picture, cut into whole squares")
        self.shapes, inside = shapes, shapes.channels * shapes.patch**2
        self.patch_in, self.patch_out = nn.Linear(inside, width), nn.Linear(width, inside)
        nn.init.zeros_(self.patch_out.weight)
        nn.init.zeros_(self.patch_out.bias)
        self.task = nn.Parameter(torch.randn(len(JOINT_TASKS), shapes.channels, shapes.height))

    @property
    def places(self) -> tuple[int, int, int]:
        """The last column of squares is the sound's and the task's: it is always there."""
        s = self.shapes
        rows = s.height // s.patch
        return s.picture_places, rows * ((s.columns + 1) // s.patch - 1), rows

    def offsets(self) -> Float[Tensor, " places"]:
        """All of a step's squares are of one moment."""
        return torch.zeros(sum(self.places))

    def forward(
        self,
        audio: Float[Tensor, "batch size columns"],
        video: Float[Tensor, "batch channels pictures h w"],
        task: Int[Tensor, " batch"],
    ) -> Float[Tensor, "batch steps places width"]:
        s = self.shapes
        sound = rearrange(audio, "b (c h) (t s) -> b c t h s", c=s.channels, s=s.columns)
        asked = self.task[task][:, :, None, :, None].expand(-1, -1, video.shape[2], -1, -1)
        picture = torch.cat([video, sound, asked.to(video.dtype)], dim=-1)
        cut = rearrange(picture, "b c t (h p) (w q) -> b t (w h) (c p q)", p=s.patch, q=s.patch)
        return self.patch_in(cut.to(self.patch_in.weight.dtype))

    def back(
        self, tokens: Float[Tensor, "batch steps places width"]
    ) -> tuple[Float[Tensor, "batch size columns"], Float[Tensor, "batch channels pictures h w"]]:
        """The sound's and the picture's shares of the prediction; the task's column is left out."""
        s = self.shapes
        picture = rearrange(
            self.patch_out(tokens),
            "b t (w h) (c p q) -> b c t (h p) (w q)",
            h=s.height // s.patch,
            p=s.patch,
            q=s.patch,
        )
        video, sound, _ = picture.split([s.width, s.columns, 1], dim=-1)
        return rearrange(sound, "b c t h s -> b (c h) (t s)"), video


def layout_of(kind: LayoutKind, shapes: Shapes, width: int) -> TokenLayout | ColumnLayout:
    """The layout of a name.

    Raises:
        ValueError: an unknown one, or shapes that it cannot lay.
    """
    if shapes.height % shapes.patch or shapes.width % shapes.patch:
        raise ValueError(
            f"pictures of {shapes.height} x {shapes.width} do not divide into squares of {shapes.patch}"
        )
    kinds: dict[str, type[TokenLayout] | type[ColumnLayout]] = {
        "tokens": TokenLayout,
        "columns": ColumnLayout,
    }
    if kind not in kinds:
        raise ValueError(f"the layout is one of {', '.join(kinds)}, not {kind!r}")
    return kinds[kind](shapes, width)


def shapes_of(
    column: Sequence[int], channels: int, height: int, width: int, pictures: int, columns: int, patch: int
) -> Shapes:
    """Shapes from a configuration's lists."""
    return Shapes(tuple(column), channels, height, width, pictures, columns, patch)
