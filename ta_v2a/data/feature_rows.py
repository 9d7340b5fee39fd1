"""Rows of features, and what each asks for: which words, what is left out, which moments."""

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float, Int64

from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS
from ta_v2a.data.feature_files import NAMES, read_facts, read_rows
from vocoders.training.joined_batch import own

STRANGERS_SEED = 1_000_000_007
LONGEST_TAIL = 3
"""Latent columns that a source may ring on after the window of its cue in training."""


def evened(kinds: torch.Tensor, power: float) -> torch.Tensor:
    """(N,) how often to draw each scene, from its multi-hot `kinds` (N, K): as
    often as its rarest kind asks for.

    A kind heard in a share s of the scenes asks for s ** -power: 0 draws all scenes
    alike, 1 draws all kinds alike.
    """
    share = kinds.mean(0).clamp(min=1 / len(kinds))
    return (kinds * share.pow(-power)).amax(1)


class FeatureRows:
    """Rows of feature shards, batches of them, each row with what is asked for.

    By chance, one of the scene's wordings, and video activity made more or less sure of itself: real
    footage makes the video tower less sure than the stage does, and scaling and shifting the logits of its
    activity channels keeps the diffusion model from needing certainty.

    With `controls`, by chance too: the sound without one source, which the negative text names, though the
    picture shows it; a negative text that names what is not there anyway; a *cue*, a source that sounds in
    a window only, where the text is, while outside the negative text names it.

    What is drawn for a row depends on `seed` and its place alone, not on the batch that it is in.

    Args:
        files: shards, of several worlds one after the other.
        text: (rows, 8, Ct), see `text_features`.
        activity_channels: the last ones of the video features.
        confidence: spread of that change; 0 leaves the features alone.
        seed: of all that is drawn; another one in every epoch.
        every_wording: any of a scene's wordings; False always takes its own.
        controls: shares of rows with a negated source, with an idle negative, and with a cue.
        video_channels: of the video features.
        strangers: share of the rows whose E_v is that of another row, while the activity channels are their
            own: the words and the moments are right, what seems to be seen is not, as with real footage.

    Raises:
        ValueError: controls of shards without second sounds.
    """

    def __init__(
        self,
        files: Sequence[Path],
        text: torch.Tensor,
        activity_channels: int = 8,
        confidence: float = 0.0,
        seed: int = 0,
        every_wording: bool = False,
        controls: tuple[float, float, float] = (0.0, 0.0, 0.0),
        video_channels: int = 0,
        strangers: float = 0.0,
    ):
        parts = [read_rows(file, (*NAMES, "video")) for file in files]
        if any(controls) and not all("without" in part for part in parts):
            raise ValueError("controls want shards with second sounds")
        self.latents, self.kinds = (torch.cat([p[name] for p in parts]) for name in ("latents", "kinds"))
        self.without = torch.cat([p.get("without", p["latents"]) for p in parts])
        unseen = (self.latents.shape[-1], video_channels)
        self.video = torch.cat(
            [p.get("video", p["latents"].new_zeros(len(p["latents"]), *unseen)) for p in parts]
        )
        self.seen = torch.cat([torch.full((len(p["latents"]),), "video" in p) for p in parts])
        self.text = text
        self.named = _multi_hot(
            [{each["kind"] for each in json.loads(f)["sources"]} for file in files for f in read_facts(file)]
        )
        self.activity, self.confidence, self.seed = activity_channels, confidence, seed
        self.every_wording, self.controls, self.strangers = every_wording, controls, strangers

    def __len__(self) -> int:
        return len(self.latents)

    def to(self, device: torch.device) -> "FeatureRows":
        """Keeps everything on a device: batches are put together there."""
        for name in ("latents", "without", "kinds", "video", "seen", "text", "named"):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def batch(self, index: Int64[torch.Tensor, " batch"]) -> dict[str, torch.Tensor]:
        """The rows of these places.

        Returns:
            `latents` (batch, Z, columns) or (batch, Z, rows, columns); `video` (batch, tokens, Cv) and
            `has_video` (batch,) bool; `text` (batch, columns, Ct) and `has_text` (batch, columns) bool;
            `negative` and `has_negative` alike.
        """
        index = index.to(self.latents.device)
        chance = uniform_of(self.seed, index, 11)
        drawn = [
            (chance[:, k] * most).long() for k, most in enumerate((CAPTIONS, FEWER_CAPTIONS, FEWER_CAPTIONS))
        ]
        word = drawn[0] if self.every_wording else torch.zeros_like(drawn[0])
        whole, gone, others = (
            self.text[index, word].float(),
            self.text[index, CAPTIONS + drawn[1]].float(),
            self.text[index, CAPTIONS + FEWER_CAPTIONS + drawn[2]].float(),
        )
        another = (chance[:, 3] * len(self)).long()
        elsewhere = ~(self.named[another] & self.named[index]).any(1)
        edges = torch.tensor(self.controls, device=index.device).cumsum(0)
        negated, idle, cued = (bounds[:, 0] for bounds in _between(chance[:, 4], edges))
        idle = idle & elsewhere
        columns = self.latents.shape[-1]
        inside, rings = _window(chance[:, 5:8], columns)
        inside, rings = (torch.where(cued[:, None], each, ~negated[:, None]) for each in (inside, rings))
        alone = (cued & (chance[:, 8] < 0.5))[:, None, None]
        nothing, told = torch.zeros_like(whole)[:, None], others.any(1, keepdim=True)
        within = inside[:, :, None]
        negative = torch.where(within, nothing, gone[:, None])
        negative = torch.where(idle[:, None, None], self.text[another, CAPTIONS].float()[:, None], negative)
        outside = torch.where(alone, nothing, others[:, None])
        whole_sound = self.latents[index]
        rings = rings.view(len(index), *[1] * (whole_sound.ndim - 2), columns)
        return {
            "latents": torch.where(rings, whole_sound, self.without[index]).float(),
            "video": self._seen(index, chance[:, 9:]),
            "has_video": self.seen[index],
            "text": torch.where(within, torch.where(alone, gone[:, None], whole[:, None]), outside),
            "has_text": inside | (told & ~alone[..., 0]),
            "negative": negative,
            "has_negative": ~inside | idle[:, None],
        }

    def _seen(self, index: torch.Tensor, chance: torch.Tensor) -> torch.Tensor:
        video = self.video[index].float()
        if self.strangers:
            drawn = uniform_of(self.seed + STRANGERS_SEED, index, 2)
            other = (drawn[:, 1] * len(self)).long()
            strange = (drawn[:, 0] < self.strangers) & self.seen[other] & self.seen[index]
            seems = torch.where(strange[:, None, None], self.video[other].float(), video)
            video = torch.cat([seems[..., : -self.activity], video[..., -self.activity :]], -1)
        if self.confidence:
            a, (scale, shift) = self.activity, chance[:, :, None, None].unbind(1)
            logits = torch.logit(video[..., -a:].clamp(1e-3, 1 - 1e-3))
            logits = logits * (1 + 0.3 * self.confidence * (2 * scale - 1)) - self.confidence * (
                2 * shift - 0.5
            )
            active = logits.sigmoid() * self.seen[index][:, None, None]
            video = torch.cat([video[..., :-a], active], -1)
        return video


