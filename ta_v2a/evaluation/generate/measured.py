"""What films from words are measured by: the act that is seen, onsets seen and heard, counts that were told,
distances between sets, and how near the nearest scene of the training is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import cv2
import numpy as np
import torch

from prompts.acts import ACTS, count_in
from prompts.worlds import in_some_world, without_world
from ta_v2a.engine.drafts import SEEN_ABOVE, drafted, seen_in
from ta_v2a.engine.filming import MakesFilms
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.evaluation.generate.act_judge import ActJudge, act_features
from ta_v2a.evaluation.metrics.distributions import frechet_distance, kernel_distance
from ta_v2a.evaluation.metrics.onsets import match, onsets
from ta_v2a.evaluation.metrics.statistics import mean, pooled_f1
from ta_v2a.stage.clean.scenes import COUNTED
from ta_v2a.stage.packed import Filming, filmed, is_solid
from ta_v2a.stage.scene.scene import SPLITS
from ta_v2a.system.parallel import in_order

_NEAR_S = 0.05
TRAINED, BOTH_TRAINED = 16384, 4096
"""Scenes of the training split that the bundled head was trained on, the flat ones: the first; and those
that it was trained on in both worlds, half of them solid."""
DISTANCES = {"Frechet distance": frechet_distance, "kernel distance": kernel_distance}
_LOOKED_AT_PX = 48
_TAUGHT = 10  # real scenes of every flat act that the judge learns from, and
_ASKED = 4  # those that it is tried on; of the solid world as many as there are flat ones


def measure_films(
    engine: FoleyEngine,
    maker: MakesFilms,
    n: int,
    seed: int,
    steps: int,
    text_scale: float,
    advance: Callable[[int, int], None] | None = None,
    trained: int | None = None,
    drafts: int | None = None,
    jobs: int = 0,
    world: Literal["flat", "solid"] | None = None,
) -> dict[str, Any]:
    """Films of the captions of the first `n` test scenes, beside those scenes themselves.

    Args:
        drafts: films drawn where a caption tells a count, see `drafted`.
        trained: the first of the training's scenes, among which each film's nearest is looked for.
        jobs: processes that render those; 0 renders them in this one.
        world: which world's scenes, and the captions name it; None: that of the maker, or else flat ones,
            whose captions name none.

    Returns:
        {"results": {name of a measure: {of what: estimate}}, "distances": {its name: {of what: value}}, ...}.
    """
    shown = maker.world if world is None else world
    solid = shown == "solid"
    filming = Filming(px=maker.px, pictures=maker.pictures, fps=maker.fps, solid=float(solid))
    known, acts = _training_features(filming, _training_seeds(solid, trained), jobs)
    judge, right = _judge(filming, known, acts)
    rows: list[dict[str, Any]] = []
    for index, test in enumerate(SPLITS["test"][:n]):
        real, facts = filmed(test, filming)
        said = facts["captions"][0]
        said = in_some_world(said, shown)
        draft = drafted(engine, maker, said, seed + index, steps, text_scale, drafts)
        made = draft.film
        nearest = {name: _nearest(film, known) for name, film in (("generated", made), ("real", real))}
        row = _row(engine, maker, judge, said, made, real, seed + index)
        facts = {"act": facts["act"], "struck": facts["struck"], "caption": said, "told": _told(said)}
        rows.append({**row, **facts, "nearest": nearest, "drafts": draft.seen})
        if advance is not None:
            advance(index + 1, n)
    return {
        "results": _results(rows)
        | {"act": {**_acts(rows), "real, unseen by the judge": right}}
        | {"memorised": {"generated": mean([_nearer(row["nearest"]) for row in rows]).as_dict()}},
        "distances": _distances(rows),
        "captions": [row["caption"] for row in rows],
        "settings": {"steps": steps, "text_scale": text_scale, "seed": seed, "seen_above": SEEN_ABOVE}
        | {"drafts": maker.drafts if drafts is None else drafts, "world": shown or None},
    }


def _judge(filming: Filming, known: np.ndarray, acts: Sequence[str]) -> tuple[ActJudge, dict[str, Any]]:
    """A judge of real scenes, and how often it is right on others. In the flat world it learns from some of
    every act, in the solid one from the training's scenes."""

    def films(split: str, each: int) -> tuple[list[np.ndarray], list[str]]:
        names = [() if filming.solid else (act,) for act in ACTS for _ in range(each)]
        pairs = zip(SPLITS[split][: len(names)], names, strict=True)
        shown = [filmed(seed, replace(filming, acts=name)) for seed, name in pairs]
        return [film for film, _ in shown], [facts["act"] for _, facts in shown]

    if not filming.solid:
        taught, acts = films("train", _TAUGHT)
        known = np.stack([act_features(film) for film in taught])
    judge = ActJudge(known, acts)
    asked, shown = films("validation", _ASKED)
    return judge, mean([judge.named(film) == act for film, act in zip(asked, shown, strict=True)]).as_dict()


