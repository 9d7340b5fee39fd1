"""Words that people wrote: what is held out, what a teacher makes of them, how batches get them, how a text
embedding is measured with them."""

import re
from pathlib import Path

import numpy as np
import pytest

from prompts.lexicon import RECORDED
from ta_v2a.data.open_wordings import OpenWordings
from ta_v2a.data.open_words import audiocaps_rows, clauses, held_out_clip, open_texts
from ta_v2a.data.teacher import kinds_named, without_ending, word_for_word
from ta_v2a.errors import UserError
from ta_v2a.evaluation.encoders.open_words import Labelled, labelled_captions, open_word_scores

KINDS = list(RECORDED)


def bag_of_stems(texts) -> np.ndarray:
    """An embedding that knows words by their stems only, in 512 buckets."""
    out = np.zeros((len(texts), 512), np.float32)
    for row, text in enumerate(texts):
        for word in re.findall(r"[a-z]+", text.lower()):
            out[row, sum(ord(c) * 31**i for i, c in enumerate(without_ending(word))) % 512] += 1
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1)


@pytest.fixture()
def text_folder(tmp_path: Path) -> Path:
    lines = [f"{i},clip{i},0,A dog barks {i} times" for i in range(400)]
    (tmp_path / "audiocaps_captions.csv").write_text(
        "audiocap_id,youtube_id,start_time,caption\n" + "\n".join(lines) + "\n"
    )
    for name in ("audioset_class_labels_indices", "vggsound_class_labels_309"):
        (tmp_path / f"{name}.csv").write_text("index,mid,display_name\n0,a,bird chirping_ tweeting\n")
    return tmp_path


def test_a_tenth_of_the_clips_is_never_trained_on(text_folder):
    texts = open_texts(text_folder)
    kept = sum(text.startswith("A dog") for text in texts)
    assert "bird chirping, tweeting" in texts and 0.83 < kept / 400 < 0.97
    rows = audiocaps_rows(text_folder)
    assert not {row["caption"] for row in rows if held_out_clip(row["youtube_id"])} & set(texts)


def test_what_is_no_such_table_is_refused(text_folder):
    (text_folder / "audiocaps_captions.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="no columns"):
        open_texts(text_folder)
    with pytest.raises(UserError, match="cannot read"):
        open_texts(text_folder / "none")


def test_captions_fall_into_clauses():
    assert clauses("A man speaks while a dog barks, then rain falls") == [
        "A man speaks",
        "a dog barks",
        "rain falls",
    ]
    assert clauses("thunder") == ["thunder"] and clauses("sandstorm") == ["sandstorm"]


def test_a_text_is_placed_by_what_its_clauses_name():
    shares = kinds_named(["A rooster crows and a zipper is zipped", "someone plays the tabla"], bag_of_stems)
    assert shares.shape == (2, 204) and np.allclose(shares.sum(1), 1, atol=1e-4)
    assert {KINDS[i] for i in np.argsort(-shares[0])[:2]} == {"rooster crow", "zipper"}
    assert KINDS[shares[1].argmax()] == "tabla"


def test_phrases_are_found_word_for_word_whatever_their_endings():
    found = word_for_word(["the dogs are barking", "nothing of the sort"])
    assert found[0, KINDS.index("dog bark")] > 0.5 and not found[1].any()
    same = ("barking", "barks", "bark"), ("hopped", "hopping")
    assert all(len({without_ending(word) for word in words}) == 1 for words in same)


def test_batches_get_further_texts(tmp_path):
    file, texts = tmp_path / "teacher.npz", ["hands on djembe", "woman bites crisps"]
    np.savez(
        file,
        texts=np.array(texts),
        vectors=np.ones((2, 8), np.float16),
        kinds=np.eye(2, 204, dtype=np.float16),
    )
    collate = OpenWordings(file, described=6, written=4)
    rows = [{"caption": "a", "kinds": np.zeros(29)}] * 3

    def batches(seed: int) -> list[dict]:
        collate.begin(seed)
        return [collate(rows), collate(rows)]

    one, two = batches(1)
    assert len(one["texts"]) == 10 and one["named"].shape == (10, 204) and one["vectors"].shape == (4, 8)
    assert np.allclose(one["named"].sum(1), 1) and len(one["caption"]) == 3
    assert one["texts"] != two["texts"] and batches(1)[0]["texts"] == one["texts"] != batches(2)[0]["texts"]
    np.savez(file, texts=np.array(texts), vectors=np.ones((2, 8)), kinds=np.ones((2, 3)))
    with pytest.raises(UserError, match="other kinds"):
        OpenWordings(file)
    with pytest.raises(UserError, match="cannot read"):
        OpenWordings(tmp_path / "none.npz")


def test_an_embedding_of_words_places_captions_better_than_one_of_nothing():
    rows = [
        Labelled("", "A rooster crows in the yard", ("rooster crow",)),
        Labelled("", "somebody zips a zipper", ("zipper",)),
        Labelled("", "popcorn is popping", ("popping",)),
        Labelled("", "a helicopter is hovering", ("helicopter",)),
    ]
    found = open_word_scores(bag_of_stems, rows)
    assert found["linear first 3"].value >= 0.75 and found["linear first 3"].n == 4
    assert found["prototype first 3"].value >= 0.75
    nothing = open_word_scores(lambda texts: np.ones((len(texts), 2), np.float32), rows)
    assert nothing["linear first 3"].value <= 0.25


def test_the_labelled_captions_are_held_out_and_of_known_kinds(tmp_path):
    rows = labelled_captions(Path(__file__).parents[2] / "benchmarks" / "captions.csv")
    assert len(rows) == len({row.text for row in rows}) == 300
    assert all(held_out_clip(row.clip) and 1 <= len(row.kinds) <= 3 for row in rows)
    assert len({kind for row in rows for kind in row.kinds}) > 100
    (tmp_path / "bad.csv").write_text("youtube_id,caption,kinds\na,b,kazoo\n")
    with pytest.raises(UserError, match="no kind 'kazoo'"):
        labelled_captions(tmp_path / "bad.csv")
    with pytest.raises(UserError, match="cannot read"):
        labelled_captions(tmp_path / "none.csv")
