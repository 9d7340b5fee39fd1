"""Extractors: what is read from a sound, a picture or a text before any score is computed,
with the identity of what read it.

An extractor turns one input into a few small named arrays, which are kept by content (`measured.py`); the
metrics see arrays only. Names of arrays that metrics look for:

features (d,)                    one embedding of the whole clip
patches (k, d)                   embeddings of consecutive stretches
frames (k, d)                    embeddings of single pictures or stretches
logits (classes,)                class predictions
tokens (t, d)                    embeddings of 64 ms each, float16
latents, video                   what a judge of pairs reads of a sound and of a picture, float16
onsets_s, peaks_s                times
flow (frames,), fps, duration_s  optical flow
offsets (w, 21)                  Synchformer's predictions per window
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ta_v2a.evaluation.metrics import agreement, av_align, onsets
from ta_v2a.media.reading.probe import Clip
from ta_v2a.system.provenance import folder_sha256
from vocoders.clock import MINI

Arrays = dict[str, np.ndarray]
Modality = Literal["sound", "picture", "text"]
RESAMPLER = "libswresample, mono"
STRETCH_TOKENS = 8  # 0.512 s: the "frames" of AVHScore for a network that reads moving pictures


@dataclass(frozen=True)
class PictureInput:
    """A clip, or its first picture held for its whole length."""

    clip: Clip
    static: bool = False


@dataclass(frozen=True)
class Extractor:
    """One reader.

    Args:
        key: its name in variant ids; with `sha256` and `version` it names what it computes.
        modality: what it reads.
        run: sound (samples,) float32 mono at `rate_hz` and its rate; `PictureInput`; or text: to arrays.
        rate_hz: of the sound wanted, 0 for the file's own.
        sha256: of the weights, "" where there are none.
        independent: False for a network that the bundled generator was conditioned on.
        by_file: it looks up the file's name (features computed elsewhere), so it cannot read altered input.
        version: changes with what `run` computes.
        together: of networks that judge pairs: of the sound's `latents` and the picture's `video`, the
            probability that they belong together.
    """

    key: str
    modality: Modality
    run: Callable[..., Arrays]
    rate_hz: int = 0
    sha256: str = ""
    independent: bool = True
    by_file: bool = False
    version: str = "1"
    together: Callable[[np.ndarray, np.ndarray], float] | None = None

    @property
    def identity(self) -> str:
        """What the cache tells results apart by, beside the code of this package (`measured.Store`)."""
        return "|".join((self.key, self.modality, str(self.rate_hz), self.sha256, self.version))


def onset_extractors() -> list[Extractor]:
    """Onsets by the common yardstick, by our own detector, and AV-Align's, each at its own rate."""

    def heard(wave: np.ndarray, rate: int) -> Arrays:
        found = agreement.librosa_onsets(wave)
        return {"onsets_s": found.onsets_s, "duration_s": np.asarray(found.duration_s)}

    def fine(wave: np.ndarray, rate: int) -> Arrays:
        times, strengths = onsets.onsets(wave, rate)
        return {"onsets_s": times, "strengths": strengths, "duration_s": np.asarray(len(wave) / rate)}

    def peaks(native: bool) -> Callable[[np.ndarray, int], Arrays]:
        return lambda wave, rate: {"peaks_s": av_align.sound_peaks(wave, rate, native)}

    return [
        Extractor("onsets_librosa", "sound", heard, onsets.ONSET_RATE_HZ),
        Extractor("onsets_superflux", "sound", fine, onsets.ONSET_RATE_HZ),
        Extractor("peaks_22050", "sound", peaks(False), av_align.ALIGN_RATE_HZ),
        Extractor("peaks_native", "sound", peaks(True), 0),
    ]


def flow_extractor(height_px: int | None) -> Extractor:
    """The optical flow of AV-Align, clips reduced to `height_px` rows (None: their own)."""

    def flow(picture: PictureInput) -> Arrays:
        if picture.static:  # nothing moves, and the flow of equal pictures is exactly 0
            return {
                "flow": np.zeros(max(2, picture.clip.frames), np.float32),
                "fps": np.asarray(picture.clip.fps),
            }
        curve, fps = av_align.flow_curve(picture.clip.path, height_px)
        return {"flow": curve.astype(np.float32), "fps": np.asarray(fps)}

    return Extractor(f"flow_{height_px or 'native'}", "picture", flow)


def listener_extractor(folder: str | Path | None = None) -> Extractor:
    """The bundled listener: features before its last layer, one patch a second,
    logits of the stage's 29 kinds.

    Raises:
        UserError: if its weights are missing.
    """
    import torch

    from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
    from vocoders.mel import LogMel

    network, log_mel = load_listener(folder), LogMel(MINI)

    def run(wave: np.ndarray, rate: int) -> Arrays:
        with torch.inference_mode():
            mel = log_mel(torch.from_numpy(_at_least(wave, 32 * MINI.hop_samples))[None])
            line = network.line(mel)
            pooled = network.pooled(line)
            # One patch a second: 62.5 mel frames, of which a step of the line holds 16.
            patches = torch.nn.functional.adaptive_avg_pool1d(line, max(1, round(mel.shape[-1] / 62.5)))[0].T
            logits = network.head(pooled)[0]
        return {"features": pooled[0].numpy(), "patches": patches.numpy(), "logits": logits.numpy()}

    return Extractor("listener", "sound", run, MINI.sample_rate_hz, folder_sha256(folder or WEIGHTS))


