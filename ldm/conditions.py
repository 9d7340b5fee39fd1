"""What steers a batch: named tracks, each there or not for a sample, a moment, or a
whole branch of the guidance."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor

VIDEO, TEXT, NEGATIVE, LEFT_OUT, FIRST_PICTURE = "video", "text", "negative", "left_out", "first"
"""`NEGATIVE` is a text that a guidance judges in the text's place; `LEFT_OUT` names what the sound lacks,
beside the text, for denoisers that have learnt to leave it out; `FIRST_PICTURE`: what a film begins with."""
GIVEN_AUDIO, GIVEN_VIDEO, TASK = "given_audio", "given_video", "task"
"""Of denoisers of sound and picture: clean latents of the modality that is there, moment after moment (see
`ldm.denoisers.uniform_transformer.given`), and which task it is, one-hot."""


@dataclass(frozen=True)
class Track:
    """One condition.

    Attributes:
        values: (batch, channels) for the whole clip, or (batch, tokens, channels) at equal steps over it.
        present: (batch,) or (batch, tokens) bool, False where the learned null
            stands in; None: present everywhere.
    """

    values: Tensor
    present: Tensor | None = None

    def __post_init__(self) -> None:
        if self.values.ndim not in (2, 3):
            raise ValueError(
                f"a track is (batch, channels) or (batch, tokens, channels), not {tuple(self.values.shape)}"
            )

    def over_time(self, tokens: int) -> "Track":
        """The same at `tokens` moments."""
        values = self.values if self.values.ndim == 3 else self.values[:, None]
        present = (
            None if self.present is None else align(self.present.reshape(len(values), -1, 1), tokens)[..., 0]
        )
        return Track(align(values, tokens), present)


@dataclass(frozen=True)
class Conditions(Mapping[str, Track]):
    """Tracks by name. A denoiser replaces each track that it knows and is not given by its learned null.

    Raises:
        ValueError: tracks of different batch sizes.
    """

    tracks: Mapping[str, Track]

    def __post_init__(self) -> None:
        sizes = {name: len(track.values) for name, track in self.tracks.items()}
        if len(set(sizes.values())) > 1:
            raise ValueError(
                "conditions of different batch sizes: "
                + ", ".join(f"{n} {name}" for name, n in sizes.items())
            )

    @classmethod
    def of(cls, **tracks: Track | Tensor | None) -> "Conditions":
        """Tracks or their values by name; None is no track."""
        given = {name: value for name, value in tracks.items() if value is not None}
        return cls(
            {name: Track(value) if isinstance(value, Tensor) else value for name, value in given.items()}
        )

    def __getitem__(self, name: str) -> Track:
        return self.tracks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tracks)

    def __len__(self) -> int:
        return len(self.tracks)

    @property
    def batch(self) -> int | None:
        """The number of samples, or None when nothing is given."""
        return next((len(track.values) for track in self.tracks.values()), None)

    def only(self, names: Iterable[str]) -> "Conditions":
        """What a branch that is given these names sees.

        A negative prompt without a prompt beside it speaks in the text's place
        (eq. 14 judges it as a text of its own).
        """
        kept = {name: self.tracks[name] for name in names if name in self.tracks}
        if NEGATIVE in kept and TEXT not in kept:
            kept[TEXT] = kept.pop(NEGATIVE)
        return Conditions(kept)


def join(parts: Sequence[Conditions], batch: int) -> Conditions:
    """Concatenate conditions of `batch` samples each, so that all branches of a
    guidance sum run in one call."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    return Conditions({name: _joined([part.get(name) for part in parts], batch) for name in names})


def _joined(tracks: Sequence[Track | None], batch: int) -> Track:
    """One track of all parts; a part that lacks it is absent there."""
    given = [track for track in tracks if track is not None]
    if any(track.values.ndim == 3 for track in given):
        tokens = max(track.values.shape[1] for track in given if track.values.ndim == 3)
        given = [track.over_time(tokens) for track in given]
    values, rest = given[0].values, iter(given)
    timed = next(
        (track.present.shape for track in given if track.present is not None and track.present.ndim == 2),
        None,
    )
    shape = timed or (batch,)
    absent = Track(
        values.new_zeros((batch, *values.shape[1:])),
        torch.zeros(shape, dtype=torch.bool, device=values.device),
    )
    whole = [absent if track is None else next(rest) for track in tracks]
    return Track(
        torch.cat([track.values for track in whole]), torch.cat([_mask(track, shape) for track in whole])
    )


def _mask(track: Track, shape: tuple[int, ...]) -> Tensor:
    if track.present is None:
        return torch.ones(shape, dtype=torch.bool, device=track.values.device)
    return track.present if track.present.ndim == len(shape) else track.present[:, None].expand(shape)


def align(
    tokens: Shaped[Tensor, "batch tokens channels"], columns: int
) -> Shaped[Tensor, "batch _ channels"]:
    """Nearest neighbour in time: column j takes the token whose interval holds the column's
    centre (j + 0.5) / columns."""
    count = tokens.shape[1]
    if count == columns:
        return tokens
    if count == 1:
        return tokens.expand(-1, columns, -1)
    index = ((2 * torch.arange(columns, device=tokens.device) + 1) * count).div(
        2 * columns, rounding_mode="floor"
    )
    return tokens[:, index]
