"""Tables written from results: what a cell says, what a page's markers become, what is no marker."""

import pytest

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report import tables
from ta_v2a.evaluation.report.cells import cell
from ta_v2a.evaluation.report.results import Result, as_text
from ta_v2a.evaluation.report.tables import brief, regenerated, write_tables


def result(*figures: Score, **about) -> Result:
    known = {"name": "films", "subject": "mini", "origin": "measured", "command": "x", "date": "2026-01-02"}
    known |= {"commit": "ab" * 20, "dirty": False, "weights_sha256": None, "machine": None, "seed": 0, "n": 3}
    return Result(**{**known, **about}, figures=figures)


def score(metric: str, value: float | None, variant: str = "v", of: str = "generated", **about) -> Score:
    known = {"low": None, "high": None, "n": 3, "better": "higher"}
    return Score(metric, variant, value, of=of, **{**known, **about})


def test_a_cell_shows_value_interval_and_n():
    whole = score("F1", 0.7696, low=0.75, high=0.79, n=824)
    assert cell(whole) == "0.770 (0.750-0.790, n=824)" and cell(whole, 2, n=False) == "0.77 (0.75-0.79)"
    assert cell(score("F1", 0.5, n=None)) == "0.500" and cell(score("F1", 0.5)) == "0.500 (n=3)"
    assert cell(score("rank", 28.0, low=24.0, high=34.0), 1, False, end_digits=0) == "28.0 (24-34)"
    assert cell(score("error", 0.0118, low=0.01, high=0.02), 1, False, 1000) == "11.8 (10.0-20.0)"
    assert cell(None) == "" and cell(score("F1", None)) == ""


def test_numbers_of_far_apart_scales_are_brief():
    values = {
        0.0: "0.00",
        0.00021: "0.00021",
        -0.00003: "-0.00003",
        0.0512: "0.05",
        9.564: "9.56",
        121.4: "121",
    }
    assert {value: brief(value) for value in values} == values


def test_the_stage_table():
    rows = [
        score("onset F1", 0.77, low=0.75, high=0.79, n=8),
        score("timing error", 0.0118, unit="s"),
        score("class accuracy", 0.874),
        score("class accuracy", 1.0, of="generated: liquids", n=None),
        score("text steering", None, n=0),
        score("onset F1", 0.17, of="shuffled video"),
        score("onset F1 of the ceiling", 0.909, low=0.88, high=0.93, n=8),
        score("leakage", 0.39, variant="stage:listener:negated_source"),
    ]
    assert tables._stage([result(*rows)]).splitlines() == [
        "| sound | onset F1 at 50 ms | median timing error | class accuracy | text steering |",
        "|---|---|---|---|---|",
        "| generated | 0.770 (0.750-0.790, n=8) | 11.8 ms | 0.874 (n=3) |  |",
        "| chance: shuffled video | 0.170 (n=3) |  |  |  |",
    ]
    assert tables._stage_rest([result(*rows)]).splitlines()[2:] == [
        "| onset F1 of the ceiling | 0.909 (0.880-0.930, n=8) |",
        "| class accuracy: liquids | 1.000 |",
        "| a negated source is heard | 0.390 (n=3) |",
    ]
    assert tables._stage_weights([result(*rows)]).splitlines()[2:] == [
        "| mini | 0.770 (0.750-0.790) | 0.909 (0.880-0.930) | 0.874 |  |  |"
    ]


def agreement(gain: float, of: str = "generated") -> list[Score]:
    found = [
        score("onset agreement", 0.5, "f1:100ms", of),
        score("onset agreement", 0.4, "shuffled_f1:100ms", of),
    ]
    return [*found, score("onset agreement", gain, "gain:100ms", of, low=0.05, high=0.2)]


def test_films_say_by_what_they_are_known():
    measured = result(*agreement(0.1), dirty=True)
    copied = result(*agreement(0.2, "seed 1"), origin="transcribed from a.md at commit abc", seed=None)
    assert tables._films([measured, copied]).splitlines()[2:] == [
        "| seed 0 (2026-01-02, abababa, changed) | 0.500 | 0.400 | 0.100 (0.050-0.200, n=3) |  |",
        "| seed 1 (2026-01-02, transcribed) | 0.500 | 0.400 | 0.200 (0.050-0.200, n=3) |  |",
    ]


