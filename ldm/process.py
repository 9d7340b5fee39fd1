"""The diffusion process: how noise is added, what a network predicts, and how a clean estimate follows from it.

Every process here is linear. At time t in [0, 1], 1 is noise,

    noisy  = a data + s noise          (eq. 8 of TA-V2A for noise prediction)
    target = u data + w noise          (what the network predicts; eq. 10's squared error is taken on it)

and everything else follows from a, s, u and w. Denoisers, trainers, guides and samplers ask a `Process` and never know which it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

Time = Tensor | float
"""(batch,), or one number for all: 0 is data, 1 is noise."""


@dataclass(frozen=True)
class Coefficients:
    """a, s, u and w at one time.

    Attributes:
        signal, noise: a and s of the noisy sample.
        target_signal, target_noise: u and w of the target.
        determinant: a w - s u.
    """

    signal: Time
    noise: Time
    target_signal: Time
    target_noise: Time
    determinant: Time


class Process(ABC):
    """What a denoiser was trained to undo."""

    @abstractmethod
    def coefficients(self, time: Time) -> Coefficients:
        """Of `time` in [0, 1]; numbers for a number, (batch,) for (batch,)."""

    @abstractmethod
    def times(self, uniform: Float[Tensor, " batch"], shift: float = 1.0) -> Float[Tensor, " batch"]:
        """Times to train at, from numbers drawn uniformly in [0, 1); `shift` above 1 moves them toward noise."""

    @property
    @abstractmethod
    def config(self) -> str | dict[str, Any]:
        """What `process_of` makes this process of."""

    def _at(self, time: Time, like: Tensor) -> Coefficients:
        """The coefficients, shaped to multiply `like` (batch, ...)."""
        if isinstance(time, Tensor):
            time = time.reshape(-1, *[1] * (like.ndim - 1))
        return self.coefficients(time)

    def noisy(self, data: Tensor, noise: Tensor, time: Time) -> Tensor:
        """The sample at `time`: a data + s noise."""
        c = self._at(time, data)
        return c.signal * data + c.noise * noise

    def target(self, data: Tensor, noise: Tensor, time: Time) -> Tensor:
        """What the network is to predict at `time`: u data + w noise."""
        c = self._at(time, data)
        return c.target_signal * data + c.target_noise * noise

    def clean(self, noisy: Tensor, prediction: Tensor, time: Time) -> Tensor:
        """The data that a prediction speaks of: (w noisy - s prediction) / (a w - s u)."""
        c = self._at(time, noisy)
        return (c.target_noise * noisy - c.noise * prediction) / c.determinant

    def prediction(self, noisy: Tensor, clean: Tensor, time: Time) -> Tensor:
        """The prediction that speaks of `clean`: the inverse of `clean`, for times above 0."""
        c = self._at(time, noisy)
        return (c.target_noise * noisy - c.determinant * clean) / c.noise

    def shifted(self, prediction: Tensor, direction: Tensor, time: Time, length: Time = 1.0) -> Tensor:
        """The prediction whose clean estimate is larger by `length` times `direction`, at the same noisy sample.

        It moves by -(a w - s u) / s of that.
        """
        c = self._at(time, prediction)
        return prediction - direction * (length * c.determinant / c.noise)

    def clean_shift_of_score(self, score: Tensor, time: Time, least_signal: float = 0.05) -> Tensor:
        """By how much a score (a gradient of a log-probability at the noisy sample) moves the clean estimate: s^2 / a times itself.

        That is Tweedie's formula; on the predicted noise it is the term -s grad log p of eq. 11 and 14. The signal a is held above
        `least_signal`: near pure noise there is none.
        """
        c = self._at(time, score)
        signal = c.signal.clamp_min(least_signal) if isinstance(c.signal, Tensor) else max(c.signal, least_signal)
        return score * (c.noise * c.noise / signal)

    def covariance(self, time: Time) -> Time:
        """Of the target with the noisy sample, for data of unit variance: a u + s w."""
        c = self.coefficients(time)
        return c.signal * c.target_signal + c.noise * c.target_noise

    def precondition(self, time: Float[Tensor, " batch"]) -> tuple[Tensor, Tensor, Tensor]:
        """(c_in, c_skip, c_out), each (batch,): target = c_skip noisy + c_out F(c_in noisy), for data of unit variance.

        (Karras et al. 2022, section 5.) c_in gives a network F an input of unit variance. c_skip is the best linear guess of the
        target, so that F has only to tell what remains, of variance c_out^2. A network that predicts the bare target copies the noise
        through itself instead.
        """
        c, covariance = self.coefficients(time), self.covariance(time)
        variance = torch.as_tensor(c.signal * c.signal + c.noise * c.noise)
        of_target = c.target_signal * c.target_signal + c.target_noise * c.target_noise
        rest = torch.as_tensor(of_target - covariance * covariance / variance).clamp_min(0.0)
        return variance.rsqrt(), covariance / variance, rest.sqrt()


class Flow(Process):
    """Rectified flow (Liu et al. 2022): noisy = (1 - t) data + t noise, and the velocity noise - data is predicted.

    Time is the sigma of diffusers' `FlowMatchEulerDiscreteScheduler`.
    """

    config = "flow"

    def coefficients(self, time: Time) -> Coefficients:
        one = torch.ones_like(time) if isinstance(time, Tensor) else 1.0
        return Coefficients(1.0 - time, time, -one, one, one)

    def covariance(self, time: Time) -> Time:
        return 2 * time - 1  # a u + s w, rounded once

    def times(self, uniform: Float[Tensor, " batch"], shift: float = 1.0) -> Float[Tensor, " batch"]:
        """s u / (1 + (s - 1) u) (Esser et al. 2024, eq. 23), as diffusers' scheduler spaces its steps with `shift` s.

        A sound's colour hardly changes during a clip, so many columns tell of it at once: at t = 0.9 the noisy latents already say what
        sounds. Text and video decide above that; with s = 6 a third of the samples lie there above t = 0.92.
        """
        return shift * uniform / (1 + (shift - 1) * uniform)


class _Betas(Process):
    """A variance-preserving process given by betas (Ho et al. 2020): a^2 + s^2 = 1.

    Args:
        schedule: "scaled_linear" (Stable Diffusion: linear in the square root) or "linear".
        start, end: first and last beta.
        steps: how many there are; time is the step divided by it.
    """

    kind: str

    def __init__(self, schedule: str = "scaled_linear", start: float = 0.00085, end: float = 0.012, steps: int = 1000) -> None:
        if schedule not in ("scaled_linear", "linear") or not 0 < start <= end < 1 or steps < 2:
            raise ValueError(f"no betas of {schedule!r} from {start} to {end} in {steps} steps")
        self.schedule, self.start, self.end, self.steps = schedule, start, end, steps
        power = 2 if schedule == "scaled_linear" else 1
        betas = torch.linspace(start ** (1 / power), end ** (1 / power), steps, dtype=torch.float32) ** power
        kept = torch.cumprod(1.0 - betas, 0).double()  # alpha bar, in float32 as diffusers' schedulers compute it
        self._log_ratio = 0.5 * ((1 - kept) / kept).log()  # log(s / a): noise against signal

    @property
    def config(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "schedule": self.schedule,
            "start": self.start,
            "end": self.end,
            "steps": self.steps,
        }

    def _signal_and_noise(self, time: Time) -> tuple[Time, Time]:
        """a and s; between two steps log(s / a) is interpolated linearly, as diffusers' schedulers do for sigmas."""
        place = (torch.as_tensor(time, dtype=torch.float64) * self.steps).clamp(0, self.steps - 1)
        table = self._log_ratio.to(place.device)
        below = place.floor().long()
        above = (below + 1).clamp(max=self.steps - 1)
        log_ratio = torch.lerp(table[below], table[above], place - below)
        signal, noise = torch.sigmoid(-2 * log_ratio).sqrt(), torch.sigmoid(2 * log_ratio).sqrt()
        if isinstance(time, Tensor):
            return signal.to(time.dtype), noise.to(time.dtype)
        return float(signal), float(noise)

    def times(self, uniform: Float[Tensor, " batch"], shift: float = 1.0) -> Float[Tensor, " batch"]:
        """Whole steps, each as likely as any other (Ho et al. 2020, Algorithm 1); betas have no shift."""
        return (uniform * self.steps).floor() / self.steps


