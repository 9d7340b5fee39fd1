"""Sound for silent clips by UniForm: one model of sound and picture, given the picture."""

from collections.abc import Iterator, Sequence
from typing import Any, no_type_check

import numpy as np
import torch
from jaxtyping import Float

from ldm.sampling import Step
from ta_v2a.engine.arguments import chosen_scales
from ta_v2a.engine.calls import Progress
from ta_v2a.engine.devices import own_generators
from ta_v2a.engine.foley import FoleyEngine, Sketch
from ta_v2a.engine.joint import PICTURES_PER_S, JointEngine, load_joint
from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import Clip, probe

UNIFORM_TEXT_SCALE = 2.0
_PICTURES_AT_ONCE = 256


class UniformFoley(FoleyEngine):
    """The face of `FoleyEngine` on `JointEngine.sounded`: whole clips, a prompt, a seed.

    Args:
        model: folder that `ta-v2a train joint --config uniform` exported.
        like: the engine whose preset goes with it.

    Raises:
        UserError: there is no such model.
    """

    whole_clips = True

    def __init__(self, model: str, like: FoleyEngine):
        super().__init__(like.parts, like.settings, like.autocast_dtype, like.device)
        self.joint = load_joint(model, sound=like.parts)

    @no_type_check  # as FoleyEngine's
    def stream(
        self,
        video: Any,
        prompt: Any = None,
        *,
        negative_prompt: Any = None,
        cues: Sequence[Any] | None = None,
        generator: Any = None,
        watch: Any = None,
        takes: int = 1,
        hits: Sequence[float] | None = None,
        **scales: Any,
    ) -> Iterator[Float[np.ndarray, "batch samples"]]:
        """The sound of a clip in one block (1, samples).

        Raises:
            UserError: the clip cannot be read, or something is asked that this model has not learnt.
        """
        given = {"a negative prompt": negative_prompt, "cues": cues, "hits": hits, "several takes": takes > 1}
        asked = [name for name, value in given.items() if value]
        if asked:
            raise UserError(f"--system uniform knows a prompt and a picture: no {', no '.join(asked)}")
        clip = video if isinstance(video, Clip) else probe(video)
        steps = chosen_scales(self.settings, scales).steps
        scale = scales.get("text_scale")
        engine = JointEngine(self.joint, steps, UNIFORM_TEXT_SCALE if scale is None else scale)
        (drawn,) = _listed(own_generators(generator, 1))

        def told(step: Step) -> None:
            if watch is not None:
                watch(Progress(step.done, step.total, step))

        wave = engine.sounded(self._frames(clip), prompt or "", generator=drawn, told=told)
        samples = round(clip.duration_s * self.clock.sample_rate_hz)
        yield np.pad(wave[:samples], (0, max(0, samples - len(wave)))).astype(np.float32)[None]

    def sketch(self, *given: Any, **options: Any) -> Sketch:
        """Raises: UserError: always; it has no place for a voice of another kind."""
        raise UserError("--system uniform makes a sound, not what a --library could voice")

    def _frames(self, clip: Clip) -> np.ndarray:
        px = self.joint.code.config.picture_px
        count = max(1, -(-round(clip.duration_s * 125) // 8))  # 15.625 = 125 / 8
        times_s = ((np.arange(count) + 0.5) / PICTURES_PER_S).clip(max=clip.duration_s)
        starts = range(0, count, _PICTURES_AT_ONCE)
        return np.concatenate(
            [colour_frames(clip, times_s[at : at + _PICTURES_AT_ONCE], px, px) for at in starts]
        )


def _listed(generators: Any) -> list[torch.Generator]:
    return [generators] if isinstance(generators, torch.Generator) else list(generators)
