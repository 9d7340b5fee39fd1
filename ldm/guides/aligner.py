"""The diffusion latent aligner (Xing et al. 2024, "Seeing and Hearing"): without training, latents are moved
so that what they will become lies near in a joint embedding to what is there already, or to each other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from ldm.conditions import TEXT, Conditions, Track
from ldm.denoisers.role import Denoiser
from ldm.guidance import Guidance, guided
from ldm.latents import Latents
from ldm.process import Process

EmbedLatents = Callable[[Tensor], Tensor]
"""Clean latents of one modality to (batch, C) in the joint space, through which gradients flow."""
NamedPairs = Sequence[tuple[str, str]]
DUAL_SOUND: NamedPairs = (("audio", "video"), ("audio", "text"))
"""Sound for pictures, or for a still."""
DUAL_PICTURE: NamedPairs = (("video", "audio"), ("video", "text"))
"""Pictures for a sound."""
TRIANGLE: NamedPairs = (("audio", "video"), ("video", "text"), ("audio", "text"))
"""Both for a text."""
ADAM: dict[str, Any] = {"betas": (0.9, 0.999), "eps": 1e-8}


def distance(x: Float[Tensor, "batch c"], y: Float[Tensor, "batch c"]) -> Float[Tensor, " batch"]:
    """F(x, y) = 1 - cos."""
    return 1 - F.cosine_similarity(x.float(), y.float(), dim=-1)


def in_pieces(
    decode: Callable[[Tensor], Tensor], latents: Tensor, dim: int, size: int, margin: int = 0, scale: int = 1
) -> Tensor:
    """`decode`, `size` places along `dim` at a time, each computed again in the backward pass: memory for one
    piece whatever the length.

    Args:
        margin: places on either side that a decoded place depends on; they are decoded too, and cut off.
        scale: decoded places of a latent one.
    """
    length, found = latents.shape[dim], []
    for start in range(0, length, size):
        end = min(start + size, length)
        first, last = max(0, start - margin), min(length, end + margin)
        piece = latents.narrow(dim, first, last - first)
        decoded = checkpoint(decode, piece, use_reentrant=False)
        assert isinstance(decoded, Tensor)
        found.append(decoded.narrow(dim, (start - first) * scale, (end - start) * scale))
    return torch.cat(found, dim)


class TunedText:
    """A denoiser whose text can be moved while it samples ("guided prompt tuning", section 3.2.4): what is
    added to E_l starts at zero and is kept from step to step.

    Args:
        denoiser: of any kind; its conditions are mixed anew in every call, as the text moves.
        text: E_l (batch, Ct), or (batch, tokens, Ct).
    """

    def __init__(self, denoiser: Denoiser, text: Tensor):
        self.denoiser, self.process = denoiser, denoiser.process
        self.added = torch.zeros_like(text, dtype=torch.float32)

    def mix(self, conditions: Conditions, latents: Latents) -> Conditions:
        """The conditions themselves."""
        return conditions

    def __call__(self, latents: Latents, time: Tensor, conditions: Conditions) -> Latents:
        """The prediction with the text where it now is, in whichever branch there is one."""
        return self.denoiser(latents, time, self.told(conditions, self.added))

    def told(self, conditions: Conditions, added: Tensor) -> Conditions:
        """The conditions of all branches with `added` to their text."""
        if TEXT not in conditions:
            return conditions
        track = conditions[TEXT]
        times = len(track.values) // len(added)
        moved = track.values + added.repeat(times, *[1] * (added.ndim - 1)).to(track.values.dtype)
        return Conditions({**conditions, TEXT: Track(moved, track.present)})

    def predict(self, latents: Latents, time: float, guidance: Guidance, added: Tensor) -> Latents:
        """The guided prediction as a function of what is added."""

        def with_added(each: Latents, times: Tensor, conditions: Any) -> Latents:
            return self.denoiser(each, times, self.told(conditions, added))

        return guided(with_added, latents, time, guidance.conditions, guidance.at(time))


@dataclass(frozen=True)
class OtherEmbedding:
    """A joint embedding by which nothing is moved: what is optimised looks better than it is by its own
    measure.

    Attributes:
        embed, fixed: as `LatentAligner`'s, in the judge's own space.
    """

    embed: Mapping[str, EmbedLatents]
    fixed: Mapping[str, Tensor]

    @torch.no_grad()
    def distances(self, clean: Latents, pairs: NamedPairs) -> dict[str, float]:
        """The mean distance of every pair that this embedding knows both of."""
        given = dict(clean.items())
        found = {**self.fixed, **{name: embed(given[name]) for name, embed in self.embed.items()}}
        known = [pair for pair in pairs if set(pair) <= found.keys()]
        return {f"judged {x}-{y}": float(distance(found[x], found[y]).mean()) for x, y in known}


@dataclass
class LatentAligner:
    """Moves noisy latents down the gradient of the distances of their clean estimate; the denoiser's
    prediction is taken as constant, so that nothing is sent back through it.

    One object guides one call of `ldm.sampling.sample`.

    Attributes:
        embed: of the modalities that are generated, by "audio" and "video".
        fixed: embeddings (batch, C) of what is there: "audio", "video", "text".
        pairs: whose distances are summed: `DUAL_SOUND`, `DUAL_PICTURE`, `TRIANGLE`.
        steps: of the sampler.
        lr_latent: lambda_1 (paper: 0.1 for sound, 0.01 for pictures); by modality, or one for all.
        n_inner: moves a step.
        warmup: share of the steps at first in which nothing moves.
        optimizer: "fresh_adam" is the released code's, whose every first move is of length `lr_latent` in
            every number, by the sign of the gradient; "persistent_adam" remembers from step to step; "sgd" is
            the paper's equation.
        x0_from: "pre" takes the clean estimate of the step's own latents; "post", as the released code does,
            of those after it with the step's constants (give `after` to the sampler as its callback).
        prompt, guidance, lr_prompt: where the text is tuned too: the denoiser that is sampled, its guidance,
            and lambda_2.
        judge: another embedding, which tells of every move what it finds, and moves nothing.
        history: of every step in which something moved: its time, the loss before its last move, that of
            every pair, and what the judge found of each then.
    """

    embed: Mapping[str, EmbedLatents]
    fixed: Mapping[str, Tensor]
    pairs: NamedPairs
    steps: int
    lr_latent: float | Mapping[str, float] = 0.1
    n_inner: int = 1
    warmup: float = 0.2
    optimizer: Literal["fresh_adam", "persistent_adam", "sgd"] = "fresh_adam"
    x0_from: Literal["pre", "post"] = "pre"
    prompt: TunedText | None = None
    guidance: Guidance | None = None
    lr_prompt: float | None = None
    judge: OtherEmbedding | None = None
    history: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        named = {name for pair in self.pairs for name in pair}
        unknown = named - self.embed.keys() - self.fixed.keys()
        if unknown or not self.embed.keys() & named:
            raise ValueError(
                f"nothing to move, or nothing is known of {', '.join(sorted(unknown)) or 'pairs'}"
            )
        if self.lr_prompt is not None and (self.prompt is None or self.guidance is None):
            raise ValueError("a text is tuned with its denoiser and its guidance")
        self._index = -1
        self._last: tuple[Latents, float, Process] | None = None
        self._kept: dict[str, torch.optim.Optimizer] = {}

    @property
    def active(self) -> bool:
        """Whether the step in progress is one in which something moves."""
        return not self.warmup or self._index > self.warmup * self.steps

    def moved(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The latents of this step, moved by `n_inner` steps of the optimiser, and the text with them."""
        self._index += 1
        self._last = (prediction, time, process)
        if not self.active:
            return noisy
        if self.lr_prompt is not None:
            self._tune(noisy, time, process)
        return noisy if self.x0_from == "post" else self._descended(noisy, prediction, time, process)

    def after(self, step: Any) -> Latents | None:
        """A callback of the sampler (`ldm.sampling.Step`), for `x0_from` "post"."""
        if self.x0_from != "post" or self._last is None or not self.active:
            return None
        return self._descended(step.latents, *self._last)

    def losses(self, clean: Latents) -> dict[str, Float[Tensor, " batch"]]:
        """The distance of every pair."""
        given = dict(clean.items())
        embedded = {**self.fixed, **{name: embed(given[name]) for name, embed in self.embed.items()}}
        return {f"{x}-{y}": distance(embedded[x], embedded[y]) for x, y in self.pairs}

    def _descended(self, latents: Latents, prediction: Latents, time: float, process: Process) -> Latents:
        told = {name: value.detach().float() for name, value in prediction.items()}
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.autocast(latents.device.type, enabled=False),
        ):
            values = {name: value.detach().clone().float() for name, value in latents.items()}
            variables = {name: values[name].requires_grad_(True) for name in self.embed}
            optimizers = [self._optimizer(name, variable) for name, variable in variables.items()]
            for _ in range(self.n_inner):
                clean = {name: process.clean(value, told[name], time) for name, value in values.items()}
                losses = self.losses(Latents(**clean))
                total = torch.stack(list(losses.values())).sum(0)
                gradients = torch.autograd.grad(total.sum(), list(variables.values()))
                for variable, found in zip(variables.values(), gradients, strict=True):
                    variable.grad = found
                for optimizer in optimizers:
                    optimizer.step()
        said = {name: float(value.detach().mean()) for name, value in losses.items()}
        if self.judge is not None:
            at = Latents(**{name: value.detach() for name, value in clean.items()})
            said |= self.judge.distances(at, self.pairs)
        self.history.append({"time": time, "loss": float(total.detach().mean()), **said})
        return Latents(**{name: value.detach() for name, value in values.items()})

    def _optimizer(self, name: str, variable: Tensor) -> torch.optim.Optimizer:
        rate = self.lr_latent if isinstance(self.lr_latent, (int, float)) else self.lr_latent[name]
        if self.optimizer == "sgd":
            return torch.optim.SGD([variable], lr=rate)
        fresh = torch.optim.Adam([variable], lr=rate, **ADAM)
        if self.optimizer == "fresh_adam":
            return fresh
        before = self._kept.get(name)
        if before is not None:
            (state,) = before.state.values()
            fresh.state[variable] = state
        self._kept[name] = fresh
        return fresh

    def _tune(self, noisy: Latents, time: float, process: Process) -> None:
        """Eq. 17: y - lambda_2 times the gradient of the loss, through the denoiser."""
        assert self.prompt is not None and self.guidance is not None and self.lr_prompt is not None
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.autocast(noisy.device.type, enabled=False),
        ):
            added = self.prompt.added.clone().requires_grad_(True)
            at = noisy.map(lambda value: value.detach().clone().float())
            prediction = self.prompt.predict(at, time, self.guidance, added)
            clean = at.map(lambda value, told: process.clean(value, told, time), prediction)
            total = torch.stack(list(self.losses(clean).values())).sum()
            found = torch.autograd.grad(total, added)[0]
        self.prompt.added = (self.prompt.added - self.lr_prompt * found).detach()
