"""Which of several takes agrees best with the picture and with the words, by the preset's own encoders."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from ta_v2a.engine.cues import Cue, cut_prompt
from ta_v2a.engine.encoders import clip_pictures
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples, resampled

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine

RISE_FRAMES = 2  # of the mel, over which a sound rises where something begins
RANK_WEIGHTS = {"timing": 1.0, "picture": 1.0, "text": 1.0}
"""Of the three in the score; what cannot be said (no words, no onsets) is left out of the mean."""
SoundBlocks = Iterator[np.ndarray]


@dataclass(frozen=True)
class Agreement:
    """How a sound agrees with picture and words; each from -1 to 1, None where nothing can be said.

    Attributes:
        timing: correlation of where the picture lets expect onsets with where the sound rises.
        picture: mean cosine of E_v and E_a, moment by moment.
        text: mean cosine of E_l and E_a, in the stretches of cues by their words.
    """

    timing: float | None
    picture: float | None
    text: float | None

    @property
    def score(self) -> float:
        """Their weighted mean, 0 where nothing can be said."""
        told = [(RANK_WEIGHTS[name], value) for name, value in vars(self).items() if value is not None]
        total = sum(weight for weight, _ in told)
        return sum(weight * value for weight, value in told) / total if total else 0.0

    def as_json(self) -> dict[str, Any]:
        """Rounded, so that equal sounds have equal scores on every machine."""
        told = {name: None if value is None else round(value, 4) for name, value in vars(self).items()}
        return {"score": round(self.score, 4), **told}


class Judge:
    """Judges the takes of one clip: its picture is looked at once.

    Args:
        video: the clip, or its pictures at the engine's clock.
        prompt, cues: what is to be heard.
        lag_s: by which the sound follows the picture.
    """

    def __init__(
        self,
        engine: "FoleyEngine",
        video: Clip | np.ndarray,
        duration_s: float,
        prompt: str,
        cues: list[Cue],
        lag_s: float,
    ):
        import torch

        from cvalp.features import as_input, film_features
        from vocoders.mel import LogMel

        self._cvalp = cast(Any, engine.parts.cvalp)
        self._clock, self._duration_s = engine.clock, duration_s
        device = next(self._cvalp.parameters()).device
        hears = self._cvalp.config.get(
            "sound", "mel128"
        )  # encoders of the paper's size have a mel of their own
        self._rate_hz = {"panns32k": 32_000}.get(hears, self._cvalp.clock.sample_rate_hz)
        mel = LogMel(self._cvalp.clock) if hears == "mel128" else self._cvalp.audio.mel
        self._mel, self._device = mel.to(device), device
        tokens, curves = [], []
        with torch.inference_mode():
            for block in clip_pictures(video, self._cvalp):
                frames = as_input(torch.from_numpy(block)[None].to(device)).to(self._cvalp.dtype)
                features = film_features(self._cvalp, frames)
                tokens.append(features[0, :, : self._cvalp.text_width].float().cpu())
                onsets = self._cvalp.onsets(features)
                curves += [] if onsets is None else [onsets[0].float().cpu().numpy()]
            self._seen = torch.nn.functional.normalize(torch.cat(tokens), dim=-1)
            self._words = self._told(prompt, cues)
        frame_s = self._clock.hop_samples / self._clock.sample_rate_hz
        self._expected = np.roll(np.concatenate(curves), round(lag_s / frame_s)) if curves else None

    def _told(self, prompt: str, cues: list[Cue]) -> Any:
        """(tokens, C) what is to be heard at every moment; None without words."""
        import torch

        rows = torch.zeros_like(self._seen)
        token_s = self._duration_s / max(1, len(rows))
        text = cut_prompt(prompt)[0]
        if text:
            rows[:] = self._cvalp.encode_text([text])[0].float().cpu()
        for cue in cues:
            first, last = int(cue.start_s / token_s), min(cue.end_s, self._duration_s) / token_s
            own = self._cvalp.encode_text([cut_prompt(cue.text)[0] or ""])[0].float().cpu()
            rows[first : max(first + 1, round(last))] = own
        return rows if text or cues else None

    def agreement(self, blocks: SoundBlocks) -> Agreement:
        """How a sound at 48 kHz, in blocks (n, channels) from the clip's beginning, agrees."""
        import torch

        clock = self._cvalp.clock
        samples = picture_samples(self._duration_s, self._rate_hz)
        mono = (block.mean(axis=1) for block in blocks)
        size = clock.samples * self._rate_hz // clock.sample_rate_hz
        wave = _even(resampled(mono, DELIVERY_HZ, self._rate_hz, samples), size)
        heard, rises = [], []
        with torch.inference_mode():
            for piece in wave:
                mel = self._mel(torch.from_numpy(piece)[None].to(self._device))
                heard.append(self._cvalp.encode_audio(mel)[0].float().cpu())
                rises.append(_rise(mel[0].float().cpu().numpy()))
        audio = torch.cat(heard)
        count = min(len(audio), len(self._seen))
        picture = float((audio[:count] * self._seen[:count]).sum(-1).mean())
        text = None
        if self._words is not None:
            told = self._words[:count].norm(dim=-1) > 0
            text = float((audio[:count] * self._words[:count]).sum(-1)[told].mean())
        return Agreement(_together(self._expected, np.concatenate(rises)), picture, text)


def ranked_takes(scores: list[float]) -> list[int]:
    """Places of the takes, the best first; of equal ones the earlier."""
    return sorted(range(len(scores)), key=lambda place: (-scores[place], place))


def _even(blocks: SoundBlocks, samples: int) -> Iterator[np.ndarray]:
    """(samples,) each, of one channel; the last is filled up with silence."""
    held = np.zeros(0, np.float32)
    for block in blocks:
        held = np.concatenate([held, block[:, 0]])
        while len(held) >= samples:
            yield held[:samples]
            held = held[samples:]
    if len(held):
        yield np.pad(held, (0, samples - len(held)))


def _rise(mel: np.ndarray) -> np.ndarray:
    """(frames,) mean over bands of how much a log-mel rises."""
    before = np.pad(mel, ((0, 0), (RISE_FRAMES, 0)), mode="edge")[:, : mel.shape[1]]
    return np.maximum(mel - before, 0).mean(axis=0)


def _together(expected: np.ndarray | None, rises: np.ndarray) -> float | None:
    """Pearson's correlation of two curves, the second smoothed as the first is."""
    if expected is None:
        return None
    smooth = np.convolve(rises, [0.25, 0.5, 0.25], mode="same")
    count = min(len(expected), len(smooth))
    one, other = expected[:count] - expected[:count].mean(), smooth[:count] - smooth[:count].mean()
    size = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / size if size > 1e-9 else None
