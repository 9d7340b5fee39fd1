"""Cue sheets in every form: read, refused with line and column, written and read again."""

import json
import random
import time
from fractions import Fraction
from math import inf

import pytest

from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError
from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.reading import SHEET_FORMS, read_sheet, read_sheet_text, write_sheet
from ta_v2a.sheets.sheet import CueRow, SheetError, closed, cues_of
from ta_v2a.sheets.timecode import RATES, rate_of, timecode, timecode_s

NTSC = RATES["29.97"]
PAL = Counting(Fraction(25))


def rows(text: str, form: str, counting: Counting = PAL) -> list[tuple]:
    return [tuple(row.model_dump().values()) for row in read_sheet_text(text, form, counting)]


SHEETS = {
    "lines": "1.2-3.0: glass breaking; 4: door slam (loud)\n# a remark\n"
    "5-: rain [strength=0.5] [not=music, wind]\n",
    "srt": "1\n00:00:01,200 --> 00:00:03,000\nglass <i>breaking</i>\n\n2\n00:00:04,000 --> 00:00:05,000\n"
    "door slam\n(loud)\n\n00:00:05,000 --> 99:59:59,000\nrain [strength=0.5] [not=music, wind]\n",
    "vtt": "WEBVTT - a title\n\nNOTE of the editor\nthat goes on\n\nintro\n"
    "00:01.200 --> 00:03.000 align:start\n"
    "glass <v Bob>breaking\n\n00:00:04.000 --> 00:00:05.000\ndoor slam (loud)\n\n00:05.000 --> 99:59:59.000\n"
    "rain [strength=0.5] [not=music, wind]\n",
    "csv": 'Start;End;Sound;Strength;Not;who\n1,2;3;"glass breaking";;;me\n0:04;;door slam (loud);1;;\n'
    '5;end;rain;0,5;music, wind;\n',
    "json": '{"a": [], "cues": [{"start": 1.2, "end": 3, "text": "glass breaking"},\n '
    '{"start_s": "00:00:04:00", "prompt": "door slam (loud)"},\n {"start": 5, "end": "end", "text": "rain", '
    '"strength": 0.5, "negative": "music, wind"}]}',
    "edl": "TITLE: X\nFCM: NON-DROP FRAME\n\n001  AX  AA  C  00:00:00:00 00:00:01:20 00:00:01:05 "
    "00:00:03:00\n* FROM CLIP NAME: glass.wav\n* COMMENT: glass breaking\n"
    "* LOC: 00:00:04:00 RED door slam (loud)\n"
    "002  AX  V  D 025 00:00:00:00 00:00:01:20 00:00:05:00 99:59:59:00\n"
    "* COMMENT: rain [strength=0.5] [not=music, wind]\n",
    "audacity": "1.200000\t3.000000\tglass breaking\n4\t4\tdoor slam (loud)\n\\\t100\t2000\n"
    "5\t359999\train [strength=0.5] [not=music, wind]\n",
}  # fmt: skip


@pytest.mark.parametrize("form", SHEET_FORMS)
def test_every_form_says_the_same(form):
    door_end = 5.0 if form in ("srt", "vtt") else None
    assert rows(SHEETS[form], form) == [
        (1.2, 3.0, "glass breaking", 1.0, ""),
        (4.0, door_end, "door slam (loud)", 1.0, ""),
        (5.0, inf, "rain", 0.5, "music, wind"),
    ]
    assert cues_of(read_sheet_text(SHEETS[form], form, PAL))[1] == Cue(4.0, 5.0, "door slam (loud)")


@pytest.mark.parametrize("form", SHEET_FORMS)
@pytest.mark.parametrize("counting", [PAL, Counting(NTSC, True), Counting(Fraction(24), None, 3600.0)])
def test_what_is_written_is_read_again(form, counting, tmp_path):
    rng = random.Random(form)
    texts = [
        "a dog barks",
        "rain, heavy; then wind",
        'he says "no" & <goes>',
        "Ölfass",
        "4: not a time",
        "a|b\\c",
    ]
    frame_s = float(1 / counting.rate)
    given = []
    for _ in range(40):
        start = rng.randrange(2000)
        end = inf if rng.random() < 0.2 else (start + rng.randrange(1, 300)) * frame_s
        extra = {"strength": rng.choice([0.25, 2.0]), "negative": "music, wind"} if rng.random() < 0.3 else {}
        given.append(CueRow(start_s=start * frame_s, end_s=end, text=rng.choice(texts), **extra))
    path = write_sheet(tmp_path / "sheet", given, form, counting)
    again = read_sheet(path, form, counting)
    assert len(again) == len(given)
    step = 0.0006 if form in ("srt", "vtt") else 1e-5
    wanted = sorted(given, key=lambda row: row.start_s)
    for one, other in zip(wanted, again, strict=True):
        assert other.start_s == pytest.approx(one.start_s, abs=step)
        assert other.end_s == pytest.approx(one.end_s, abs=step)
        assert (other.text, other.strength, other.negative) == (one.text, one.strength, one.negative)


