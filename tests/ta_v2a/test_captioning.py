"""Zero-shot labels: the bank, the scores, the command, and a film of the stage."""

import json

import pytest
import torch

from prompts.lexicon import LEXICON
from ta_v2a.engine.captioning import KIND_LABELS, WORDINGS, bank_vectors, caption_clip, label_bank, scored
from ta_v2a.errors import UserError


def test_the_bundled_bank_has_a_label_for_every_kind():
    assert KIND_LABELS.keys() == LEXICON.keys() and len(set(KIND_LABELS.values())) == len(KIND_LABELS)
    bank = label_bank()
    assert all(wordings[0] == label and 1 < len(wordings) <= WORDINGS + 1 for label, wordings in bank.items())


def test_banks_of_ones_own(tmp_path):
    (tmp_path / "labels.txt").write_text("a dog barking\n\nrain, heavy\n")
    assert list(label_bank(str(tmp_path / "labels.txt"))) == ["a dog barking", "rain, heavy"]
    (tmp_path / "labels.csv").write_text('index,mid,display_name\n0,/m/1,"Speech, loud"\n1,/m/2,Dog\n')
    assert list(label_bank(str(tmp_path / "labels.csv"))) == ["Speech, loud", "Dog"]
    for name, content, said in [
        ("one.txt", "rain\n", "fewer than two"),
        ("no.csv", "a,b\n1,2\n", "none of the columns"),
        ("huge.csv", "label\n" + "a" * 200_000, "field larger"),
        ("nul.txt", "rain\n\x00 \x00\n", "fewer than two"),
    ]:
        (tmp_path / name).write_text(content)
        with pytest.raises(UserError, match=said):
            label_bank(str(tmp_path / name))
    with pytest.raises(UserError, match="no such list"):
        label_bank("nowhere.txt")


def test_scores_are_cosines_and_shares_of_the_bank():
    labels, picture = torch.eye(3), torch.tensor([0.6, 0.8, 0.0])
    cosines, shares = scored(picture, labels, 10.0)
    torch.testing.assert_close(cosines, picture)
    torch.testing.assert_close(
        shares, torch.tensor([6.0, 8.0, 0.0]).exp() / torch.tensor([6.0, 8.0, 0.0]).exp().sum()
    )


def test_a_label_is_the_mean_of_its_wordings(pipeline):
    rows = bank_vectors({"dog": ["a dog barks", "woof"], "rain": ["rain"]}, pipeline.cvalp)
    with torch.no_grad():
        texts = pipeline.cvalp.encode_text(["a dog barks", "woof", "rain"])
    mean = texts[:2].mean(0)
    torch.testing.assert_close(rows, torch.stack([mean / mean.norm(), texts[2]]))


def test_the_command(pipeline_folder, silent_clip, tmp_path, capsys):
    from ta_v2a.__main__ import main

    (tmp_path / "labels.txt").write_text("a dog barking\nrain\nwind\n")
    (tmp_path / "unknown.txt").write_text("a dog barking\nein Hund bellt\n🐕\n")
    unknown = ["--labels", str(tmp_path / "unknown.txt"), "--preset", str(pipeline_folder), "--json"]
    assert main(["caption", str(silent_clip), *unknown]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["not_understood"] == ["ein Hund bellt", "🐕"]
    assert "2 labels name no sound that is known" in captured.err and captured.err.endswith(
        ": ein Hund bellt, 🐕\n"
    )
    command = [
        "caption",
        str(silent_clip),
        "--labels",
        str(tmp_path / "labels.txt"),
        "--preset",
        str(pipeline_folder),
        "--top",
        "2",
    ]
    assert main([*command, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["not_understood"] == []
    assert (
        report["labels"] == 3
        and len(report["found"]) == 2
        and report["caption"] == report["found"][0]["label"]
    )
    assert report["found"][0]["cosine"] >= report["found"][1]["cosine"]
    assert main(command) == 0
    assert report["caption"] in capsys.readouterr().out.splitlines()[0]
    assert main(["caption", str(tmp_path / "no.mp4")]) == 2


def test_a_folder_of_paper_size_encoders_is_read_too(silent_clip, tmp_path):
    from tiny_words import tiny_tokenizer

    from cvalp.paper.model import PaperCVALP

    torch.manual_seed(0)
    PaperCVALP.tiny(tiny_tokenizer(tmp_path / "words")).save_pretrained(tmp_path / "cvalp")
    report = caption_clip(str(silent_clip), preset=str(tmp_path / "cvalp"))
    assert report["labels"] == len(KIND_LABELS) and len(report["found"]) == 5
