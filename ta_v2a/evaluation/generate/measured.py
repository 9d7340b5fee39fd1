"""What films from words are measured by: the act that is seen, onsets seen and heard, counts that were told,
distances between sets, and how near the nearest scene of the training is."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np
import torch

from prompts.acts import ACTS, count_in
from ta_v2a.engine.drafts import SEEN_ABOVE, drafted, seen_in
from ta_v2a.engine.filming import MakesFilms
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.evaluation.generate.act_judge import ActJudge, act_features
from ta_v2a.evaluation.metrics.distributions import frechet_distance
from ta_v2a.evaluation.metrics.onsets import match, onsets
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1
from ta_v2a.stage.clean.packed import Filming
from ta_v2a.stage.clean.render import render_clean
from ta_v2a.stage.clean.scenes import COUNTED, CleanScene, plan_clean
from ta_v2a.stage.scene.scene import SPLITS
from ta_v2a.system.parallel import in_order

_NEAR_S = 0.05
TRAINED = 16384
"""Scenes that the bundled head was trained on: the first of the training split."""
_LOOKED_AT_PX = 48
_TAUGHT = 10  # real scenes of every act that the judge learns from, and
_ASKED = 4  # those that it is tried on


def measure_films(
    engine: FoleyEngine,
    maker: MakesFilms,
    n: int,
    seed: int,
    steps: int,
    text_scale: float,
    advance: Callable[[int, int], None] | None = None,
    trained: int = TRAINED,
    drafts: int | None = None,
    jobs: int = 0,
) -> dict[str, Any]:
    """Films of the captions of the first `n` test scenes, beside those scenes themselves.

    Args:
        drafts: films drawn where a caption tells a count, see `drafted`.
        trained: training scenes among which each film's nearest is looked for.
        jobs: processes that render those; 0 renders them in this one.

    Returns:
        {"results": {name of a measure: {of what: estimate}}, "distances": {of what: value}, ...}.
    """
    filming = Filming(px=maker.px, pictures=maker.pictures, fps=maker.fps)
    scenes = [plan_clean(test, filming.duration_s) for test in SPLITS["test"][:n]]
    judge, right = _judge(filming)
    known = _training_features(filming, trained, jobs)
    rows: list[dict[str, Any]] = []
    for index, scene in enumerate(scenes):
        draft = drafted(engine, maker, scene.caption, seed + index, steps, text_scale, drafts)
        made = draft.film
        real = render_clean(scene, filming.times_s, filming.px)
        nearest = {name: _nearest(film, known) for name, film in (("generated", made), ("real", real))}
        row = _row(engine, maker, judge, scene, made, real, seed + index)
        rows.append({**row, "nearest": nearest, "drafts": draft.seen})
        if advance is not None:
            advance(index + 1, n)
    return {
        "results": _results(scenes, rows)
        | {"act": {**_acts(scenes, rows), "real, unseen by the judge": right}}
        | {"memorised": {"generated": mean([_nearer(row["nearest"]) for row in rows]).as_dict()}},
        "distances": _distances(rows),
        "captions": [scene.caption for scene in scenes],
        "settings": {"steps": steps, "text_scale": text_scale, "seed": seed, "seen_above": SEEN_ABOVE}
        | {"drafts": maker.drafts if drafts is None else drafts},
    }


def _judge(filming: Filming) -> tuple[ActJudge, dict[str, Any]]:
    """A judge of real scenes, and how often it is right on others."""

    def films(split: str, each: int) -> tuple[list[np.ndarray], list[str]]:
        acts = [act for act in ACTS for _ in range(each)]
        seeds = SPLITS[split][: len(acts)]
        scenes = [plan_clean(s, filming.duration_s, (act,)) for s, act in zip(seeds, acts, strict=True)]
        return [render_clean(scene, filming.times_s, filming.px) for scene in scenes], acts

    judge = ActJudge(*films("train", _TAUGHT))
    asked, acts = films("validation", _ASKED)
    return judge, mean([judge.named(film) == act for film, act in zip(asked, acts, strict=True)]).as_dict()


def _training_features(filming: Filming, n: int, jobs: int = 0) -> np.ndarray:
    """(n, F) of the first training scenes, rendered in so many processes; 0 renders them in this one."""
    found = in_order(partial(_scene_features, filming), SPLITS["train"][:n], jobs)
    return np.stack([features for _, features in found])


def _scene_features(filming: Filming, seed: int) -> np.ndarray:
    scene = plan_clean(seed, filming.duration_s)
    return act_features(render_clean(scene, filming.times_s, _LOOKED_AT_PX)).astype(np.float32)


def _nearest(film: np.ndarray, known: np.ndarray) -> float:
    """Distance of a film's features from the nearest of the `known` (n, F)."""
    small = np.stack([cv2.resize(one, (_LOOKED_AT_PX,) * 2, interpolation=cv2.INTER_AREA) for one in film])
    return float(np.sqrt(((known - act_features(small).astype(np.float32)) ** 2).sum(1).min()))


