"""Scores as records: they come back from JSON as they were, and different measurements refuse to be compared."""

import json
from dataclasses import replace

import pytest

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import NotComparable, Score, code_version, difference, read_scores

RATES = {"vggish": 16_000}
SCORE = Score("FAD", "vggish:patches", 1.25, 1.0, 1.5, 100, "lower", RATES, "libswresample, mono", "vggish", "ab" * 32, "0.1+1", ("few",))


def test_a_record_survives_json():
    again = Score.from_dict(json.loads(json.dumps(SCORE.as_dict())))
    assert again == SCORE and again.id == "FAD/vggish:patches"
    assert replace(SCORE, value=1 / 3).as_dict()["value"] == 0.333333
    with pytest.raises(UserError, match="unit"):
        Score.from_dict({**SCORE.as_dict(), "unit": "dB"})


def test_the_same_measurement_is_compared():
    assert difference(SCORE, replace(SCORE, value=1.0, n=90, code_version="0.2", flags=())) == pytest.approx(-0.25)


@pytest.mark.parametrize(
    "other",
    [
        {"variant": "panns16k"},
        {"embedding_sha256": "cd" * 32},
        {"sample_rates_hz": {"vggish": 48_000}},
        {"resampler": "soxr"},
        {"metric": "FD"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_different_measurements_refuse_to_be_compared(other):
    with pytest.raises(NotComparable, match=next(iter(other))):
        difference(SCORE, replace(SCORE, **other))


def test_a_score_without_a_value_is_compared_with_nothing():
    with pytest.raises(NotComparable, match="no value"):
        difference(SCORE, replace(SCORE, value=None))


def test_scores_of_a_result_file(tmp_path):
    path = tmp_path / "result.json"
    path.write_text(json.dumps({"scores": [SCORE.as_dict()]}))
    assert read_scores(path) == [SCORE]
    for text in ("{}", "no json"):
        path.write_text(text)
        with pytest.raises(UserError, match=r"result\.json"):
            read_scores(path)


def test_code_version_names_the_source():
    number, _, digest = code_version().partition("+")
    assert number and len(digest) == 12 and int(digest, 16) >= 0