@pytest.mark.parametrize("form", ["lines", "csv", "json", "audacity"])
def test_an_open_end_stays_open_where_the_form_has_one(form):
    given = [CueRow(start_s=1, text="a bell"), CueRow(start_s=2, end_s=inf, text="rain")]
    assert read_sheet_text(SHEET_FORMS[form][1](given, PAL), form, PAL) == given
    assert [row.end_s for row in closed(given)] == [2, inf]


@pytest.mark.parametrize(
    ("form", "text", "line", "column", "why"),
    [
        ("lines", "1-2: a bell\n2-x: rain", 2, 1, "not of the form"),
        ("lines", "1-2: a bell; 3-2: rain", 1, 16, "end is not after"),
        ("lines", "1-2:30 dogs", 1, 1, "blank after the colon"),
        ("lines", "1:75-2: a", 1, 1, "60 seconds"),
        ("lines", "00:00:01:30-2: a", 1, 1, "no timecode at 25"),
        ("lines", "1-2: ", 1, 6, "text"),
        ("lines", "1-2: a [strength=9]", 1, 1, "less than or equal to 2"),
        ("lines", "1-2: a [strength=1] [strength=2]", 1, 6, "twice"),
        ("srt", "1\n00:00:01,000 --> 00:00:02,000\na\n\nx\n00:00:03,000 --> 4\nb", 5, 1, "no number"),
        ("srt", "1\n00:00:01,000 -> 00:00:02,000\na", 1, 1, "START --> END"),
        ("srt", "00:00:02,000 --> 00:00:01,000\na", 1, 18, "end is not after"),
        ("vtt", "1\n00:01.000 --> 00:02.000\na", 1, 1, "begins with WEBVTT"),
        ("csv", "start,end,text\n1,2,a\nx,3,b", 3, 1, "no time"),
        ("csv", "start,in,text\n1,2,a", 1, 2, "say the same"),
        ("csv", "when,what\n1,a", 1, 1, "no column"),
        ("csv", "start,text,strength\n1,a,loud", 2, 3, "valid number"),
        ("csv", 'start,text\n1,"a', 2, 1, "end of data"),
        ("json", '{"cues": [\n {"start": 1, "text": "a"},\n  {"start": -1, "text": ""}]}', 3, 3, "greater"),
        ("json", '[{"start": 1, "text": "a", "start_s": 2}]', 1, 2, "twice"),
        ("json", '[{"start": 1, "text": "a", "pitch": 2}]', 1, 2, "not known"),
        ("json", "[\n1]", 2, 1, "is an object"),
        ("json", '{"cues": 1}', 1, 1, "a list"),
        ("json", "{", 1, 2, "Expecting"),
        ("edl", "001 AX AA C 00:00:00:00 00:00:01:00 00:00:01:00 00:00:02:00", 1, 1, "neither"),
        ("edl", "001 AX AA C 00:00:00:00 00:00:01:00 00:00:02:00 00:00:01:00\n* COMMENT: a", 1, 49, "not"),
        ("edl", "001 AX AA C rubbish", 1, 1, "no event"),
        ("audacity", "1.0\t2.0", 1, 8, "with tabs between"),
        ("audacity", "1.0\tx\ta", 1, 5, "no time"),
    ],
)  # fmt: skip
def test_errors_name_line_and_column(form, text, line, column, why, tmp_path):
    with pytest.raises(SheetError) as caught:
        read_sheet_text(text, form, PAL)
    assert (caught.value.line, caught.value.column) == (line, column), caught.value
    assert why in str(caught.value) and "\n" not in str(caught.value)
    (tmp_path / "s").write_text(text)
    with pytest.raises(UserError, match=f"s, line {line}, column {column}: "):
        read_sheet(tmp_path / "s", form, PAL)


@pytest.mark.parametrize("form", SHEET_FORMS)
def test_an_empty_sheet_and_one_of_many_cues_are_refused(form):
    with pytest.raises(UserError):
        read_sheet_text(
            "WEBVTT\n" if form == "vtt" else "[]" if form == "json" else "start,text\n", form, PAL
        )


def test_frames_without_a_rate_are_no_guess():
    for form in ("edl", "lines"):
        text = SHEETS["edl"] if form == "edl" else "00:00:01:02: a bell"
        with pytest.raises(SheetError, match="of which rate"):
            read_sheet_text(text, form, Counting())