def _nearer(nearest: dict[str, float]) -> bool:
    """Whether a generated film lies nearer to a training scene than the real scene of its caption does."""
    return nearest["generated"] < nearest["real"]


def _row(
    engine: FoleyEngine,
    maker: MakesFilms,
    judge: ActJudge,
    scene: CleanScene,
    made: np.ndarray,
    real: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    """All that is known of one caption's film and of its scene."""
    generator = torch.Generator().manual_seed(seed)
    sound = engine.stream(made, scene.caption, generator=generator, fps=maker.fps, lag_s=0.0)
    heard, _ = onsets(np.concatenate(list(sound), axis=-1)[0])
    shuffled = np.random.default_rng(seed).permutation(len(real))
    sets = {"generated": made, "real": real, "a still": np.repeat(real[:1], len(real), 0)}
    sets["real, pictures shuffled"] = real[shuffled]
    seen = {name: seen_in(engine, film) for name, film in sets.items()}
    return {"seen": seen, "heard_s": heard, "named": judge.named(made), "named_real": judge.named(real)}


def _acts(scenes: Sequence[CleanScene], rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    named = [row["named"] for row in rows]
    true = [scene.act for scene in scenes]
    return {
        "generated": _share(named, true),
        "generated, another's caption": _share(named, [*true[1:], true[0]]),
        "real": _share([row["named_real"] for row in rows], true),
    }


def _share(one: Sequence[str], other: Sequence[str]) -> dict[str, Any]:
    return mean([a == b for a, b in zip(one, other, strict=True)]).as_dict()


def _results(scenes: Sequence[CleanScene], rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Onsets: there at all, as many as were told, and heard where they are seen."""
    struck = [i for i, s in enumerate(scenes) if ACTS[s.act].gaps_s and not ACTS[s.act].strokes]
    told = [i for i in struck if _told(scenes[i]) is not None]
    there: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for of in ("generated", "real"):
        found = [len(row["seen"][of].onsets_s) for row in rows]
        there[of] = mean([found[i] > 0 for i in struck]).as_dict()
        right[of] = mean([abs(found[i] - (_told(scenes[i]) or 0)) <= 1 for i in told]).as_dict()
    if all(rows[i]["drafts"] for i in told):
        alone = [abs(rows[i]["drafts"][0] - (_told(scenes[i]) or 0)) <= 1 for i in told]
        right["generated, the first draft"] = mean(alone).as_dict()
    pairs = [(rows[i]["seen"]["generated"].onsets_s, rows[i]["heard_s"]) for i in struck]
    others = [(seen, pairs[k - 1][1]) for k, (seen, _) in enumerate(pairs)]
    agreement = {
        of: pooled_f1(np.array([match(b, a, _NEAR_S).counts for a, b in these]).reshape(-1, 3)).as_dict()
        for of, these in (("generated", pairs), ("generated, another's sound", others))
    }
    return {"onset_seen": there, "count_within_one": right, "seen_against_heard_f1": agreement}


def _told(scene: CleanScene) -> int | None:
    """How often a scene's caption says that it happens."""
    count = count_in(scene.caption)
    return count if count is not None and count <= COUNTED else None


def _distances(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Squared Frechet distance between mean tower features and those of the real scenes."""
    sets = {name: np.stack([row["seen"][name].feature for row in rows]) for name in rows[0]["seen"]}
    real, half = sets["real"], len(rows) // 2
    named = {name: frechet_distance(value, real) for name, value in sets.items() if name != "real"}
    return {**named, "real: its halves": frechet_distance(real[:half], real[half:])}
