"""The worlds' names in words."""

import pytest

from prompts.worlds import WORLDS, in_its_world, in_some_world, without_world


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("caption", ["A dog barks", "A dog barks!", "a dog barks three times."])
def test_a_world_is_named_and_taken_away_again(caption, world):
    named = in_its_world(caption, world)
    assert named.endswith(f", {WORLDS[world]}")
    assert without_world(named) == caption.rstrip(".!")
    assert (
        in_some_world(caption, world) == in_some_world(named, "flat") == in_its_world(named, world) == named
    )
    assert in_some_world(caption, "") == caption and in_some_world(" ", world) == " "


@pytest.mark.parametrize(
    ("prompt", "heard"),
    [
        ("rain. Solid bodies.", "rain"),
        ("solid bodies fall", "solid bodies fall"),
        ("a flat picture of a dog", "a flat picture of a dog"),
        ("flat picture", ""),
        ("", ""),
    ],
)
def test_only_a_name_at_the_end_is_no_sound(prompt, heard):
    assert without_world(prompt) == heard
