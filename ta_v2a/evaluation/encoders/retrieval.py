"""What a CVALP knows: retrieval between its three spaces, which moment of a clip is which, and what a
linear probe reads from it."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import softmax

from ta_v2a.evaluation.encoders.onset_probe import onset_columns, onset_probe
from ta_v2a.evaluation.encoders.scores import encoder_scores
from ta_v2a.evaluation.metrics.statistics import Estimate, mean, pooled_median
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.system.processes import follow_parent
from vocoders.clock import ClipSpec

RECALLS = (1, 5, 10)
WINDOW_S = 1.024
"""Length of the moments that temporal top-1 tells apart."""
SUREST = (1.0, 0.2, 0.1, 0.05)
"""Shares of the clips on which naming is judged."""


def partner_ranks(x: np.ndarray, y: np.ndarray, same: np.ndarray | None = None) -> np.ndarray:
    """Rank of row i of `y` among all rows by their cosine with row i of `x`; 1 is
    best, equal cosines count half.

    Args:
        x, y: (n, C) L2-normalised.
        same: (n, n) pairs that are as right as the partner (equal captions); those
            others are left out of the ranking.
    """
    cosines = x @ y.T
    own = np.diag(cosines)[:, None]
    rival = ~np.eye(len(x), dtype=bool) if same is None else ~(same | np.eye(len(x), dtype=bool))
    return 1 + ((cosines > own) & rival).sum(1) + 0.5 * ((cosines == own) & rival).sum(1)


def retrieval(x: np.ndarray, y: np.ndarray, same: np.ndarray | None = None) -> dict[str, Estimate]:
    """Recall at 1, 5 and 10 and the median rank of the partner; chance is k / n and (n + 1) / 2."""
    ranks = partner_ranks(x, y, same)
    found = {f"recall@{k}": mean((ranks <= k).astype(float)) for k in RECALLS}
    return {**found, "median_rank": pooled_median([rank[None] for rank in ranks])}


def temporal_top1(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(n,) share of a clip's windows whose nearest window of the other modality,
    in the same clip, is their own.

    Args:
        x, y: (n, windows, C) L2-normalised.
    """
    nearest = np.einsum("nwc,nvc->nwv", x, y).argmax(2)
    return (nearest == np.arange(x.shape[1])).mean(1)


def linear_probe(features: np.ndarray, classes: np.ndarray, ridge: float = 1e-2) -> np.ndarray:
    """(rows of the second half,) 1 where a linear map fitted on the first half names the class, else 0.

    Ridge regression to one-hot classes in closed form, on features of zero mean and unit variance; `ridge` is
    relative to the number of rows. Classes of the second half that the first does not have cannot be right.
    """
    half = len(features) // 2
    centre, spread = features[:half].mean(0), features[:half].std(0) + 1e-6
    rows = np.concatenate([(features - centre) / spread, np.ones((len(features), 1))], 1)
    known = np.unique(classes[:half])
    target = (classes[:half, None] == known).astype(np.float64)
    fit = rows[:half]
    weights = np.linalg.solve(fit.T @ fit + ridge * half * np.eye(fit.shape[1]), fit.T @ target)
    return (known[(rows[half:] @ weights).argmax(1)] == classes[half:]).astype(np.float64)


def naming(video: np.ndarray, labels: np.ndarray, kinds: np.ndarray, scale: float) -> dict[str, Any]:
    """How often the label whose text lies nearest to a picture names a kind that sounds
    (`ta_v2a.engine.captioning`), of all clips and of the surest: those whose best label takes the largest
    share of the bank, softmax(scale * cosine).

    Args:
        video: (n, C) L2-normalised.
        labels: (K, C) L2-normalised.
        kinds: (n, K) multi-hot in the order of the labels.

    Returns:
        {"surest 5%": {"right": share of clips, "commonest": share of the label named most often,
        "least_share": of the bank that the best label of these clips takes}}: a label that is all that is
        ever named with certainty says little about the rest.
    """
    scores = scale * video @ labels.T
    best, sure = scores.argmax(1), softmax(scores, axis=1).max(1)
    right, order = kinds[np.arange(len(kinds)), best], np.argsort(-sure, kind="stable")
    found = {}
    for part in SUREST:
        rows = order[: max(1, round(part * len(order)))]
        commonest = round(float(np.bincount(best[rows]).max() / len(rows)), 4)
        least = round(float(sure[rows].min()), 4)
        found[f"surest {part:.0%}"] = {
            "right": mean(right[rows]).as_dict(),
            "commonest": commonest,
            "least_share": least,
        }
    return found


def _windows(tokens: Any, token_s: float) -> Any:
    from cvalp.pooling import windows

    return windows(tokens, max(1, round(WINDOW_S / token_s)))