def cvalp_extractors(folder: str | Path) -> list[Extractor]:
    """The three towers of a preset's CVALP (folder of the preset), in one space.

    Raises:
        UserError: if there is no CVALP in the folder.
    """
    import torch

    from cvalp.mini.model import CVALP
    from cvalp.pooling import pooled
    from ta_v2a.errors import UserError
    from ta_v2a.media.reading.frames import luma_blocks
    from ta_v2a.stage.scene.kinds import KIND_NAMES
    from vocoders.mel import LogMel

    folder = Path(folder) / "cvalp"
    if not (folder / "config.json").is_file():
        raise UserError(f"{folder}: no CVALP here; a preset's folder holds one")
    network = CVALP.from_pretrained(str(folder), torch_dtype=torch.float32).eval()
    log_mel, sha256 = LogMel(MINI), folder_sha256(folder)
    with torch.inference_mode():
        kinds, scale = network.encode_text(list(KIND_NAMES)), float(network.scales()[1])

    def arrays(tokens: torch.Tensor) -> Arrays:
        whole = pooled(tokens)
        stretches = tokens[:, : max(1, tokens.shape[1] // STRETCH_TOKENS) * STRETCH_TOKENS]
        frames = torch.stack([pooled(part)[0] for part in stretches.split(STRETCH_TOKENS, dim=1)])
        logits = scale * whole @ kinds.T
        return {
            "features": whole[0].numpy(),
            "frames": frames.numpy(),
            "logits": logits[0].numpy(),
            "tokens": tokens[0].half().numpy(),
        }

    def sound(wave: np.ndarray, rate: int) -> Arrays:
        spec = MINI.lasting(max(len(wave), 1) / rate)
        with torch.inference_mode():
            return arrays(
                network.encode_audio(log_mel(torch.from_numpy(_at_least(wave, spec.samples))[None]))
            )

    def picture(given: PictureInput) -> Arrays:
        spec = MINI.lasting(given.clip.duration_s)
        blocks = luma_blocks(given.clip, spec, MINI.pictures)
        if given.static:
            blocks = iter(
                [next(luma_blocks(given.clip, spec, 1)).repeat(min(spec.pictures, MINI.pictures), axis=0)]
            )
        with torch.inference_mode():
            parts = [network.video_tokens(torch.from_numpy(block)[None].float() / 255)[0] for block in blocks]
            tokens = torch.cat(parts, dim=1)
            if given.static:
                tokens = tokens.repeat(1, -(-spec.columns // tokens.shape[1]), 1)[:, : spec.columns]
            return arrays(tokens)

    def text(words: str) -> Arrays:
        with torch.inference_mode():
            return {"features": network.encode_text([words])[0].numpy()}

    return [
        Extractor("cvalp", "sound", sound, MINI.sample_rate_hz, sha256, independent=False),
        Extractor("cvalp", "picture", picture, 0, sha256, independent=False),
        Extractor("cvalp", "text", text, 0, sha256, independent=False),
    ]


def judge_extractors(preset: str | Path) -> list[Extractor]:
    """What the judge of a preset reads of a sound and of a picture; nothing where the preset holds none.

    Raises:
        UserError: as `align_judge.load_judge`.
    """
    import torch

    from ta_v2a.engine.pictures import clip_blocks
    from ta_v2a.evaluation.networks.align_judge import judge_sha256, load_judge

    judge = load_judge(preset)
    if judge is None:
        return []
    rate = judge.clock.sample_rate_hz

    def sound(wave: np.ndarray, _: int) -> Arrays:
        return {"latents": judge.sound(np.asarray(wave, np.float32)[None])[0].half().cpu().numpy()}

    def picture(given: PictureInput) -> Arrays:
        spec = judge.window(given.clip.duration_s)
        blocks = clip_blocks(given.clip, spec, judge.encoders.wants_colour, spec.pictures)
        frames = next(blocks)[:1] if given.static else np.concatenate(list(blocks))
        if given.static:
            frames = np.repeat(frames, spec.pictures, axis=0)
        return {"video": judge.picture(frames[None])[0].half().cpu().numpy()}

    def together(heard: np.ndarray, seen: np.ndarray) -> float:
        latents, video = (torch.from_numpy(each.astype(np.float32))[None] for each in (heard, seen))
        return float(judge.probability(latents, video)[0])

    key, digest = "diff_foley", judge_sha256(preset)
    return [
        Extractor(key, "sound", sound, rate, digest, independent=False, together=together),
        Extractor(key, "picture", picture, 0, digest, independent=False),
    ]


def _at_least(wave: np.ndarray, samples: int) -> np.ndarray:
    """The sound with silence at its end up to `samples`, float32, writable."""
    return np.pad(np.asarray(wave, dtype=np.float32), (0, max(0, samples - len(wave))))


def transformers_features(output: Any) -> Any:
    """The projected embedding (batch, d), whatever the transformers version wraps it in."""
    return output if hasattr(output, "shape") else output.pooler_output
