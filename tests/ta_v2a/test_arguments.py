"""What a call may be given: every wrong type or value is one line that names the argument."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from ta_v2a.engine.arguments import LAST_SEED, chosen_scales
from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError

NUMBERS = ("video_scale", "text_scale", "negative_scale", "align_scale", "lag_s", "fps")
WHOLE = ("num_inference_steps", "takes")
NO_NUMBER = [
    "2",
    b"2",
    True,
    np.bool_(True),
    1j,
    [1],
    (),
    {},
    np.array([1.0]),
    torch.tensor(1.0),
    object(),
    math.nan,
    np.float32("nan"),
    math.inf,
    -math.inf,
    10**400,
    -(10**400),
    101_000,
]
NO_WHOLE = [*NO_NUMBER, 0, -1, 2.0, np.float64(2), Fraction(4, 2)]
NO_TEXT = [
    5,
    1.5,
    b"x",
    bytearray(b"x"),
    True,
    [5],
    [b"x"],
    ["a", 5],
    [["a"]],
    [],
    (),
    {"a": 1},
    {"a"},
    iter("a"),
    np.array(["a"]),
    object,
]


def cue(start_s: object, end_s: object, text: object) -> Cue:
    """A cue with fields of any type, as Python lets one be made where no type checker runs."""
    made = object.__new__(Cue)
    for name, value in (("start_s", start_s), ("end_s", end_s), ("text", text)):
        object.__setattr__(made, name, value)
    return made


NO_CUES = [
    "0-1: x",
    b"0-1: x",
    5,
    True,
    [5],
    [None],
    [b"0-1: x"],
    [["0-1: x"]],
    [cue("0", 1, "x")],
    [cue(0, True, "x")],
    [cue(0, 1, 5)],
    [cue(0, 1, " ")],
    [cue(1, 1, "x")],
    [cue(-1, 1, "x")],
    [cue(math.nan, 1, "x")],
    [cue(0, math.nan, "x")],
    [cue(0, 1, None)],
]
NO_GENERATOR = [5, "5", True, [5], [None], np.random.default_rng(0), torch.Generator, []]

WRONG = [
    *((name, value) for name in NUMBERS for value in NO_NUMBER),
    *((name, value) for name in WHOLE for value in NO_WHOLE),
    *((name, value) for name in ("prompt", "negative_prompt") for value in NO_TEXT),
    *(("cues", value) for value in NO_CUES),
    *(("generator", value) for value in NO_GENERATOR),
    ("callback_on_step_end", 5),
    ("callback_on_step_end", "print"),
    ("fps", 0),
    ("fps", 0.0),
    ("fps", -25),
    ("fps", 1e-9),
    ("lag_s", -0.1),
    ("lag_s", 1.1),
]


def named(name: str) -> str:
    return {"cues": "cue", "generator": "generator"}.get(name, name)


@pytest.mark.parametrize("call", ["__call__", "stream"])
def test_a_wrong_argument_is_one_line_that_names_it(pipeline, pictures, call):
    for name, value in WRONG:
        with pytest.raises(UserError) as caught:
            getattr(pipeline, call)(**{"video": pictures, name: value})
        text = str(caught.value)
        assert named(name) in text and "\n" not in text and len(text) < 250, (name, value, text)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        *(({name: value}, named(name)) for name, value in WRONG if name not in ("prompt", "fps", "takes", "cues")),
        *(({"prompts": value}, "prompt") for value in [5, None, "ab", b"ab", ["a"], ["a", 5], ["a", b"b"], {"a": 1, "b": 2}, []]),
        ({"pictures": None}, "pictures"),
        ({"pictures": np.zeros((2, 8, 80), np.uint8)}, "pictures"),
        ({"pictures": np.zeros((2, 8, 80, 3), np.uint8)}, "pictures"),
        ({"pictures": np.full((2, 8, 80, 80), -1.0)}, "pictures"),
        ({"pictures": [np.zeros((8, 80, 80), np.uint8)] * 2}, "pictures"),
    ],
)
def test_generate_says_so_too(pipeline, wrong, message):
    with pytest.raises(UserError, match=message) as caught:
        pipeline.generate(**{"pictures": np.zeros((2, 8, 80, 80), np.uint8), "prompts": ["a", None], **wrong})
    assert "\n" not in str(caught.value)


def test_numpys_numbers_and_fractions_are_numbers(pipeline, pictures):
    plain = {
        "num_inference_steps": 1,
        "video_scale": 2.0,
        "text_scale": 1.5,
        "lag_s": 0.0,
        "takes": 1,
        "fps": 25.0,
    }
    same = {
        "num_inference_steps": np.int64(1),
        "video_scale": np.float32(2),
        "text_scale": Fraction(3, 2),
        "lag_s": 0,
        "takes": np.uint8(1),
        "fps": np.int16(25),
    }
    first, second = (
        pipeline(pictures, np.str_("a bell"), generator=torch.Generator().manual_seed(0), **numbers).audios for numbers in (plain, same)
    )
    np.testing.assert_array_equal(first, second)


def test_an_unknown_name_is_pythons_own_error(pipeline, pictures):
    with pytest.raises(TypeError, match="colour"):
        pipeline.stream(pictures, colour=1)
    with pytest.raises(TypeError, match="colour"):
        chosen_scales(pipeline.config, {"colour": 1})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("num_inference_steps", "2"),
        ("video_scale", None),
        ("lag_s", 2),
        ("text_scale_until", "x"),
        ("caption_share", math.nan),
        ("guidance", "triple"),
        ("guidance", None),
        ("guidance", ["double"]),
    ],
)
def test_a_presets_settings_are_checked_when_it_is_made(pipeline, setting, value):
    with pytest.raises(UserError, match=setting):
        type(pipeline)(**pipeline.components, **{setting: value})


def test_seeds_go_up_to_the_last_of_64_bits(pipeline, pictures):
    generator = torch.Generator().manual_seed(LAST_SEED)
    assert np.isfinite(pipeline(pictures, generator=generator, num_inference_steps=1).audios).all()
