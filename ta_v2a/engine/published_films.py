"""A published AnimateDiff in a video head's place, for those who have network (or its folders) and GPU."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from ldm.latents import Latents
from ldm.sampling import Step, StepCallback
from ta_v2a.engine.filming import KnownPictures, MakesFilms
from ta_v2a.errors import UserError, one_line
from vocoders.component import Component, configured


class PublishedAnimateDiff(Component):
    """Says which AnimateDiff makes the pictures; it has no weights of its own.

    Args:
        pipeline: a Stable Diffusion 1 or an AnimateDiff pipeline: a name on the hub, or a folder.
        motion_adapter: likewise, of a motion adapter; "" where the pipeline has one.
        pictures, fps, picture_px: of a film: number, a second, side.
        text_scale: how closely to follow the words, of a call that does not say.
        half: weights in float16 where it runs on a GPU.
    """

    @configured
    def __init__(
        self,
        pipeline: str,
        motion_adapter: str = "",
        pictures: int = 16,
        fps: float = 8.0,
        picture_px: int = 512,
        text_scale: float = 7.5,
        half: bool = True,
    ):
        super().__init__()

    def opened(self, device: torch.device | str = "cpu") -> "AnimateDiffFilms":
        """The pipeline, by `from_pretrained`: it is downloaded where it is no folder and not there yet.

        Raises:
            UserError: in one line, if it cannot be had.
        """
        from diffusers import AnimateDiffPipeline, MotionAdapter

        c, half = self.config, self.config.half and torch.device(device).type == "cuda"
        how: dict[str, Any] = {"torch_dtype": torch.float16 if half else torch.float32}
        try:
            if c.motion_adapter:
                how["motion_adapter"] = MotionAdapter.from_pretrained(c.motion_adapter, **how)
            pipe = AnimateDiffPipeline.from_pretrained(c.pipeline, **how)
        except Exception as error:  # diffusers and the hub refuse in many ways
            raise UserError(f"no AnimateDiff of {c.pipeline}: {one_line(error)}") from error
        pipe.set_progress_bar_config(disable=True)
        return AnimateDiffFilms(pipe.to(device), self)


@dataclass(frozen=True)
class AnimateDiffFilms(MakesFilms):
    """Films of diffusers' `AnimateDiffPipeline`, which reads the words itself.

    Attributes:
        pipe: the pipeline.
        named: its settings.
    """

    pipe: Any
    named: PublishedAnimateDiff
    fills_in = False

    @property
    def text_scale(self) -> float:  # type: ignore[override]
        return float(self.named.config.text_scale)

    @property
    def fps(self) -> float:
        return float(self.named.config.fps)

    @property
    def pictures(self) -> int:
        return int(self.named.config.pictures)

    @property
    def px(self) -> int:
        return int(self.named.config.picture_px)

    @property
    def device(self) -> torch.device:
        return torch.device(self.pipe.device)

    @torch.no_grad()
    def films(
        self,
        prompts: Sequence[str],
        generators: Sequence[torch.Generator],
        steps: int,
        text_scale: float,
        negatives: Sequence[str] | None = None,
        negative_scale: float = 0.0,
        first: Float[Tensor, "n planes px px"] | None = None,
        callback: StepCallback | None = None,
        autocast_dtype: torch.dtype | None = None,
        known: KnownPictures | None = None,
    ) -> UInt8[Tensor, "films pictures px px planes"]:
        """As `MakesFilms`; negative words take the place of the empty ones, whatever `negative_scale`.

        Raises:
            UserError: a first picture is given, or known ones: AnimateDiff takes none.
        """
        if known is not None:
            raise UserError("this AnimateDiff fills in no pictures between known ones")
        if first is not None:
            seconds = self.pictures / self.fps
            raise UserError(
                f"this AnimateDiff begins with no given picture: no --image, and {seconds:g} s at most"
            )

        def step(pipe: Any, index: int, timestep: Any, values: dict[str, Tensor]) -> dict[str, Tensor]:
            if callback is None:
                return {}
            event = Step(index + 1, steps, torch.as_tensor(timestep), Latents(video=values["latents"]))
            replaced = callback(event)
            return {} if replaced is None else {"latents": replaced.given_video}

        made = self.pipe(
            prompt=list(prompts),
            negative_prompt=None if negatives is None else list(negatives),
            num_frames=self.pictures,
            height=self.px,
            width=self.px,
            num_inference_steps=steps,
            guidance_scale=text_scale,
            generator=list(generators),
            output_type="pt",
            callback_on_step_end=step,
        ).frames
        return (made.float().clamp(0, 1) * 255).round().byte().movedim(2, -1).cpu()
