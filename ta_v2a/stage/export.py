"""A scene as files: film, sound, and the truth about both."""

import json
import shutil
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from ..errors import UserError
from ..media.atomic import output_file, whole_file
from ..media.mux import mux
from ..media.sound import write_wav
from . import picture, sound
from .scene import Scene, plan

SAMPLE_RATE_HZ = 16_000
_BLOCK_PICTURES = 64  # rendered at a time, so that a long film needs little memory


def write_scene(seed: int, output: Path, duration_s: float, width: int, height: int, fps: float, silent: bool = False) -> dict[str, Any]:
    """Writes OUTPUT.mp4 (without a sound track if `silent`), OUTPUT.wav (48 kHz, 24 bit) and OUTPUT.json of the scene of a seed.

    An ending .mp4, .wav or .json in `output` is ignored. The JSON holds the plan: sources, event times in seconds, intensities, caption.

    Raises:
        UserError: if a file cannot be written.
    """
    stem = output.with_suffix("") if output.suffix in (".mp4", ".wav", ".json") else output
    if not stem.name:
        raise UserError("the scene needs a name: -o NAME")
    paths = {name: stem.with_name(f"{stem.name}.{ending}") for name, ending in (("film", "mp4"), ("wav", "wav"), ("json", "json"))}
    stem.parent.mkdir(parents=True, exist_ok=True)
    places = {name: output_file(path) for name, path in paths.items()}
    scene = plan(seed, duration_s)
    wave = sound.render(scene, SAMPLE_RATE_HZ)
    if silent:
        with whole_file(places["film"]) as part:
            _encode(scene, part, width, height, fps)
    else:
        # The name is known before the folder exists: TemporaryDirectory leaves it behind when stopped between making and noting it.
        folder = Path(tempfile.gettempdir()) / f"ta-v2a-{uuid4().hex}"
        try:
            folder.mkdir(mode=0o700)
            _encode(scene, str(folder / "picture.mp4"), width, height, fps)
            mux(folder / "picture.mp4", wave, SAMPLE_RATE_HZ, places["film"])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    write_wav(places["wav"], wave, SAMPLE_RATE_HZ, duration_s)
    truth = {**scene.as_dict(), "width": width, "height": height, "fps": fps}
    with whole_file(places["json"]) as part:
        Path(part).write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {
        **{name: str(path) for name, path in paths.items()},
        "seed": seed,
        "duration_s": duration_s,
        "caption": scene.caption,
        "kinds": [source.kind for source in scene.sources],
        "events_s": [round(float(time_s), 4) for time_s in scene.event_times_s],
    }


def _encode(scene: Scene, path: str, width: int, height: int, fps: float) -> None:
    """The scene's pictures in colour as H.264 in MP4."""
    import av

    rate = Fraction(fps).limit_denominator(1001)
    times_s = (np.arange(max(1, round(scene.duration_s * fps))) + 0.5) / float(rate)
    with av.open(path, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv444p" if width % 2 or height % 2 else "yuv420p"
        for start in range(0, len(times_s), _BLOCK_PICTURES):
            for pixels in picture.render(scene, times_s[start : start + _BLOCK_PICTURES], height, width, colour=True):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")))
        container.mux(stream.encode(None))