def test_speed_and_length():
    time = score("time", 7.214, of="cold: whole command", unit="s", low=7.1, high=7.6, interval="range")
    memory = score("peak memory", 1049.0, of="cold", unit="MiB")
    assert tables._speed([result(time, memory)]).splitlines()[2:] == [
        "| cold: whole command | 7.21 s (7.1 to 7.6) |",
        "| peak memory, cold | 1,049 MiB |",
    ]
    rows = [
        score("time", 8.0, of="10 s"),
        score("peak memory", 965.0, of="10 s"),
        score("time", 95.25, of="600 s"),
    ]
    rows += [score("time of a further second", 0.1481, of="600 s"), score("peak memory", 994.0, of="600 s")]
    assert tables._long_clips([result(*rows)]).splitlines()[2:] == [
        "| 10 s | 8 s |  | 965 |",
        "| 600 s | 95.2 s | 0.148 | 994 |",
    ]


def test_encoders_vocoders_and_folders():
    ways = [
        score("retrieval", 0.05, "recall@1", "audio to video"),
        score("retrieval", 28.0, "median_rank", "audio to video"),
    ]
    probes = [score("class probe", 0.9, "ridge", "text"), score("class probe", 0.0667, "ridge", "chance")]
    assert tables._retrieval([result(*ways)]).splitlines()[2] == "| audio to video | 0.050 |  |  | 28.0 |"
    assert tables._encoders([result(*ways, *probes)]).splitlines()[2:] == [
        "| class probe | text | 0.900 (n=3) | 0.067 |"
    ]
    voices = [
        score("STFT distance", 0.927, of="Griffin-Lim 8: all", n=200),
        score("STFT distance", 1.0, of="Griffin-Lim 8: stage"),
    ]
    voices += [
        score("seconds of sound a second", 158.0, of="Griffin-Lim 8"),
        score("peak memory", 812.0, of="Griffin-Lim 8"),
    ]
    voices += [score("STFT distance over plain WaveGrad's", 0.884, of="GLA-Grad: unseen kinds")]
    assert tables._vocoders([result(*voices)]).splitlines()[2:] == [
        "| Griffin-Lim 8 | all (200) | 0.927 |  |  |  |  | 158 | 812 |",
        "| Griffin-Lim 8 | stage (3) | 1.000 |  |  |  |  |  |  |",
    ]
    assert tables._over_wavegrad([result(*voices)]).splitlines()[2] == "| GLA-Grad | 0.884 |  |"
    heard = [score("FD", 121.4, "listener", low=106.0, high=134.0), score("FD", 0.0, "listener", "truth")]
    heard += [score("KL", 1.38, "softmax", "truth")]
    assert tables._sanity([result(*heard)]).splitlines() == [
        "| metric | generated | truth |",
        "|---|---|---|",
        "| FD/listener | 121 (106 to 134) | 0.00 |",
        "| KL/softmax |  | 1.38 |",
    ]
    assert "| **films** |  |  |" in tables._sanity([result(*heard), result(*heard, subject="films")])


def test_arms_side_by_side():
    rows = [
        score("onset F1", 0.5, low=0.4, high=0.6, of="I: concat"),
        score("FD", 12.345, of="I: concat", low=10.0, high=14.0),
        score("Align accuracy", 0.25, "diff_foley", of="I: concat"),
        score("Align accuracy", -0.125, "diff_foley:paired_gain", of="I: concat"),
        score("onset precision", 0.5, of="I: concat"),
        score("onset F1", 0.25, of="true sound"),
    ]
    assert tables._arms([result(*rows)]).splitlines() == [
        "| sound | onset F1 | FD | Align accuracy, diff_foley | Align accuracy, diff_foley:paired_gain |",
        "|---|---|---|---|---|",
        "| I: concat | 0.500 (0.400-0.600) | 12.35 (10.00-14.00) | 0.250 | -0.125 |",
        "| true sound | 0.250 |  |  |  |",
    ]


