"""Which scheduler steps which process, and the one that mini uses without importing diffusers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ldm.process import Flow, Process
from vocoders.component import Config

# What diffusers' scheduler has beside `shift`, at the values for which FlowEuler is the same.
_PLAIN = {
    "use_dynamic_shifting": False,
    "shift_terminal": None,
    "use_karras_sigmas": False,
    "use_exponential_sigmas": False,
    "use_beta_sigmas": False,
    "invert_sigmas": False,
    "stochastic_sampling": False,
}


class FlowEuler:
    """diffusers' `FlowMatchEulerDiscreteScheduler` with a fixed shift, sample for sample; its import costs seconds, this none.

    Args:
        shift: s of sigma = s u / (1 + (s - 1) u) (Esser et al. 2024, eq. 23).
    """

    order = 1
    init_noise_sigma = 1.0

    def __init__(self, shift: float = 1.0):
        self.config = Config({"num_train_timesteps": 1000, "shift": shift, **_PLAIN})
        self.timesteps = torch.empty(0)
        self.sigmas = torch.empty(0)

    def set_timesteps(self, sigmas: Sequence[float] | np.ndarray, device: torch.device | str = "cpu") -> None:
        """Steps from the given noise levels, before the shift, down to 0."""
        shift = self.config.shift
        plain = np.asarray(sigmas, np.float32)
        levels = torch.from_numpy(shift * plain / (1 + (shift - 1) * plain)).to(device, torch.float32)
        self.timesteps = levels * self.config.num_train_timesteps
        self.sigmas = torch.cat([levels, levels.new_zeros(1)])
        self._done = 0

    def step(self, model_output: Tensor, timestep: Tensor | float, sample: Tensor, return_dict: bool = False) -> tuple[Tensor]:
        """The sample one step on: x + (sigma_next - sigma) v, in float32."""
        length = self.sigmas[self._done + 1] - self.sigmas[self._done]
        self._done += 1
        return ((sample.float() + length * model_output).to(model_output.dtype),)


def quick_scheduler(name: str, config: Mapping[str, Any]) -> FlowEuler | None:
    """`FlowEuler` where a saved scheduler of diffusers is the same as it, else None."""
    known = {"num_train_timesteps": 1000, **_PLAIN}
    if name != "FlowMatchEulerDiscreteScheduler" or any(config.get(key, value) != value for key, value in known.items()):
        return None
    return FlowEuler(float(config.get("shift", 1.0)))


def check_scheduler(scheduler: Any, process: Process) -> None:
    """Refuses a scheduler that steps another process than the denoiser was trained on; its configuration decides.

    Raises:
        ValueError: in one line.
    """
    config, name = dict(scheduler.config), type(scheduler).__name__
    if isinstance(process, Flow):
        kind = config.get("prediction_type")
        fits = kind == "flow_prediction" and config.get("use_flow_sigmas", False) if kind else "shift" in config
        wanted = "flow matching (such as FlowMatchEulerDiscreteScheduler, or use_flow_sigmas with flow_prediction)"
    else:
        betas = process.config
        assert isinstance(betas, dict)
        asked = {
            "prediction_type": betas["kind"],
            "beta_schedule": betas["schedule"],
            "beta_start": betas["start"],
            "beta_end": betas["end"],
            "num_train_timesteps": betas["steps"],
        }
        fits = all(config.get(key) == value for key, value in asked.items())
        fits = fits and not config.get("use_flow_sigmas", False) and config.get("trained_betas") is None
        wanted = ", ".join(f"{key}={value!r}" for key, value in asked.items())
    if not fits:
        raise ValueError(f"{name} as configured does not step this denoiser's process: it needs {wanted}")
