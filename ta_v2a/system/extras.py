"""What a plain installation leaves out: packages by the extra that brings them."""

from importlib.util import find_spec

from ta_v2a.errors import UserError

EXTRAS: dict[str, dict[str, str]] = {
    "train": {
        "lightning": "lightning",
        "jsonargparse": "jsonargparse",
        "webdataset": "webdataset",
        "pyarrow": "pyarrow.parquet",
        "pytorchvideo": "pytorchvideo.models",
        "panns-inference": "panns_inference",
    },
    "serve": {
        "fastapi": "fastapi",
        "starlette": "starlette",
        "uvicorn": "uvicorn",
        "httpx": "httpx",
        "prometheus-client": "prometheus_client",
    },
    "mcp": {"mcp": "mcp", "httpx": "httpx"},
    "ray": {"ray": "ray"},
    "eval": {
        "librosa": "librosa",
        "numba": "numba",
        "matplotlib": "matplotlib",
        "panns-inference": "panns_inference",
    },
    "solid": {"mujoco": "mujoco"},
    "otio": {"opentimelineio": "opentimelineio"},
    "c2pa": {"c2pa-python": "c2pa", "cryptography": "cryptography"},
}
"""Extra -> distribution -> a module of it. pyproject.toml says which versions. Of pytorchvideo `models` only:
its transforms do not import beside a current torchvision."""


def is_installed(module: str) -> bool:
    """Whether the package of a module is there; `module` may have dots. Imports nothing."""
    return find_spec(module.partition(".")[0]) is not None


def need(extra: str) -> None:
    """Called by whatever cannot do its work without an extra, before any of that work; imports nothing.

    Raises:
        UserError: packages of the extra are not installed; it names them, and how to get them.
    """
    lacking = [name for name, module in EXTRAS[extra].items() if not is_installed(module)]
    if lacking:
        raise UserError(_advice(extra, lacking))


def extra_that_lacks(error: ModuleNotFoundError) -> UserError | None:
    """The same line for an import that failed later, as of a preset's network; None: no extra brings it."""
    top = (error.name or "").partition(".")[0]
    for extra, modules in EXTRAS.items():
        for name, module in modules.items():
            if module.partition(".")[0] == top:
                return UserError(_advice(extra, [name]))
    return None


def _advice(extra: str, lacking: list[str]) -> str:
    verb = "is" if len(lacking) == 1 else "are"
    wanted = f"pip install 'ta-v2a[{extra}]'"
    return f'this command needs what "{wanted}" brings: {", ".join(lacking)} {verb} not installed'
