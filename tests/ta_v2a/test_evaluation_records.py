"""Scores as records: they come back from JSON as they were, and different
measurements refuse to be compared."""

import json
from dataclasses import replace

import pytest

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import NotComparable, Score, code_version, difference

RATES = {"vggish": 16_000}
SCORE = Score(
    "FAD",
    "vggish:patches",
    1.25,
    1.0,
    1.5,
    100,
    "lower",
    RATES,
    "libswresample, mono",
    "vggish",
    "ab" * 32,
    "0.1+1",
    ("few",),
)


def test_a_record_survives_json():
    again = Score.from_dict(json.loads(json.dumps(SCORE.as_dict())))
    assert again == SCORE and again.id == "FAD/vggish:patches"
    assert replace(SCORE, value=1 / 3).as_dict()["value"] == 0.333333
    with pytest.raises(UserError, match="colour"):
        Score.from_dict({**SCORE.as_dict(), "colour": "red"})
    short = {name: value for name, value in SCORE.as_dict().items() if name not in ("unit", "of", "interval")}
    assert Score.from_dict(short) == SCORE
    with pytest.raises(UserError, match="better"):
        Score.from_dict({name: value for name, value in short.items() if name != "better"})


def test_the_same_measurement_is_compared():
    assert difference(SCORE, replace(SCORE, value=1.0, n=90, code_version="0.2", flags=())) == pytest.approx(
        -0.25
    )


@pytest.mark.parametrize(
    "other",
    [
        {"variant": "panns16k"},
        {"embedding_sha256": "cd" * 32},
        {"sample_rates_hz": {"vggish": 48_000}},
        {"resampler": "soxr"},
        {"metric": "FD"},
        {"unit": "dB"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_different_measurements_refuse_to_be_compared(other):
    with pytest.raises(NotComparable, match=next(iter(other))):
        difference(SCORE, replace(SCORE, **other))


def test_a_score_without_a_value_is_compared_with_nothing():
    with pytest.raises(NotComparable, match="no value"):
        difference(SCORE, replace(SCORE, value=None))


def test_code_version_names_the_source():
    number, _, digest = code_version().partition("+")
    assert number and len(digest) == 12 and int(digest, 16) >= 0
