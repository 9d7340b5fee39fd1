"""The worlds' names in words."""

import pytest

from prompts.worlds import in_its_world, without_world


@pytest.mark.parametrize("solid", [False, True])
@pytest.mark.parametrize("caption", ["A dog barks", "A dog barks!", "a dog barks three times."])
def test_a_world_is_named_and_taken_away_again(caption, solid):
    named = in_its_world(caption, solid)
    assert named.endswith(", solid bodies" if solid else ", flat picture")
    assert without_world(named) == caption.rstrip(".!")


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
