"""Text-assisted video-to-audio. `from ta_v2a import FoleyPipeline` loads torch only
when the name is asked for."""

from importlib import import_module
from typing import Any

_LAZY = {
    "AudibleVideoPipeline": "ta_v2a.pipelines.audible_video",
    "FoleyPipeline": "ta_v2a.pipelines.foley",
    "FoleyOutput": "ta_v2a.pipelines.foley",
    "Cue": "ta_v2a.engine.cues",
    "UserError": "ta_v2a.errors",
}
__all__ = ["AudibleVideoPipeline", "Cue", "FoleyOutput", "FoleyPipeline", "UserError"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'ta_v2a' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)
