"""Text over time: shares of prompt and cues, and what stays exactly as it was encoded."""

import math

import pytest
import torch

from ta_v2a.engine.cues import Cue, read_cues
from ta_v2a.engine.timed_text import held, text_track
from ta_v2a.errors import UserError

COLUMN_S = 0.064
UNIT = {
    text: torch.nn.functional.one_hot(torch.tensor(i), 4).float()
    for i, text in enumerate(("rain", "bell", "dog"))
}


def encode(texts: list[str]) -> torch.Tensor:
    return torch.stack([UNIT[text] for text in texts])


def track(given: list[str | None], cues: list[Cue], beside: bool = False):
    return text_track(given, cues, 32, COLUMN_S, encode, beside)


def at(found, time_s: float, sample: int = 0) -> list[float]:
    return [round(float(x), 4) for x in found.values[sample, int(time_s / COLUMN_S)]]


def test_without_cues_the_prompt_is_one_row_and_nothing_is_nothing():
    assert track(["rain"], []).values.shape == (1, 4) and track(["rain"], []).present is None
    assert track([None], []) is None
    assert track(["rain", None], []).present.tolist() == [True, False]


def test_a_whole_cue_takes_the_prompt_s_place_to_the_last_bit():
    found = track(["rain"], [Cue(0.64, 1.28, "bell")])
    assert torch.equal(found.values[0, 10:20], UNIT["bell"].expand(10, -1))
    assert torch.equal(found.values[0, :10], UNIT["rain"].expand(10, -1)) and found.present.all()


def test_half_a_cue_leaves_half_to_the_prompt_at_unit_length():
    found = track(["rain", None], [Cue(0.64, 1.28, "bell", 0.5)])
    assert at(found, 1.0) == [round(math.sqrt(0.5), 4)] * 2 + [0, 0]
    assert at(found, 1.0, 1) == [0, 1, 0, 0]  # no prompt: the cue alone
    assert found.present[1].nonzero().ravel().tolist() == [*range(10, 20)]


def test_cues_that_overlap_share_by_their_strengths():
    found = track(["rain"], [Cue(0, 1.28, "bell", 1.0), Cue(0.64, 2, "dog", 2.0)])
    mixed = at(found, 1.0)
    assert mixed[0] == 0 and mixed[2] == pytest.approx(2 * mixed[1], abs=1e-3)
    assert math.hypot(*mixed) == pytest.approx(1, abs=1e-3)
    assert at(found, 0.1) == [0, 1, 0, 0] and at(found, 1.5) == [0, 0, 1, 0]


def test_negatives_stand_beside_the_negative_prompt():
    found = track(["rain"], [Cue(0.64, 1.28, "bell")], beside=True)
    assert at(found, 1.0) == [round(math.sqrt(0.5), 4)] * 2 + [0, 0] and at(found, 0.1) == [1, 0, 0, 0]


def test_a_cue_shorter_than_a_column_keeps_its_first():
    assert held(Cue(0.65, 0.651, "bell"), 32, COLUMN_S).nonzero().ravel().tolist() == [10]


@pytest.mark.parametrize(
    "wrong", [{"strength": 0}, {"strength": 3}, {"strength": -1}, {"strength": float("nan")}]
)
def test_wrong_cues_are_one_line(wrong):
    with pytest.raises(UserError, match="of a cue"):
        read_cues([Cue(0, 1, "bell", **wrong)], 4.0)


def test_a_cue_s_negative_changes_the_sound(pipeline, pictures):
    def sound(cue: Cue):
        return pipeline(pictures, "rain", cues=[cue], generator=torch.Generator().manual_seed(0)).audios

    plain, other = (sound(Cue(0.5, 1.5, "a bell", 1.0, negative)) for negative in ("", "wind"))
    assert abs(plain - other).max() > 1e-3
