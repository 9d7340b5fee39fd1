"""What goes on: the words that say so, the picture that shows it, and the features that are held then."""

import numpy as np
import pytest
import torch

from ta_v2a.engine.lasting import LASTING, LastingKinds
from ta_v2a.presets.resolve import WEIGHTS_FOLDER
from ta_v2a.presets.trained import mini_cvalp


@pytest.fixture(scope="module")
def kinds() -> LastingKinds:
    folder = WEIGHTS_FOLDER / "mini" / "cvalp"
    with torch.no_grad():
        return LastingKinds(mini_cvalp(str(folder), str(folder / "spiece.model")))


@torch.no_grad()
def test_words_tell_what_goes_on(kinds):
    lasting = [
        "heavy rain on a tin roof",
        "a waterfall in a forest",
        "hedge trimmer",
        "a helicopter flies over",
    ]
    struck = ["a dog barks", "hammering a nail", "footsteps on gravel", "glass shatters", "man plays djembe"]
    found = kinds.goes_on([*lasting, *struck, "", None]).tolist()
    assert found == [True] * len(lasting) + [False] * (len(struck) + 2)
    mixed = [
        "glass shatters / wind in the leaves",
        "rain and a door knock",
        "rain, wind and thunder",
        "rain and wind",
    ]
    assert kinds.goes_on(mixed).tolist() == [False, False, False, True]
    share = kinds.share(["rain", "a gunshot"])
    assert share[0] > 0.9 and share[1] < 0.05 and int(kinds.lasting.sum()) == len(LASTING)


def test_a_picture_that_goes_on_is_told_from_one_that_rests(pipeline):
    cvalp = pipeline.cvalp
    features = torch.full((3, 100, cvalp.video_width), 0.1)
    features[..., -2] = 0.4
    features[1, 40:60, -2] = 0.02  # it rests for a fifth of the time
    features[2, :, -2] = 0.05  # nothing goes on
    features[:, 10, -8] = 0.9  # an onset
    held, steady = cvalp.held(features)
    assert steady.tolist() == [True, False, False]
    assert torch.equal(held[..., -8:-2], features[..., -8:-2])
    assert (held[..., -2:] == 0.8).all()
    assert torch.allclose(held[:, :1, : cvalp.text_width].expand(-1, 100, -1), held[..., : cvalp.text_width])


def test_features_are_held_where_words_and_picture_say_so(pipeline, pictures, monkeypatch):
    class Words:
        def goes_on(self, texts):
            return torch.tensor([text == "rain" for text in texts])

    engine = pipeline.engine
    monkeypatch.setattr(engine, "_lasting", Words())
    films = np.stack([pictures, pictures])

    def sounds(steady: bool) -> np.ndarray:
        def held(features):
            return torch.ones_like(features), torch.full((len(features),), steady)

        monkeypatch.setattr(engine.parts.cvalp, "held", held)
        generators = [torch.Generator().manual_seed(0) for _ in films]
        return np.asarray(pipeline.generate(films, ["rain", "a knock"], generator=generators))

    moving, resting = sounds(True), sounds(False)
    assert not np.array_equal(moving[0], resting[0])
    assert np.array_equal(moving[1], resting[1])
