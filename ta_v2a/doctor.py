"""`ta-v2a doctor`: imports everything this program stands on and says what is wrong."""

import platform
import sys
import warnings
from collections.abc import Callable
from importlib import import_module, metadata
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.system.extras import EXTRAS, is_installed

PACKAGES: dict[str, str] = {
    "torch": "torch",
    "torchvision": "torchvision",
    "torchaudio": "torchaudio.functional",
    "transformers": "transformers.models.t5.modeling_t5",
    "diffusers": "diffusers",
    "accelerate": "accelerate",
    "sentencepiece": "sentencepiece",
    "safetensors": "safetensors.torch",
    "numpy": "numpy",
    "scipy": "scipy.signal",
    "av": "av",
    "soundfile": "soundfile",
    "soxr": "soxr",
    "opencv-python-headless": "cv2",
    "einops": "einops",
    "jaxtyping": "jaxtyping",
    "pydantic": "pydantic",
    "rich": "rich.progress",
    "typer": "typer",
}
"""Distribution -> a module imported to prove it, of a plain installation; `EXTRAS` has the others."""


def _import(name: str, module: str) -> None:
    if name == "panns-inference":
        from cvalp.paper.panns import import_panns

        import_panns()
    elif name == "mujoco":
        from ta_v2a.stage.solid.mujoco_here import physics

        physics()  # an import of its own would choose how to draw for the whole process
    else:
        import_module(module)


def check_package(name: str, module: str, extras: tuple[str, ...] = ()) -> dict[str, Any]:
    """One row: {"name", "version" or None, "ok", "problem" or None}.

    A package that only `extras` bring may be missing: the row says so and is ok; version is None.
    """
    row: dict[str, Any] = {"name": name, "version": None, "ok": False, "problem": None}
    if not is_installed(module):
        row["problem"] = f"not installed (extra {' or '.join(extras)})" if extras else "not installed"
        row["ok"] = bool(extras)
        return row
    try:
        row["version"] = metadata.version(name)
        with warnings.catch_warnings(action="ignore"):  # what foreign code says of itself is no finding
            _import(name, module)
    except Exception as error:  # any failure of a foreign import is the finding, whatever its type
        row["problem"] = (
            f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'}"
        )
    else:
        row["ok"] = True
    return row


def check_presets() -> list[dict[str, Any]]:
    """One row a preset: its files compared with their checksums."""
    from ta_v2a.presets.resolve import preset_names, resolve

    if not preset_names():
        return [
            {
                "name": "preset",
                "version": None,
                "ok": False,
                "problem": "no preset is installed: run `make mini` or install a release",
            }
        ]
    rows = []
    for name in preset_names():
        row: dict[str, Any] = {"name": f"preset {name}", "version": None, "ok": True, "problem": None}
        try:
            resolve(name)
        except UserError as error:
            row |= {"ok": False, "problem": str(error)}
        rows.append(row)
    return rows


def check_drawing() -> dict[str, Any]:
    """One row: whether the solid world of the stage can be drawn. Nothing else needs that, so it is ok."""
    from ta_v2a.stage.solid.mujoco_here import drawing_problem

    row: dict[str, Any] = {"name": "solid world", "version": None, "ok": True, "problem": None}
    if is_installed("mujoco"):
        row["problem"] = drawing_problem()
        row["version"] = None if row["problem"] else "can be drawn"
    else:
        row["problem"] = "cannot be made (extra solid)"
    return row


def examine(progress: Callable[[str], None] = lambda name: None) -> dict[str, Any]:
    """The whole report: {"ok", "python", "platform", "device", "checks": [rows]}; `progress`
    is told each name beforehand."""
    checks = []
    for name, module in PACKAGES.items():
        progress(name)
        checks.append(check_package(name, module))
    for name, module in {name: module for extra in EXTRAS.values() for name, module in extra.items()}.items():
        progress(name)
        brought_by = tuple(extra for extra, modules in EXTRAS.items() if name in modules)
        checks.append(check_package(name, module, brought_by))
    progress("solid world")
    checks.append(check_drawing())
    checks += check_presets()
    return {
        "ok": all(row["ok"] for row in checks),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "device": _device() if checks[0]["ok"] else None,
        "checks": checks,
        "advice": _advice(checks),
    }


def _device() -> str:
    torch = sys.modules["torch"]
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return f"cpu, {torch.get_num_threads()} threads"


def _advice(checks: list[dict[str, Any]]) -> list[str]:
    """What to do about the failures that are known."""
    wrong = {row["name"]: row["problem"] or "" for row in checks if not row["ok"]}
    advice = []
    if any(
        "torchvision::nms" in problem or "libtorch" in problem or "undefined symbol" in problem
        for problem in wrong.values()
    ):
        advice.append(
            "torch, torchvision and torchaudio come from different builds: install all three from one index "
            "(`make setup` does)"
        )
    if any(problem == "not installed" for problem in wrong.values()):
        advice.append("packages are missing: `make setup` installs the locked set")
    return advice
