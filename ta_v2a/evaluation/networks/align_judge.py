"""The judge of Diff-Foley's Align accuracy: does a sound belong to a picture, and to this moment of it?

It is a classifier of clean latents (`ldm.classifiers`), trained on aligned, shifted and wrong pairs by
`ta-v2a train classifier --config mini --config align`, and reads what the encoders and the autoencoder of its
preset make of picture and sound. It lies in the folder `judge` of the preset.
"""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from cvalp.features import as_input, film_features
from ta_v2a.engine.parts import load_component
from ta_v2a.errors import UserError
from ta_v2a.presets.resolve import resolve
from ta_v2a.system.provenance import folder_sha256
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel

JUDGE_FOLDER = "judge"
PARTS = {"cvalp": "cvalp", "autoencoder": "autoencoder", JUDGE_FOLDER: "classifier"}
"""Folders of a preset that the judge is made of, and their roles."""


class AlignJudge:
    """P(aligned) of sounds and pictures.

    As in Diff-Foley it hears and sees the first window (8.192 s) of a clip.

    Args:
        classifier: of clean latents.
        encoders, autoencoder: those that it learnt with.
        device: where it runs.

    Raises:
        UserError: the classifier reads noisy latents.
    """

    def __init__(self, classifier: Any, encoders: Any, autoencoder: Any, device: torch.device | str = "cpu"):
        check_judge(classifier)
        self.device = torch.device(device)
        self.classifier, self.encoders = classifier.to(device), encoders.to(device)
        self.autoencoder = autoencoder.to(device)
        self.clock = replace(encoders.clock, mel_frames_per_column=autoencoder.frames_per_column)
        self.log_mel = LogMel(self.clock).to(device)

    def window(self, duration_s: float) -> ClipSpec:
        """The clock of what is judged of a clip."""
        return self.clock.lasting(min(max(duration_s, self.clock.column_s), self.clock.duration_s))

    @torch.inference_mode()
    def sound(self, waves: Float[np.ndarray, "batch samples"]) -> torch.Tensor:
        """Clean latents (batch, ..., columns) of the first window of sounds at the clock's rate."""
        samples = self.window(waves.shape[1] / self.clock.sample_rate_hz).samples
        heard = np.zeros((len(waves), samples), np.float32)
        heard[:, : waves.shape[1]] = waves[:, :samples]
        mel = self.log_mel(torch.from_numpy(heard).to(self.device))
        return self.autoencoder.encode(mel).mean.float()

    @torch.inference_mode()
    def picture(self, frames: np.ndarray) -> Float[torch.Tensor, "batch tokens channels"]:
        """E_v of pictures (batch, n, h, w) or, in colour, (batch, n, h, w, 3) uint8 at the clock's rate."""
        shown = torch.from_numpy(frames[:, : self.clock.pictures]).to(self.device)
        return film_features(self.encoders, as_input(shown))

    @torch.inference_mode()
    def probability(self, latents: torch.Tensor, video: torch.Tensor) -> Float[np.ndarray, " batch"]:
        """P(aligned), over the time that both last."""
        step = self.clock.columns_per_picture
        tokens = min(video.shape[1], latents.shape[-1] // step)
        latents, video = (each.to(self.device) for each in (latents[..., : tokens * step], video[:, :tokens]))
        clean = torch.zeros(len(latents), device=self.device)
        return self.classifier(latents, clean, video).sigmoid().cpu().numpy()

    def aligned(
        self, waves: Float[np.ndarray, "batch samples"], frames: np.ndarray
    ) -> Float[np.ndarray, " batch"]:
        """P(aligned) of sounds and the pictures beside them."""
        return self.probability(self.sound(waves), self.picture(frames))


def check_judge(classifier: Any) -> None:
    """Raises UserError where a classifier reads noisy latents."""
    if classifier.process is not None:
        raise UserError("the judge of Align reads clean latents, and this classifier noisy ones")


def load_judge(preset: str | Path, device: torch.device | str = "cpu") -> AlignJudge | None:
    """The judge of a preset on a device; None where it holds none.

    Raises:
        UserError: there is no such preset, or its judge cannot be loaded.
    """
    folder = resolve(preset)
    if not (folder / JUDGE_FOLDER / "config.json").is_file():
        return None
    encoders, autoencoder, classifier = (load_component(folder / name, role) for name, role in PARTS.items())
    return AlignJudge(classifier, encoders, autoencoder, device)


def judge_sha256(preset: str | Path) -> str:
    """Of all weights that a judgement rests on."""
    folder = resolve(preset)
    return sha256(" ".join(folder_sha256(folder / name) for name in PARTS).encode()).hexdigest()
