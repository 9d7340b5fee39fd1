"""The measures of films from words: the judge on real scenes, the whole on a tiny preset."""

import numpy as np
import pytest
import torch

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.denoisers.video_transformer import VideoTransformer
from prompts.acts import ACTS
from ta_v2a.engine.filming import film_maker
from ta_v2a.evaluation.generate.act_judge import ActJudge, act_features
from ta_v2a.evaluation.generate.measured import (
    _nearest,
    _training_features,
    _training_seeds,
    measure_films,
)
from ta_v2a.stage.clean.render import render_clean
from ta_v2a.stage.clean.scenes import plan_clean
from ta_v2a.stage.packed import Filming
from ta_v2a.stage.scene.scene import SPLITS

FILMING = Filming(px=32, pictures=32)


def films(first_seed: int, each: int) -> tuple[list[np.ndarray], list[str]]:
    acts = [act for act in ACTS for _ in range(each)]
    scenes = [plan_clean(first_seed + k, FILMING.duration_s, (act,)) for k, act in enumerate(acts)]
    return [render_clean(scene, FILMING.times_s, FILMING.px) for scene in scenes], acts


def test_the_judge_names_real_scenes_and_not_noise():
    taught, acts = films(0, 6)
    judge = ActJudge(np.stack([act_features(film) for film in taught]), acts)
    shown, acts = films(10_000, 2)
    assert np.mean([judge.named(film) == act for film, act in zip(shown, acts, strict=True)]) >= 0.95
    noise = np.random.default_rng(0).integers(0, 255, (24, 32, 32, 32, 3), dtype=np.uint8)
    named = [judge.named(film) for film in noise]
    assert len(set(named)) < 12 and act_features(noise[0]).shape == (4 * 144,)


def test_a_film_that_was_learned_by_heart_is_found():
    known, acts = _training_features(FILMING, range(8))
    seen, unseen = plan_clean(3, FILMING.duration_s), plan_clean(10_003, FILMING.duration_s)
    learned, new = (render_clean(scene, FILMING.times_s, 64) for scene in (seen, unseen))
    assert _nearest(learned, known) < 0.5 * _nearest(new, known)
    again, _ = _training_features(FILMING, range(8), jobs=2)
    assert np.array_equal(known, again) and acts[3] == seen.act


@pytest.fixture(scope="module")
def maker(pipeline):
    torch.manual_seed(1)
    head = VideoTransformer.tiny(text_channels=16, pictures=32, words=5).eval()
    return film_maker(pipeline.cvalp, head, PictureAutoencoder.tiny().eval())


@pytest.fixture(scope="module")
def measured(pipeline, maker):
    done = []
    report = measure_films(pipeline.engine, maker, 6, 0, 1, 1.5, lambda *step: done.append(step), trained=24)
    assert done == [(index + 1, 6) for index in range(6)]
    return report


def test_everything_is_measured_beside_what_it_could_be(measured):
    results = measured["results"]
    assert set(results) == {"act", "onset_seen", "count_within_one", "seen_against_heard_f1", "memorised"}
    assert set(results["act"]) == {
        "generated", "generated, another's caption", "real", "real, unseen by the judge"
    }  # fmt: skip
    assert set(results["seen_against_heard_f1"]) == {"generated", "real", "generated, another's sound"}
    assert (
        results["act"]["real"]["value"] > results["act"]["generated"]["value"]
    )  # the head has random weights
    for rows in results.values():
        for row in rows.values():
            assert row["value"] is None or 0 <= row["value"] <= 1
    distances = measured["distances"]
    assert set(distances) == {"Frechet distance", "kernel distance"}
    for values in distances.values():
        assert set(values) == {
            "generated", "a still", "real, pictures shuffled", "noise", "real: its halves"
        }  # fmt: skip
        assert all(np.isfinite(value) for value in values.values())
    assert all(value >= 0 for value in distances["Frechet distance"].values())
    assert len(measured["captions"]) == 6 and measured["settings"]["steps"] == 1


def test_the_solid_world_is_measured_on_its_own_scenes_and_named(pipeline, maker):
    report = measure_films(pipeline.engine, maker, 4, 0, 1, 1.5, trained=24, world="solid")
    assert all(said.endswith(", solid bodies") for said in report["captions"])
    assert report["results"]["act"]["generated"]["n"] == 4 and report["settings"]["world"] == "solid"
    assert 0 < len(_training_seeds(True, 24)) < 24 and _training_seeds(False, 3) == list(SPLITS["train"][:3])