def _training_seeds(solid: bool, trained: int | None) -> list[int]:
    """Of the scenes of a world that the head was trained on, among the first `trained`."""
    if not solid:
        return list(SPLITS["train"][: TRAINED if trained is None else trained])
    both = Filming(solid=0.5)
    seeds = SPLITS["train"][: BOTH_TRAINED if trained is None else trained]
    return [seed for seed in seeds if is_solid(seed, both)]


def _training_features(filming: Filming, seeds: Sequence[int], jobs: int = 0) -> tuple[np.ndarray, list[str]]:
    """(n, F) of training scenes and their acts, rendered in so many processes; 0 renders them in this one."""
    small = replace(filming, px=_LOOKED_AT_PX)
    found = [known for _, known in in_order(partial(_scene_features, small), seeds, jobs)]
    return np.stack([features for features, _ in found]), [act for _, act in found]


def _scene_features(filming: Filming, seed: int) -> tuple[np.ndarray, str]:
    film, facts = filmed(seed, filming)
    return act_features(film).astype(np.float32), facts["act"]


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
    caption: str,
    made: np.ndarray,
    real: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    """All that is known of one caption's film and of its scene."""

    def heard(film: np.ndarray) -> np.ndarray:
        generator = torch.Generator().manual_seed(seed)
        sound = engine.stream(film, without_world(caption), generator=generator, fps=maker.fps, lag_s=0.0)
        return onsets(np.concatenate(list(sound), axis=-1)[0])[0]

    rng = np.random.default_rng(seed)
    sets = {"generated": made, "real": real, "a still": np.repeat(real[:1], len(real), 0)}
    sets["real, pictures shuffled"] = real[rng.permutation(len(real))]
    sets["noise"] = rng.integers(0, 256, real.shape, dtype=np.uint8)
    seen = {name: seen_in(engine, film) for name, film in sets.items()}
    heard_s = {"generated": heard(made), "real": heard(real)}
    return {"seen": seen, "heard_s": heard_s, "named": judge.named(made), "named_real": judge.named(real)}


def _acts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    named = [row["named"] for row in rows]
    true = [row["act"] for row in rows]
    return {
        "generated": _share(named, true),
        "generated, another's caption": _share(named, [*true[1:], true[0]]),
        "real": _share([row["named_real"] for row in rows], true),
    }


def _share(one: Sequence[str], other: Sequence[str]) -> dict[str, Any]:
    return mean([a == b for a, b in zip(one, other, strict=True)]).as_dict()


def _results(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Onsets: there at all, as many as were told, and heard where they are seen."""
    struck = [row for row in rows if row["struck"]]
    told = [row for row in struck if row["told"] is not None]
    there: dict[str, Any] = {}
    right: dict[str, Any] = {}
    for of in ("generated", "real"):
        there[of] = mean([len(row["seen"][of].onsets_s) > 0 for row in struck]).as_dict()
        right[of] = mean([_near(row["told"], len(row["seen"][of].onsets_s)) for row in told]).as_dict()
    if all(row["drafts"] for row in told):
        alone = [_near(row["told"], row["drafts"][0]) for row in told]
        right["generated, the first draft"] = mean(alone).as_dict()
    pairs = {of: [(row["seen"][of].onsets_s, row["heard_s"][of]) for row in struck] for of in there}
    made = pairs["generated"]
    pairs["generated, another's sound"] = [(seen, made[k - 1][1]) for k, (seen, _) in enumerate(made)]
    agreement = {
        of: pooled_f1(np.array([match(b, a, _NEAR_S).counts for a, b in these]).reshape(-1, 3)).as_dict()
        for of, these in pairs.items()
    }
    return {"onset_seen": there, "count_within_one": right, "seen_against_heard_f1": agreement}


def _near(told: int, seen: int) -> bool:
    """Whether as many are seen as were told, within one."""
    return abs(seen - told) <= 1


def _told(caption: str) -> int | None:
    """How often a caption says that it happens."""
    count = count_in(caption)
    return count if count is not None and count <= COUNTED else None


def _distances(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Between mean tower features and those of the real scenes, by `DISTANCES`."""
    sets = {name: np.stack([row["seen"][name].feature for row in rows]) for name in rows[0]["seen"]}
    real, half = sets.pop("real"), len(rows) // 2
    pairs = {name: (features, real) for name, features in sets.items()}
    pairs["real: its halves"] = (real[:half], real[half:])
    return {name: {of: distance(*pair) for of, pair in pairs.items()} for name, distance in DISTANCES.items()}