def test_the_clip_may_begin_at_an_hour():
    text = "01:00:01:00-01:00:02:00: a bell"
    assert rows(text, "lines", Counting(Fraction(25), None, 3600.0)) == [(1.0, 2.0, "a bell", 1.0, "")]
    with pytest.raises(SheetError, match="before the clip"):
        read_sheet_text("1-2: a", "lines", Counting(Fraction(25), None, 3600.0))


@pytest.mark.parametrize(
    ("code", "frame"),
    [
        ("00:00:59;29", 1799),
        ("00:01:00;02", 1800),
        ("00:09:59;29", 17981),
        ("00:10:00;00", 17982),
        ("01:00:00;00", 107892),
    ],
)
def test_drop_frame(code, frame):
    """SMPTE ST 12-1: two frame numbers go each minute, but for each tenth."""
    assert timecode_s(code, NTSC) == float(frame / NTSC)
    assert timecode(float(frame / NTSC), NTSC, drop=True) == code


def test_every_frame_of_drop_frame_comes_back():
    for rate in (NTSC, RATES["59.94"]):
        for frame in [*range(4000), *range(17_900, 18_100), *range(35_900, 36_200)]:
            assert timecode_s(timecode(float(frame / rate), rate, drop=True), rate) == float(frame / rate)


@pytest.mark.parametrize(
    ("code", "rate", "why"),
    [
        ("00:01:00;00", NTSC, "has no frame"),
        ("00:01:00;02", Fraction(25), "is drop frame"),
        ("00:00:00:25", Fraction(25), "no timecode"),
        ("00:61:00:00", Fraction(25), "no timecode"),
        ("00:00:00:01", None, "of which rate"),
        ("1.2.3", Fraction(25), "no time"),
        ("-1", Fraction(25), "no time"),
        ("٣", Fraction(25), "no time"),
    ],
)
def test_what_is_no_timecode(code, rate, why):
    with pytest.raises(ValueError, match=why):
        timecode_s(code, rate)


def test_rates():
    assert rate_of("29.97") == rate_of("30000/1001") == NTSC and rate_of("25.000") == 25
    for text in ("0", "31", "1/0", "x", ""):
        with pytest.raises(ValueError, match="no frame rate"):
            rate_of(text)


def test_files(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text(SHEETS["audacity"], encoding="utf-8-sig", newline="\r\n")
    assert len(read_sheet(path, counting=PAL)) == 3
    path.write_bytes(b"\xff\xfe1")
    for wrong in (path, tmp_path / "none.csv", tmp_path):
        with pytest.raises(UserError) as caught:
            read_sheet(wrong)
        assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match="which form"):
        write_sheet(tmp_path / "a.xyz", [CueRow(start_s=1, text="a")])
    with pytest.raises(UserError, match="of which rate"):
        write_sheet(tmp_path / "a.edl", [CueRow(start_s=1, text="a")])
    assert not (tmp_path / "a.edl").exists()


@pytest.mark.parametrize("form", SHEET_FORMS)
def test_reading_takes_time_that_grows_with_the_length_only(form):
    for text in (
        "1" * 100_000,
        "1-" * 50_000,
        "[" * 100_000,
        " \t" * 50_000,
        "1: a; " * 20_000,
        "* COMMENT:" * 9000,
    ):
        began = time.process_time()
        try:
            read_sheet_text(text, form, PAL)
        except UserError as error:
            assert len(str(error)) < 400
        assert time.process_time() - began < 3


def test_foley_follows_a_sheet_and_its_report_is_one(pipeline_folder, silent_clip, tmp_path, capsys):
    from ta_v2a.__main__ import main

    sheet = tmp_path / "c.vtt"
    sheet.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\na bell [strength=0.5] [not=wind]\n")
    command = [
        "foley",
        str(silent_clip),
        "-o",
        str(tmp_path / "o.wav"),
        "--preset",
        str(pipeline_folder),
        "--json",
    ]
    assert main([*command, "--cues", str(sheet), "--cue", "0-1: rain"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [cue["text"] for cue in report["cues"]] == ["a bell", "rain"]
    assert report["cues"][0]["strength"] == 0.5 and report["cues"][0]["negative"] == "wind"
    (tmp_path / "again.json").write_text(json.dumps(report))
    assert main([*command, "--cues", str(tmp_path / "again.json")]) == 0
    assert json.loads(capsys.readouterr().out)["cues"] == [report["cues"][1], report["cues"][0]]
    sheet.write_text("WEBVTT\n\n00:02.000 --> 00:01.000\na bell\n")
    assert main([*command, "--cues", str(sheet)]) == 2
    assert "c.vtt, line 3, column 15: end_s" in capsys.readouterr().err
