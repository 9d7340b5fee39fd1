"""What is heard in a clip, described by a vision-language model of transformers that looks at it."""

from pathlib import Path
from typing import Any

import numpy as np

from prompts.known import understood
from prompts.refining.language_model import first_sentence
from prompts.refining.refined import Refiner
from ta_v2a.errors import UserError, one_line
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.system.user_files import is_folder

PICTURES = 8
SHOWN_PX = 224
_MOST_TOKENS = 64
QUESTION = (
    "These are pictures of a silent video, in order. In one short sentence in the present tense, say which "
    "sounds would be heard: what makes them and what it does. Leave out colours, clothes, light and camera."
)


class Looker:
    """Describes clips; the same pictures, the same words.

    Args:
        model: any image-text-to-text model of transformers (SmolVLM, Qwen-VL, VideoLLaMA3, LLaVA, ...).
        processor: its own, with a chat template.
    """

    def __init__(self, model: Any, processor: Any) -> None:
        self.model, self.processor = model.eval(), processor

    @classmethod
    def from_folder(cls, folder: str | Path) -> "Looker":
        """From a folder as `save_pretrained` writes it: safetensors only, nothing is downloaded.

        Raises:
            UserError: the folder holds no such model, or its processor has no chat template.
        """
        if not is_folder(Path(folder)):
            raise UserError(f"no such folder of a vision-language model: {folder}")
        import transformers

        given: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            kind = transformers.AutoModelForImageTextToText
            model = kind.from_pretrained(folder, use_safetensors=True, **given)
            processor = transformers.AutoProcessor.from_pretrained(folder, **given)
        except Exception as error:  # transformers refuses a folder in many ways
            raise UserError(
                f"{folder} holds no vision-language model that can be loaded: {one_line(error)}"
            ) from error
        if not getattr(processor, "chat_template", None):
            raise UserError(f"{folder}: a vision-language model needs a chat template")
        return cls(model, processor)

    def describe(self, pictures: list[np.ndarray]) -> str:
        """Words for pictures (h, w, 3) uint8, in order."""
        import torch
        from torchvision.transforms.functional import to_pil_image

        shown: list[dict[str, Any]] = [
            {"type": "image", "image": to_pil_image(picture)} for picture in pictures
        ]
        turns = [{"role": "user", "content": [*shown, {"type": "text", "text": QUESTION}]}]
        batch = self.processor.apply_chat_template(
            turns, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors="pt"
        ).to(self.model.device)
        with torch.inference_mode():
            tokens = self.model.generate(**batch, do_sample=False, num_beams=1, max_new_tokens=_MOST_TOKENS)
        answer = tokens[:, batch["input_ids"].shape[1] :]
        return str(self.processor.batch_decode(answer, skip_special_tokens=True)[0])


def pictures_of(clip: Clip, count: int = PICTURES, longest_s: float | None = None) -> list[np.ndarray]:
    """`count` pictures (224, 224, 3) uint8 in the middle of equal parts of a clip, or of its
    beginning of `longest_s`.

    Raises:
        UserError: the clip cannot be read.
    """
    duration_s = clip.duration_s if longest_s is None else min(longest_s, clip.duration_s)
    times_s = (np.arange(count) + 0.5) * duration_s / count
    return list(colour_frames(clip, times_s, SHOWN_PX, SHOWN_PX))


def described(clip: Clip, looker: Looker, refiner: Refiner, longest_s: float | None = None) -> dict[str, Any]:
    """What is heard in a clip by its looks, through a refiner.

    Returns:
        {"described": the model's words, "caption": what the refiner leaves of them, "negative", "trace": its
        steps, "not_understood": unknown words, "names_a_sound": whether the caption names a known one}.
    """
    words = first_sentence(looker.describe(pictures_of(clip, longest_s=longest_s)))
    read = refiner.refine(words)
    known = understood(read.text)
    return {
        "described": words,
        "caption": read.text,
        "negative": read.negative,
        "trace": [finding.line() for finding in read.trace],
        "not_understood": list(known.unknown),
        "names_a_sound": known.names_a_sound,
    }


def caption_by_looking(path: str, folder: str, refiner: Refiner) -> dict[str, Any]:
    """`ta-v2a caption --backend vlm`: the clip, the model, and what `described` says.

    Raises:
        UserError: the clip or the model cannot be read.
    """
    clip = probe(path)
    found = described(clip, Looker.from_folder(folder), refiner)
    return {"clip": path, "duration_s": round(clip.duration_s, 6), "backend": "vlm", "model": folder, **found}