def embed_stage(
    cvalp: Any,
    n: int,
    batch: int,
    workers: int,
    progress: Callable[[int, int], None],
    spec: ClipSpec | None = None,
    cache: str | Path | None = None,
) -> dict[str, Any]:
    """E_v, E_a and E_l of the first `n` scenes of the stage's test split; of E_v without
    channels that were taught what moves.

    Args:
        spec: the clock, if another than the model's own (its picture size, for instance).
        cache: where clips in luma are kept, see `StageClips`.

    Returns:
        {"video", "audio", "text": (n, C), "video_windows", "audio_windows": (n, windows, C), "video_tokens",
        "audio_tokens": (n, tokens, C) in half precision, "onsets": (n, tokens) 0 or 1, "captions": list,
        "kinds": (n, 29) multi-hot}, else float32 numpy.
    """
    import torch
    from torch.utils.data import DataLoader

    from cvalp.features import as_input
    from cvalp.pooling import pooled
    from ta_v2a.data.colour_scenes import ColourScenes
    from ta_v2a.data.stage_clips import StageClips, kinds_heard, split_seeds
    from ta_v2a.stage.scene.scene import plan
    from vocoders.mel import LogMel

    spec, seeds = spec or cvalp.clock, split_seeds("test", n)
    sound = cvalp.config.get("sound", "mel128")
    hears_wave = sound != "mel128"
    rate = {"panns32k": 32_000}.get(sound, spec.sample_rate_hz)
    clips = ColourScenes(seeds, spec, rate) if cvalp.wants_colour else StageClips(seeds, spec, cache=cache)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cvalp.to(device)
    log_mel = LogMel(spec).to(device)
    rows: dict[str, list] = defaultdict(list)
    captions: list[str] = []
    for item in DataLoader(clips, batch, num_workers=workers, worker_init_fn=follow_parent):
        with torch.inference_mode():
            wave = item["wave"].to(device)
            audio = cvalp.encode_audio(cvalp.audio.mel(wave) if hears_wave else log_mel(wave))
            video = cvalp.encode_video(as_input(item["frames"].to(device)))[..., : audio.shape[-1]]
            found = {
                "video": pooled(video),
                "audio": pooled(audio),
                "text": cvalp.encode_text(list(item["caption"])),
            }
            token_s = spec.duration_s / audio.shape[1]
            found |= {"video_windows": _windows(video, token_s), "audio_windows": _windows(audio, token_s)}
        for name, value in found.items():
            rows[name].append(value.float().cpu().numpy())
        rows["video_tokens"].append(video.half().cpu().numpy())
        rows["audio_tokens"].append(audio.half().cpu().numpy())
        captions += item["caption"]
        progress(len(captions), n)
    scenes = [plan(seed, spec.duration_s) for seed in seeds]
    known = {
        "onsets": np.stack([onset_columns(scene.event_times_s, audio.shape[1], token_s) for scene in scenes]),
        "kinds": np.stack([kinds_heard(scene) for scene in scenes]),
    }
    return {**{name: np.concatenate(parts) for name, parts in rows.items()}, **known, "captions": captions}


def measure_embedded(embedded: dict[str, Any]) -> dict[str, Any]:
    """All numbers of `embed_stage`'s rows, ready for JSON, each with its 95 % interval over
    clips and its chance level."""
    captions, n = np.array([text.lower() for text in embedded["captions"]]), len(embedded["captions"])
    equal = captions[:, None] == captions[None]
    pairs: dict[str, Any] = {}
    for x, y in (("audio", "video"), ("audio", "text"), ("video", "text")):
        same = equal if "text" in (x, y) else None
        for start, end in ((x, y), (y, x)):
            pairs[f"{start} to {end}"] = {
                k: v.as_dict() for k, v in retrieval(embedded[start], embedded[end], same).items()
            }
    windows = embedded["video_windows"].shape[1]
    single = embedded["kinds"].sum(1) == 1
    classes = embedded["kinds"].argmax(1)[single]
    kinds, counts = np.unique(classes[: len(classes) // 2], return_counts=True)
    commonest = kinds[counts.argmax()] if len(kinds) else -1
    return {
        "n": n,
        "retrieval": pairs,
        "temporal_top1": {
            "video to audio": mean(
                temporal_top1(embedded["video_windows"], embedded["audio_windows"])
            ).as_dict(),
            "audio to video": mean(
                temporal_top1(embedded["audio_windows"], embedded["video_windows"])
            ).as_dict(),
        },
        "class_probe": {
            name: mean(linear_probe(embedded[name][single], classes)).as_dict()
            for name in ("video", "audio", "text")
        },
        "onset_probe": onset_probe(
            embedded["video_tokens"], embedded["audio_tokens"], embedded["text"], embedded["onsets"]
        ),
        "chance": {
            **{f"recall@{k}": round(min(1.0, k / n), 4) for k in RECALLS},
            "median_rank": (n + 1) / 2,
            "temporal_top1": round(1 / windows, 4),
            "class_probe": round(float((classes[len(classes) // 2 :] == commonest).mean()), 4)
            if len(classes) > 1
            else None,
        },
    }


def cvalp_command(
    preset: str,
    n: int = 1000,
    batch: int = 8,
    workers: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
    keep: Begun | None = None,
) -> dict[str, Any]:
    """`ta-v2a evaluate cvalp`: the numbers of a preset's encoders, or of a folder that a training or
    `save_pretrained` left; `keep` is where they are written as data as well.

    Raises:
        UserError: there is no such preset or folder.
    """
    from ta_v2a.engine.captioning import KIND_LABELS, bank_vectors, label_bank
    from ta_v2a.engine.encoders import cvalp_folder, load_encoders
    from ta_v2a.stage.scene.kinds import KIND_NAMES

    cvalp = load_encoders(preset)
    embedded = embed_stage(cvalp, n, batch, workers, progress)
    labels = bank_vectors(label_bank(), cvalp).float().cpu().numpy()
    heard = embedded["kinds"][:, [KIND_NAMES.index(kind) for kind in KIND_LABELS]]
    named = naming(embedded["video"], labels, heard, float(cvalp.scales()[0].detach()))
    result = {"preset": str(preset), "split": "test", **measure_embedded(embedded), "naming": named}
    if keep is not None:
        details = {"naming": named, "chance": result["chance"]}
        weights, scores = cvalp_folder(preset), encoder_scores(result)
        write_result(keep, "encoders", str(preset), scores, None, n, weights, details)
    return result