class Epsilon(_Betas):
    """The noise is predicted (TA-V2A eq. 8 to 10, Stable Diffusion 1)."""

    kind = "epsilon"

    def coefficients(self, time: Time) -> Coefficients:
        signal, noise = self._signal_and_noise(time)
        return Coefficients(signal, noise, 0.0 * signal, 0.0 * signal + 1.0, signal)


class Velocity(_Betas):
    """v = a noise - s data is predicted (Salimans & Ho 2022, section 4)."""

    kind = "v_prediction"

    def coefficients(self, time: Time) -> Coefficients:
        signal, noise = self._signal_and_noise(time)
        return Coefficients(signal, noise, -noise, signal, signal * signal + noise * noise)


def process_of(config: str | Mapping[str, Any] | Process) -> Process:
    """The process that a configuration names: "flow", "epsilon", "v_prediction", or a mapping with its "kind" and betas.

    Raises:
        ValueError: it names none.
    """
    if isinstance(config, Process):
        return config
    settings = {"kind": config} if isinstance(config, str) else dict(config)
    kinds: dict[str, type[Process]] = {"flow": Flow, "epsilon": Epsilon, "v_prediction": Velocity}
    kind = settings.pop("kind", None)
    if kind not in kinds:
        raise ValueError(f"a diffusion process is one of {', '.join(kinds)}, not {kind!r}")
    try:
        return kinds[kind](**settings)
    except TypeError:
        raise ValueError(f"{kind} has no settings {', '.join(map(repr, settings))}") from None
