"""A denoiser of sound and one of pictures that know nothing of each other, as one: what a latent aligner
binds together (Xing et al. 2024, joint generation)."""

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ldm.conditions import Conditions
from ldm.denoisers.role import Denoiser
from ldm.guidance import NONE, Guidance, guided, plan_branches
from ldm.latents import Latents
from ldm.process import Process


@dataclass
class SideBySide:
    """Both predictions, each under its own guidance already; sample it under `unguided`.

    Attributes:
        audio, video: of one process.
        process: theirs.
        audio_guidance, video_guidance: what each is told.

    Raises:
        ValueError: denoisers of two processes.
    """

    audio: Denoiser
    video: Denoiser
    audio_guidance: Guidance
    video_guidance: Guidance
    process: Process = field(init=False)
    _mixed: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if self.audio.process.config != self.video.process.config:
            raise ValueError("sound and picture are denoised by two processes: they share no time")
        self.process = self.audio.process

    def mix(self, conditions: Conditions, latents: Latents) -> Conditions:
        """What each makes of its own conditions; those given here are none."""
        for name, value in latents.items():
            network, guidance = self._of(name)
            alone = Latents(**{name: value}).repeat(guidance.branches)
            self._mixed[name] = network.mix(guidance.conditions, alone)
        return conditions

    def __call__(self, latents: Latents, time: Tensor, conditions: Any) -> Latents:
        """The guided predictions at one time for all samples."""
        at = float(time[0])
        found: dict[str, Tensor] = {}
        for name, value in latents.items():
            network, guidance = self._of(name)
            told = guided(network, Latents(**{name: value}), at, self._mixed[name], guidance.at(at))
            found |= dict(told.items())
        return Latents(**found)

    def _of(self, name: str) -> tuple[Denoiser, Guidance]:
        if name == "audio":
            return self.audio, self.audio_guidance
        return self.video, self.video_guidance


def unguided(batch: int) -> Guidance:
    """One branch that is told nothing more."""
    return plan_branches({NONE: 1.0}, batch, Conditions({}))
