"""The node: a VIDEO, or an IMAGE and its rate, with words in; an AUDIO and a VIDEO with that sound out."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import soundfile
import torch

from ta_v2a.comfy.clips import image_file, video_file
from ta_v2a.comfy.host import host_bar, host_folder, host_video
from ta_v2a.delivery.order import Order, sound_clip
from ta_v2a.engine.arguments import LAST_SEED, checked_settings
from ta_v2a.engine.cues import Cue
from ta_v2a.engine.parts import read_index, settings_in
from ta_v2a.errors import UserError
from ta_v2a.media.loudness import read_target
from ta_v2a.presets.resolve import resolve
from ta_v2a.sheets.reading import read_sheet_text
from ta_v2a.sheets.sheet import cues_of

_LOUDNESSES = ["-23", "-18", "-16", "-14", "none"]
_ORIGINALS = ["replace", "mix", "keep"]


class FoleyNode:
    """Sound for a clip, exactly as long as its picture. The same inputs give the same samples.

    A node as ComfyUI has had them from the beginning: its class needs nothing of ComfyUI, so it loads in any
    version of it.
    """

    CATEGORY = "audio/ta-v2a"
    DESCRIPTION = "Puts sound on a clip: the text says what is heard, the picture says when."
    FUNCTION = "sound"
    RETURN_TYPES = ("AUDIO", "VIDEO")
    RETURN_NAMES = ("audio", "video")
    OUTPUT_TOOLTIPS = (
        "The new sound alone, 48 kHz.",
        "The clip with the sound; its picture is not encoded anew.",
    )

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, dict[str, tuple]]:
        """Inputs by name, as ComfyUI wants them: type, then settings of the widget; the preset's own
        numbers are the defaults."""
        preset = _preset_settings()
        return {
            "required": {
                "prompt": _words("What is heard, in English. Empty: the picture decides."),
                "negative_prompt": _words("What is not to be heard."),
                "cues": _words('One line each: "1.2-3.0: glass breaking". Text for a stretch of the clip.'),
                "hits": ("BOOLEAN", {"default": False, "tooltip": "Things hit where the cues begin."}),
                "seed": (
                    "INT",
                    {"default": 0, "min": 0, "max": LAST_SEED, "control_after_generate": True},
                ),
                "steps": ("INT", {"default": preset["num_inference_steps"], "min": 1, "max": 1000}),
                "text_scale": _weight(preset["text_scale"], "How closely to follow the prompt."),
                "negative_scale": _weight(
                    preset["negative_scale"], "How far to keep from what is not wanted."
                ),
                "video_scale": _weight(preset["video_scale"], "How closely to follow the picture."),
                "align_scale": _weight(preset["align_scale"], "How hard to pull onsets to what is seen."),
                "loudness": (_LOUDNESSES, {"default": "-23", "tooltip": "LUFS of the new sound."}),
                "original": (
                    _ORIGINALS,
                    {"default": "replace", "tooltip": "What becomes of the clip's own sound."},
                ),
            },
            "optional": {
                "video": ("VIDEO", {"tooltip": "The clip. Or give images."}),
                "images": ("IMAGE", {"tooltip": "The clip's pictures, where there is no video."}),
                "fps": (
                    "FLOAT",
                    {
                        "default": 24.0,
                        "min": 0.01,
                        "max": 1000.0,
                        "step": 0.01,
                        "tooltip": "Images a second.",
                    },
                ),
                "cuts": ("BOOLEAN", {"default": True, "tooltip": "No sound crosses a cut that is seen."}),
            },
        }

    def sound(
        self,
        prompt: str,
        negative_prompt: str,
        cues: str,
        hits: bool,
        seed: int,
        steps: int,
        text_scale: float,
        negative_scale: float,
        video_scale: float,
        align_scale: float,
        loudness: str,
        original: str,
        video: Any = None,
        images: torch.Tensor | None = None,
        fps: float = 24.0,
        cuts: bool = True,
    ) -> tuple[dict[str, Any], Any]:
        """The new sound as AUDIO, {"waveform": (1, channels, samples) float32, "sample_rate": 48000}, and
        the clip with it as VIDEO.

        Raises:
            UserError: an input cannot be used, or this is not ComfyUI.
        """
        if (video is None) == (images is None):
            raise UserError("connect a video or images, one of the two")
        scales = {
            "num_inference_steps": steps,
            "text_scale": text_scale,
            "negative_scale": negative_scale,
            "video_scale": video_scale,
            "align_scale": align_scale,
        }
        folder = host_folder()
        try:
            with torch.inference_mode(False):  # ComfyUI runs nodes in it; guides need gradients
                clip = video_file(video, folder) if images is None else image_file(images, fps, folder)
                order = Order(
                    clip=str(clip),
                    prompt=prompt,
                    negative_prompt=negative_prompt,
                    cues=tuple(_cues(cues)),
                    hits=hits,
                    output=f"{folder}/",
                    seed=seed,
                    scales=scales,
                    original=original,  # type: ignore[arg-type]  # one of its words, as ComfyUI checks
                    loudness=read_target(loudness),
                    cuts="auto" if cuts else "none",
                )
                take = _made(order)
                audio = _audio(Path(take["wav"]))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return audio, host_video(Path(take["film"]))


def _made(order: Order) -> dict[str, Any]:
    """The one take of an order, told to ComfyUI's bar."""
    bar = host_bar(1)

    def advance(done: int, total: int) -> None:
        bar.update_absolute(done, total)

    return sound_clip(order, advance, print)["takes"][0]


def _audio(wav: Path) -> dict[str, Any]:
    columns, rate_hz = soundfile.read(wav, dtype="float32", always_2d=True)
    wav.unlink()
    return {"waveform": torch.from_numpy(columns.T.copy())[None], "sample_rate": rate_hz}


def _cues(lines: str) -> list[Cue]:
    return cues_of(read_sheet_text(lines, "lines")) if lines.strip() else []


def _words(tooltip: str) -> tuple:
    return "STRING", {"default": "", "multiline": True, "tooltip": tooltip}


def _weight(default: float, tooltip: str) -> tuple:
    return "FLOAT", {"default": default, "min": -100.0, "max": 100.0, "step": 0.1, "tooltip": tooltip}


@cache
def _preset_settings() -> dict[str, Any]:
    return checked_settings(settings_in(read_index(resolve("mini"))))
