"""How the arms of `joint_arms.py` are judged.

It has no command of its own.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ta_v2a.evaluation.metrics.av_align import (
    ALIGN_VARIANT,
    ALIGN_VARIANTS,
    LEAST_FLOW_PX,
    align_score,
    flow_peaks,
)
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1

TOLERANCE_S = 0.1
TAUGHT = 10
"""Scenes of every act that the judge of pictures learns from."""


class Judge:
    """CVALP, the codes, the vocoder, and an ear and, of clean scenes, an eye that no part of a joint model
    learns from, on a device."""

    def __init__(self, data: Any, device: torch.device):
        from cvalp.joint_embedding import CvalpEmbedding
        from ta_v2a.engine.parts import load_parts
        from ta_v2a.evaluation.networks.listener import load_listener

        (parts, self.settings), self.device = load_parts("mini"), device
        self.parts = parts.to(device)
        self.cvalp, self.code = self.parts.cvalp, data.code().to(device)
        self.embedding = CvalpEmbedding(self.cvalp, data.spec.duration_s)
        self.act_judge = _act_judge(data) if data.setting == "clean" else None
        self.listener, self.fps = load_listener().to(device), data.pictures / data.spec.duration_s

    @torch.no_grad()
    def embedded(self, audio: Tensor | None, video: Tensor | None) -> dict[str, Any]:
        """E_a, E_v, the onsets heard and seen, the listener's logits, and what AV-Align is computed from, of
        latents."""
        from ldm.guides.onset import expected_onsets
        from ta_v2a.evaluation.metrics.av_align import mean_flow, sound_peaks
        from ta_v2a.evaluation.metrics.onsets import onsets
        from ta_v2a.evaluation.stage.heard import listened

        found: dict[str, Any] = {}
        if audio is not None:
            mel = self.parts.autoencoder.decode(audio)
            found["E_a"] = self.embedding.of_sound(mel).cpu().numpy()
            waves = self.parts.vocoder(mel).float().cpu().numpy()
            found["heard"] = [onsets(wave)[0] for wave in waves]
            found["kinds"] = list(listened(self.listener, waves).logits)
            rate_hz = self.parts.clock.sample_rate_hz
            for native in (False, True):
                found[f"peaks, native {native}"] = [sound_peaks(wave, rate_hz, native) for wave in waves]
        if video is not None:
            films = self.code.decode_film(video)
            features = self.embedding.features(films)
            grey = [(255 * film.mean(1)).round().byte().cpu().numpy() for film in films]
            found["flow"] = [mean_flow(film) for film in grey]
            if self.act_judge is not None:
                shown = (255 * films.movedim(2, -1)).round().byte().cpu().numpy()
                found["acts"] = [self.act_judge.named(film) for film in shown]
            tokens = features[..., : self.cvalp.text_width].float().mean(1)
            found["E_v"] = torch.nn.functional.normalize(tokens, dim=-1).cpu().numpy()
            seen = expected_onsets(self.cvalp.onsets(features)).cpu().numpy()
            frame_s = self.parts.clock.hop_samples / self.parts.clock.sample_rate_hz
            peaks = (seen > 0.3) & (seen >= np.roll(seen, 1, 1)) & (seen > np.roll(seen, -1, 1))
            found["seen"] = [(np.flatnonzero(row) + 0.5) * frame_s for row in peaks]
        return found


def _act_judge(data: Any) -> Any:
    """It learns from scenes that no joint model has seen."""
    from prompts.acts import ACTS
    from ta_v2a.evaluation.generate.act_judge import ActJudge, act_features
    from ta_v2a.stage.clean.render import render_clean
    from ta_v2a.stage.clean.scenes import plan_clean
    from ta_v2a.stage.scene.scene import SPLITS

    duration_s = data.spec.duration_s
    times_s = (np.arange(data.pictures) + 0.5) * duration_s / data.pictures
    acts = [act for act in ACTS for _ in range(TAUGHT)]
    scenes = [plan_clean(seed, duration_s, (act,)) for seed, act in zip(SPLITS["test"], acts, strict=False)]
    films = [render_clean(scene, times_s, data.picture_px) for scene in scenes]
    return ActJudge(np.stack([act_features(film) for film in films]), acts)


def scored(
    arm: str, task: str, found: dict[str, Any], true: dict[str, Any], rows: dict[str, Any]
) -> list[Score]:
    """All scores of one arm and task. What a task does not make is the truth's.

    Args:
        rows: `text`, E_l (n, C); of every scene `truth`, a `Truth`, and `acts`; `fps` of the pictures.
    """
    from ta_v2a.evaluation.metrics.distributions import frechet_distance
    from ta_v2a.evaluation.metrics.onsets import match

    both, of, text = {**true, **found}, f"{arm}, {task}", rows["text"]
    scores = []

    def said(metric: str, values: Any, by: str = "CVALP", pooled: bool = False) -> None:
        estimate = (pooled_f1 if pooled else mean)(np.asarray(values))
        scores.append(Score.of_row(estimate.as_dict(), metric, by, "higher", of=of))

    n = len(text)
    orders = {"": np.arange(n), ", shuffled": np.roll(np.arange(n), 1)}
    pairs = {"picture and sound": ("E_v", "E_a"), "words and sound": ("text", "E_a")}
    pairs["words and picture"] = ("text", "E_v")
    vectors = {"text": text, "E_v": both["E_v"], "E_a": both["E_a"]}
    for name, (x, y) in pairs.items():
        for suffix, order in orders.items():
            said(f"cosine of {name}{suffix}", (vectors[x] * vectors[y][order]).sum(1))
    for suffix, order in orders.items():
        counts = [match(both["seen"][i], both["heard"][j], TOLERANCE_S).counts for i, j in enumerate(order)]
        said(f"F1 of onsets seen and heard{suffix}", counts, pooled=True)
    for suffix, order in orders.items():
        for variant in ALIGN_VARIANTS:
            values = [aligned_by_flow(variant, both, i, j, rows["fps"]) for i, j in enumerate(order)]
            said(f"AV-Align {variant}{suffix}", values, "optical flow")
    if "kinds" in found:
        named = [truth.named(heard) for truth, heard in zip(rows["truth"], found["kinds"], strict=True)]
        said("a kind of the scene is heard", named, "listener")
        counts = [
            match(truth.events_s, heard, TOLERANCE_S).counts
            for truth, heard in zip(rows["truth"], found["heard"], strict=True)
            if truth.events_s is not None
        ]
        said("F1 of onsets heard and the scene's events", counts, "none", pooled=True)
    if "acts" in found:
        named = [seen == act for seen, act in zip(found["acts"], rows["acts"], strict=True)]
        said("the act is seen", named, "ridge")
    for name in ("E_v", "E_a"):
        if name in found:
            value = float(frechet_distance(found[name], true[name]))
            row = {"value": value, "low": None, "high": None, "n": n}
            scores.append(Score.of_row(row, f"Frechet distance of {name}", "CVALP", "lower", of=of))
    return scores


def aligned_by_flow(variant: Any, both: dict[str, Any], seen: int, heard: int, fps: float) -> float:
    """AV-Align of the pictures of one row with the sound of another."""
    least_px = LEAST_FLOW_PX if variant == ALIGN_VARIANT else 0.0
    sound_s = both[f"peaks, native {variant == 'javis'}"][heard]
    return align_score(sound_s, flow_peaks(both["flow"][seen], fps, least_px), fps, variant)


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows of several parts as one."""
    return {
        name: np.concatenate([part[name] for part in parts])
        if name.startswith("E_")
        else [row for part in parts for row in part[name]]
        for name in parts[0]
    }
