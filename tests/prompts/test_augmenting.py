"""Paraphrases keep their sources, sentences keep their labels."""

import csv
import random
from pathlib import Path

import pytest

from prompts.augmenting.labels import added_words, lost_words, sentence_by, sentence_of
from prompts.augmenting.paraphrases import paraphrase
from prompts.refining.sources import telling
from prompts.vocabulary import grammar_captions

AUDIOSET = Path(__file__).parents[2] / "cvalp" / "data_files" / "audioset_class_labels_indices.csv"


def audioset() -> list[str]:
    with AUDIOSET.open(newline="") as file:
        return [row["display_name"] for row in csv.DictReader(file)]


def test_paraphrases_keep_the_sources_and_are_many():
    changed = 0
    for index, text in enumerate(grammar_captions(600, 21)):
        other = paraphrase(text, random.Random(index))
        assert telling(other) == telling(text), (text, other)
        assert other == paraphrase(text, random.Random(index)) and other == " ".join(other.split())
        changed += other != text
    assert changed > 250
    wordings = {paraphrase("A big dog barks loudly while a bell rings", random.Random(i)) for i in range(100)}
    assert len(wordings) > 20


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("dog barking", "A dog is barking."),
        ("bird chirping, tweeting", "A bird is chirping and tweeting."),
        ("donkey, ass braying", "A donkey or ass is braying."),
        ("alligators, crocodiles hissing", "Alligators or crocodiles are hissing."),
        ("playing acoustic guitar", "Someone is playing acoustic guitar."),
        ("people clapping", "People are clapping."),
        ("water burbling", "Water is burbling."),
        ("subway, metro, underground", "A subway or metro or underground is heard."),
        ("Thunderstorm", "A thunderstorm is heard."),
        ("Church bells", "Church bells are heard."),
        ("Ambulance (siren)", "An ambulance (siren) is heard."),
        ("lions roaring", "Lions are roaring."),
        ("Male speech, man speaking", "A male speech or man is speaking."),
        ("wind chime", "Wind chime is heard."),
        ("", ""),
    ],
)
def test_labels_become_sentences(label, sentence):
    assert sentence_of(label) == sentence


def checked(labels: list[str]) -> None:
    rng = random.Random(0)
    sentences = [sentence_of(label) for label in labels]
    assert len(set(sentences)) == len(set(labels))
    for label in labels:
        for sentence in (sentence_of(label), sentence_of(label, rng), sentence_of(label, rng)):
            assert not lost_words(label, sentence) and not added_words(label, sentence), (label, sentence)
            assert sentence[0] == sentence[0].upper() and sentence.endswith(".") and " " in sentence


def test_no_word_of_audioset_s_527_labels_is_lost():
    labels = audioset()
    assert len(labels) == 527
    checked(labels)


@pytest.mark.shared
def test_no_word_of_vggsound_s_309_labels_is_lost(shared_dir):
    with (shared_dir / "text" / "vggsound_class_labels_309.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    labels = [row[-1] for row in rows if row[-1].lower() not in ("display_name", "label")]
    assert len(labels) == 309
    checked(labels)


def test_a_model_s_sentence_is_taken_only_with_the_label_s_words():
    assert sentence_by(lambda told: "A dog is barking in it.", "dog barking") == "A dog is barking in it."
    assert sentence_by(lambda told: "A cat is barking.", "dog barking") == "A dog is barking."
    assert sentence_by(lambda told: "", "dog barking") == "A dog is barking."
    asked = []
    sentence_by(lambda told: asked.append(told) or "", "rain")
    assert asked[0].startswith("Here are the annotated texts from a video dataset.") and "rain" in asked[0]