def uniform_of(
    seed: int, place: Int64[torch.Tensor, " batch"], count: int
) -> Float[torch.Tensor, "batch count"]:
    """`count` numbers in [0, 1) for each place, which depend on `seed` and the place alone (SplitMix64,
    Steele, Lea and Flood 2014)."""
    start = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:7])
    state = (
        place[:, None] * count + torch.arange(count, device=place.device) + 1
    ) * -7046029254386353131 + start
    for shift, factor in ((30, -4658895280553007687), (27, -7723592293110705685)):
        state = (state ^ (state >> shift & (1 << 64 - shift) - 1)) * factor
    state = state ^ (state >> 31 & (1 << 33) - 1)
    return ((state >> 40) & 0xFFFFFF).float() / (1 << 24)


def _multi_hot(named: Sequence[set[str]]) -> torch.Tensor:
    """(rows, names) bool."""
    names = {name: place for place, name in enumerate(sorted(set().union(*named)))}
    hot = torch.zeros(len(named), max(1, len(names)), dtype=torch.bool)
    for row, own_names in zip(hot, named, strict=True):
        row[[names[name] for name in own_names]] = True
    return hot


def _between(chance: torch.Tensor, edges: torch.Tensor) -> Sequence[torch.Tensor]:
    """For each edge, (batch, 1) bool: whether a number is below it and not below the edge before."""
    below = chance[:, None] < edges
    first = below & ~torch.cat([torch.zeros_like(below[:, :1]), below[:, :-1]], 1)
    return first.split(1, 1)


def _window(chance: torch.Tensor, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two (batch, columns) bool: a stretch of a sixth to two thirds of the clip; the same with a tail."""
    shortest, longest = max(1, columns // 6), max(1, 2 * columns // 3)
    length = shortest + (chance[:, 0] * (longest - shortest + 1)).long()
    start = (chance[:, 1] * (columns - length + 1)).long()
    tail = (chance[:, 2] * (LONGEST_TAIL + 1)).long()
    place = torch.arange(columns, device=chance.device)
    begun = place >= start[:, None]
    return begun & (place < (start + length)[:, None]), begun & (place < (start + length + tail)[:, None])


class RandomCrop:
    """Cuts a batch at random places to one of `lengths` latent columns, features and words at the same
    moments, so that clips of any length are nothing new.

    In several processes the length is the same in all, and each draws the places of its `own` rows of the
    joined batch.
    """

    def __init__(self, lengths: tuple[int, ...], seed: int):
        self.lengths, self.rng = lengths, random.Random(seed)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        latents = batch["latents"]
        columns, device = latents.shape[-1], latents.device
        length = min(self.rng.choice(self.lengths), columns)
        last = columns - length
        drawn = own(
            lambda count: torch.tensor([self.rng.randint(0, last) for _ in range(count)]), len(latents)
        )
        starts = drawn.to(device)

        def cut(name: str, value: torch.Tensor) -> torch.Tensor:
            if value.ndim == 1:
                return value
            value = value.movedim(-1, 1) if name == "latents" else value
            each = value.shape[1] // columns
            place = starts[:, None] * each + torch.arange(length * each, device=device)
            kept = value[torch.arange(len(value), device=device)[:, None], place]
            return kept.movedim(1, -1).contiguous() if name == "latents" else kept

        return {name: cut(name, value) for name, value in batch.items()}