def test_the_summary():
    bench = [
        score(metric, value, of=of)
        for metric in ("onset F1", "class accuracy", "text steering")
        for of, value in (
            ("generated", 0.7),
            ("ceiling", 0.8),
            ("shuffled video", 0.2),
            ("shuffled text", 0.1),
        )
    ]
    quick = [score("time", 7.2, of="cold: whole command"), score("time", 1.05, of="warm: whole clip")]
    long = [
        score(metric, value, of=of)
        for of, value in (("60 s", 15.0), ("600 s", 95.0))
        for metric in ("time", "peak memory")
    ]
    lines = tables._summary(
        [
            result(*bench, name="stage-bench-v1"),
            result(*agreement(0.1)),
            result(*agreement(0.2)),
            result(*quick, name="foley_speed"),
            result(*long, name="long_clip"),
        ]
    ).splitlines()
    assert len(lines) == 8 and "0.150 more than" in lines[5]
    assert lines[6].endswith("| 7.2 s | once loaded 1.05 s |")
    assert lines[7] == "| a clip of 600 s | 95 s | peak memory 95 MiB |"


PAGE = (
    "before\n<!-- result: a.json table=films -->\nold\n<!-- end -->\n"
    "after `<!-- result: FILE table=KIND -->`\n"
)


def test_the_blocks_of_a_page_are_written_anew_and_nothing_else(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.json").write_text(as_text(result(*agreement(0.1))))
    new = regenerated(PAGE, tmp_path)
    assert new.startswith("before\n<!-- result: a.json table=films -->\n\n| sounds |")
    assert new.endswith("|\n\n<!-- end -->\nafter `<!-- result: FILE table=KIND -->`\n") and "old" not in new
    assert regenerated(new, tmp_path) == new
    (tmp_path / "docs").mkdir()
    page, plain = tmp_path / "docs" / "page.md", tmp_path / "plain.md"
    page.write_text(PAGE), plain.write_text("nothing here\n")
    monkeypatch.chdir(tmp_path)
    assert write_tables(["docs", "plain.md"]) == 0
    assert page.read_text() == new and capsys.readouterr().out == "docs/page.md\n"
    assert write_tables(["docs", "plain.md"]) == 0 and capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<!-- result: a.json table=cakes -->\n<!-- end -->\n", "table=KIND"),
        ("<!-- result: a.json -->\n<!-- end -->\n", "table=KIND"),
        ("<!-- result: a.json table=films -->\n", "no <!-- end -->"),
        ("<!-- result: none.json table=films -->\n<!-- end -->\n", "none.json: no result"),
        ("<!-- result: a.json a.json table=stage -->\n<!-- end -->\n", "no table of these results"),
        ("<!-- result: a.json table=summary -->\n<!-- end -->\n", "no table of these results"),
    ],
)
def test_a_wrong_marker_is_told_and_the_page_stays(page, words, tmp_path, monkeypatch, capsys):
    (tmp_path / "a.json").write_text(as_text(result(*agreement(0.1))))
    (tmp_path / "page.md").write_text(page)
    monkeypatch.chdir(tmp_path)
    assert write_tables(["page.md"]) == 2
    assert words in capsys.readouterr().err and (tmp_path / "page.md").read_text() == page
    with pytest.raises(UserError):
        regenerated(page, tmp_path)


def test_joint_tables_hold_the_arms_of_one_task():
    rows = [
        score("cosine of picture and sound", 0.55, "CVALP", "true, scenes"),
        score("cosine of picture and sound", 0.301, "CVALP", "two-stream, t2av"),
        score("cosine of picture and sound", 0.63, "CVALP", "neither, t2av aligned"),
        score("seconds a clip", 0.15, "clock", "two-stream, t2av", n=None),
        score("cosine of picture and sound", 0.2, "CVALP", "uniform, v2a"),
        score("AV-Align eq9", 0.25, "optical flow", "two-stream, t2av", low=0.2, high=0.3),
        score("AV-Align eq9, shuffled", 0.24, "optical flow", "two-stream, t2av", low=0.2, high=0.3),
    ]
    assert tables.TABLES["joint-t2av"]([result(*rows)]).splitlines() == [
        "| t2av | picture, sound | s a clip |",
        "|---|---|---|",
        "| true scenes | 0.550 |  |",
        "| two-stream | 0.301 | 0.150 |",
        "| neither aligned | 0.630 |  |",
    ]
    assert tables.TABLES["joint-align"]([result(*rows)]).splitlines()[-1] == (
        "| two-stream, t2av | 0.250 (0.200-0.300) / 0.240 |  |  |  |  |"
    )
