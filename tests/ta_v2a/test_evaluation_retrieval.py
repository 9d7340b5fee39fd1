"""Retrieval, moments and probes: against ranks counted by hand, and chance where nothing is known."""

import numpy as np
import pytest

from ta_v2a.evaluation.encoders.retrieval import (
    linear_probe,
    measure_embedded,
    naming,
    partner_ranks,
    retrieval,
    temporal_top1,
)


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    x = np.random.default_rng(seed).normal(size=shape)
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def test_ranks_are_those_of_a_sorted_list():
    x, y = unit(9, 4, seed=1), unit(9, 4, seed=2)
    by_hand = [1 + sorted(range(9), key=lambda j, i=i: -float(x[i] @ y[j])).index(i) for i in range(9)]
    np.testing.assert_array_equal(partner_ranks(x, y), by_hand)


def test_equals_are_left_out_and_ties_count_half():
    x = np.eye(4)
    y = x[[0, 0, 2, 2]]
    np.testing.assert_array_equal(partner_ranks(x, y), [1.5, 2.5, 1.5, 2.5])
    same = np.array([0, 0, 1, 1])[:, None] == np.array([0, 0, 1, 1])
    np.testing.assert_array_equal(
        partner_ranks(x, y, same), [1, 2, 1, 2]
    )  # the other pair ties with the wrong partner at 0


def test_recalls_know_and_chance():
    x = unit(200, 64, seed=3)
    perfect = retrieval(x, x)
    assert [perfect[f"recall@{k}"].value for k in (1, 5, 10)] == [1, 1, 1] and perfect[
        "median_rank"
    ].value == 1
    chance = retrieval(x, unit(200, 64, seed=4))
    assert chance["recall@10"].value == pytest.approx(0.05, abs=0.04) and chance[
        "median_rank"
    ].value == pytest.approx(100, abs=20)
    assert chance["recall@10"].low <= 0.05 + 0.04 and chance["recall@10"].n == 200


def test_moments():
    x = unit(3, 8, 16, seed=5)
    np.testing.assert_array_equal(temporal_top1(x, x), np.ones(3))
    swapped = x[:, [1, 0, *range(2, 8)]]
    np.testing.assert_array_equal(temporal_top1(x, swapped), np.full(3, 0.75))


def test_a_probe_reads_what_is_linear_and_nothing_else():
    rng = np.random.default_rng(6)
    classes = rng.integers(0, 3, 400)
    centres = np.array([[3, 0, 0], [0, 3, 0], [0, 0, 3]])
    assert linear_probe(centres[classes] + rng.normal(size=(400, 3)), classes).mean() > 0.9
    assert linear_probe(rng.normal(size=(400, 3)), classes).mean() == pytest.approx(1 / 3, abs=0.1)


def test_naming_of_all_and_of_the_surest():
    """20 pictures of two kinds: the first 10 point at their label, the others a
    little more at the wrong one."""
    labels, kinds = np.eye(2), np.eye(2)[np.arange(20) % 2]
    video = np.where(np.arange(20)[:, None] < 10, kinds, np.where(kinds > 0, 0.6, 0.8))
    found = naming(video, labels, kinds, 10.0)
    assert found["surest 100%"]["right"]["value"] == 0.5 and found["surest 20%"]["right"]["value"] == 1
    assert found["surest 100%"]["commonest"] == 0.5 and found["surest 5%"] == {
        **found["surest 5%"],
        "commonest": 1.0,
    }
    assert found["surest 20%"]["least_share"] == pytest.approx(1 / (1 + np.exp(-10.0)), abs=1e-4)
    assert found["surest 100%"]["least_share"] == pytest.approx(1 / (1 + np.exp(-2.0)), abs=1e-4)
    always = naming(np.tile([0.9, 0.1], (20, 1)), labels, kinds, 10.0)
    assert always["surest 20%"]["right"]["value"] == 0.5 and always["surest 20%"]["commonest"] == 1


def test_everything_is_measured_in_both_directions():
    n = 40
    x = unit(n, 16, seed=7)
    rows = {
        "video": x,
        "audio": x,
        "text": x,
        "video_windows": unit(n, 4, 16),
        "audio_windows": unit(n, 4, 16),
    }
    onsets = np.random.default_rng(8).integers(0, 2, (n, 6)).astype(float)
    rows |= {"video_tokens": unit(n, 6, 16), "audio_tokens": unit(n, 6, 16, seed=9), "onsets": onsets}
    report = measure_embedded(
        {**rows, "captions": [f"c{k % 39}" for k in range(n)], "kinds": np.eye(29)[np.arange(n) % 2]}
    )
    assert len(report["retrieval"]) == 6 and {"audio to video", "text to video"} <= report["retrieval"].keys()
    assert report["retrieval"]["video to text"]["recall@1"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": n}
    assert (
        report["temporal_top1"]["video to audio"]["value"] == 1 and report["chance"]["temporal_top1"] == 0.25
    )
    assert report["chance"]["recall@10"] == 0.25 and report["class_probe"]["video"]["n"] == 20
    assert report["onset_probe"]["video"]["average_precision"]["n"] == 20
