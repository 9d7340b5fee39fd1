"""Samplers by name: diffusers' schedulers, configured for a process."""

from collections.abc import Callable
from typing import Any

from ldm.process import Process

Build = Callable[[dict[str, Any]], Any]


def _betas(settings: dict[str, Any]) -> dict[str, Any]:
    """A process's settings in diffusers' words."""
    return {
        "num_train_timesteps": settings["steps"],
        "beta_schedule": settings["schedule"],
        "beta_start": settings["start"],
        "beta_end": settings["end"],
        "prediction_type": settings["kind"],
    }


def _dpm_solver(changes: dict[str, Any]) -> Any:
    """DPM-Solver++ 2M (Lu et al. 2022), with 25 steps the paper's."""
    from diffusers import DPMSolverMultistepScheduler

    return DPMSolverMultistepScheduler(**{"algorithm_type": "dpmsolver++", "solver_order": 2, **changes})


def _ddim(changes: dict[str, Any]) -> Any:
    """DDIM (Song et al. 2021) without noise of its own."""
    from diffusers import DDIMScheduler

    return DDIMScheduler(**{"clip_sample": False, "timestep_spacing": "trailing", **changes})


def _unipc(changes: dict[str, Any]) -> Any:
    """UniPC (Zhao et al. 2023) of second order."""
    from diffusers import UniPCMultistepScheduler

    return UniPCMultistepScheduler(**{"solver_order": 2, **changes})


def _euler(changes: dict[str, Any]) -> Any:
    """Euler in the noise level (Karras et al. 2022, Algorithm 2 without churn), at whole steps of the betas:
    between them that scheduler interpolates otherwise than `ldm.process`."""
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(**{"timestep_spacing": "trailing", **changes})


def _flow_euler(changes: dict[str, Any]) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**changes)


def _flow_heun(changes: dict[str, Any]) -> Any:
    """Heun: two evaluations a step."""
    from diffusers import FlowMatchHeunDiscreteScheduler

    return FlowMatchHeunDiscreteScheduler(**changes)


def _flow_dpm_solver(changes: dict[str, Any]) -> Any:
    settings = {"flow_shift" if name == "shift" else name: value for name, value in changes.items()}
    return _dpm_solver({"prediction_type": "flow_prediction", "use_flow_sigmas": True, **settings})


BETA_SAMPLERS: dict[str, Build] = {"dpm++": _dpm_solver, "ddim": _ddim, "unipc": _unipc, "euler": _euler}
"""Of noise and v-prediction."""
FLOW_SAMPLERS: dict[str, Build] = {"euler": _flow_euler, "heun": _flow_heun, "dpm++": _flow_dpm_solver}
"""Of rectified flow."""


def sampler_of(process: Process, name: str | None = None, **changes: Any) -> Any:
    """diffusers' scheduler for a process.

    Args:
        name: key of `BETA_SAMPLERS` or `FLOW_SAMPLERS`; None: DPM-Solver++ for betas, Euler for flow.
        changes: of its settings, such as `shift` of a flow.

    Raises:
        ValueError: the process has no such sampler.
    """
    settings = process.config
    known = BETA_SAMPLERS if isinstance(settings, dict) else FLOW_SAMPLERS
    chosen = name or ("dpm++" if isinstance(settings, dict) else "euler")
    if chosen not in known:
        raise ValueError(f"this process is sampled by {', '.join(known)}, not by {chosen!r}")
    return known[chosen]({**(_betas(settings) if isinstance(settings, dict) else {}), **changes})
