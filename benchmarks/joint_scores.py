"""How the arms of `joint_arms.py` are judged: what a model makes for a task, and its scores with CVALP.

It has no command of its own.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1

TOLERANCE_S = 0.1


class Judge:
    """CVALP, the codes and the vocoder, on a device."""

    def __init__(self, data: Any, device: torch.device):
        from cvalp.joint_embedding import CvalpEmbedding
        from ta_v2a.engine.parts import load_parts

        self.parts, self.device = load_parts("mini")[0].to(device), device
        self.cvalp, self.code = self.parts.cvalp, data.code().to(device)
        self.embedding = CvalpEmbedding(self.cvalp, data.spec.duration_s)

    @torch.no_grad()
    def embedded(self, audio: Tensor | None, video: Tensor | None) -> dict[str, Any]:
        """E_a, E_v, and the onsets heard and seen, of latents."""
        from ldm.guides.onset import expected_onsets
        from ta_v2a.evaluation.metrics.onsets import onsets

        found: dict[str, Any] = {}
        if audio is not None:
            mel = self.parts.autoencoder.decode(audio)
            found["E_a"] = self.embedding.of_sound(mel).cpu().numpy()
            waves = self.parts.vocoder(mel).float().cpu().numpy()
            found["heard"] = [onsets(wave)[0] for wave in waves]
        if video is not None:
            features = self.embedding.features(self.code.decode_film(video))
            tokens = features[..., : self.cvalp.text_width].float().mean(1)
            found["E_v"] = torch.nn.functional.normalize(tokens, dim=-1).cpu().numpy()
            seen = expected_onsets(self.cvalp.onsets(features)).cpu().numpy()
            frame_s = self.parts.clock.hop_samples / self.parts.clock.sample_rate_hz
            peaks = (seen > 0.3) & (seen >= np.roll(seen, 1, 1)) & (seen > np.roll(seen, -1, 1))
            found["seen"] = [(np.flatnonzero(row) + 0.5) * frame_s for row in peaks]
        return found


def scored(arm: str, task: str, found: dict[str, Any], true: dict[str, Any], text: np.ndarray) -> list[Score]:
    """All scores of one arm and task. What a task does not make is the truth's."""
    from ta_v2a.evaluation.metrics.distributions import frechet_distance
    from ta_v2a.evaluation.metrics.onsets import match

    both, of = {**true, **found}, f"{arm}, {task}"
    scores = []

    def said(metric: str, values: np.ndarray, pooled: bool = False) -> None:
        estimate = (pooled_f1 if pooled else mean)(values)
        scores.append(Score.of_row(estimate.as_dict(), metric, "CVALP", "higher", of=of))

    n = len(text)
    shuffled = np.roll(np.arange(n), 1)
    pairs = {"picture and sound": ("E_v", "E_a"), "words and sound": ("text", "E_a")}
    pairs["words and picture"] = ("text", "E_v")
    vectors = {"text": text, "E_v": both["E_v"], "E_a": both["E_a"]}
    for name, (x, y) in pairs.items():
        said(f"cosine of {name}", (vectors[x] * vectors[y]).sum(1))
        said(f"cosine of {name}, shuffled", (vectors[x] * vectors[y][shuffled]).sum(1))
    for name, order in (("", np.arange(n)), (", shuffled", shuffled)):
        counts = [match(both["seen"][i], both["heard"][j], TOLERANCE_S).counts for i, j in enumerate(order)]
        said(f"F1 of onsets seen and heard{name}", np.array(counts), pooled=True)
    for name in ("E_v", "E_a"):
        if name in found:
            value = float(frechet_distance(found[name], true[name]))
            row = {"value": value, "low": None, "high": None, "n": n}
            scores.append(Score.of_row(row, f"Frechet distance of {name}", "CVALP", "lower", of=of))
    return scores


@torch.no_grad()
def made(
    network: Any, mapper: Any, task: str, rows: dict[str, Tensor], seed: int, steps: int, text_scale: float
) -> dict[str, Tensor]:
    """The latents that a task asks for, in so many steps of the sampler."""
    from ldm.audio_mapper import said_or_nothing
    from ldm.conditions import TEXT, Conditions, Track
    from ldm.denoisers.uniform_transformer import given as clean_tracks
    from ldm.denoisers.uniform_transformer import task_track
    from ldm.guidance import branch, plan_branches
    from ldm.guides.known import Replacement
    from ldm.latents import Latents
    from ldm.sampling import sample
    from ldm.scheduling import FlowEuler

    device, batch = rows["audio"].device, len(rows["audio"])
    generator = torch.Generator().manual_seed(seed)
    noise = {
        name: torch.randn(rows[name].shape, generator=generator).to(device) for name in ("audio", "video")
    }
    tracks: dict[str, Track] = {TEXT: Track(rows["text"])}
    always: tuple[str, ...] = ()
    guides: list[Any] = []
    if task.startswith("t2av"):
        start = Latents(**noise)
    else:
        make, has = ("audio", "video") if task.startswith("v2a") else ("video", "audio")
        start = Latents(**{make: noise[make]})
        known = Latents(**{has: rows[has]})
        if mapper is not None:
            moments = rows["video"].shape[2] // network.config.pictures_per_token
            text = said_or_nothing(network.mixer, rows["text"], None)
            tracks = {TEXT: mapper.text_track(mapper(rows["sound"], moments), text)}
        elif "config" in vars(network) and network.config.get("condition_noise") == "shared_t":
            tracks["task"], always = task_track(task[:3], batch, device), ("task",)
            start, guides = Latents(**noise), [Replacement(known)]
        else:
            clean = clean_tracks(known)
            tracks, always = {**tracks, **clean}, tuple(clean)
    scale = 1.0 if "without words" in task else text_scale
    if "without words" in task:
        tracks.pop(TEXT)
    weights = {branch(TEXT, *always): scale, branch(*always): 1 - scale}
    plan = plan_branches(weights, batch, Conditions(tracks))
    found = sample(network, FlowEuler(3.0), start, plan, steps, guides=guides)
    return dict(found.items())


def together(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows of several parts as one."""
    return {
        name: np.concatenate([part[name] for part in parts])
        if name.startswith("E_")
        else [row for part in parts for row in part[name]]
        for name in parts[0]
    }
