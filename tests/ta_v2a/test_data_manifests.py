"""Manifests: the layouts that are published, plain tables, and what is said of a wrong one."""

from pathlib import Path

import pytest

from ta_v2a.data.manifests import read_manifest
from ta_v2a.errors import UserError


def folder_of(tmp_path: Path, *names: str) -> Path:
    films = tmp_path / "films"
    (films / "deeper").mkdir(parents=True)
    for name in names:
        (films / name).write_bytes(b"")
    return films


def test_vggsound_without_a_header(tmp_path):
    """id, start, label, split: a cut clip begins at 0, in a whole film the clip begins at its start."""
    films = folder_of(tmp_path, "---g-f_I2yQ_000001.mp4", "deeper/--0PQM4-hqg.webm")
    (tmp_path / "vggsound.csv").write_text(
        "---g-f_I2yQ,1,people marching,test\n--0PQM4-hqg,30,waterfall "
        'burbling,train\n--5OkAjCI7g,40,"people, laughing",train\n'
    )
    rows = read_manifest(tmp_path / "vggsound.csv", films)
    assert [(row.path and row.path.name, row.start_s) for row in rows] == [
        ("---g-f_I2yQ_000001.mp4", 0.0), ("--0PQM4-hqg.webm", 30.0), (None, 40.0)
    ]  # fmt: skip
    assert [row.key for row in rows] == ["00000000", "00000001", "00000002"]
    assert (rows[2].caption, rows[2].split, rows[2].named) == ("people, laughing", "train", "--5OkAjCI7g_40")
    train = read_manifest(tmp_path / "vggsound.csv", films, "train")
    assert [row.key for row in train] == ["00000001", "00000002"]
    with pytest.raises(UserError, match="no rows of split 'dev'; it has test, train"):
        read_manifest(tmp_path / "vggsound.csv", films, "dev")


def test_vggsounds_other_two_layouts(tmp_path):
    films = folder_of(tmp_path, "glLQrEijrKg_000300.mp4", "--56QUhyDQM_185.mkv")
    (tmp_path / "test.csv").write_text(
        "glLQrEijrKg_000300.mp4,playing hammond organ\nLDoXsip0BEQ_000177.mp4,parrot talking\n"
    )
    rows = read_manifest(tmp_path / "test.csv", films)
    assert rows[0].path.name == "glLQrEijrKg_000300.mp4" and rows[1].path is None
    assert {row.split for row in rows} == {"test"} and rows[1].caption == "parrot talking"
    (tmp_path / "91k.csv").write_text("filename,start,desc,split\n--56QUhyDQM,185,playing tennis,train\n")
    (row,) = read_manifest(tmp_path / "91k.csv", films)
    assert (row.path.name, row.start_s, row.caption) == ("--56QUhyDQM_185.mkv", 0.0, "playing tennis")


def test_audiocaps(tmp_path):
    films = folder_of(tmp_path, "91139.mp4", "UDGBjjwyaqE.mp4")
    (tmp_path / "audiocaps.csv").write_text(
        "audiocap_id,youtube_id,start_time,caption\n"
        '91139,r1nicOVtvkQ,130,"A woman talks nearby, as water pours"\n58146,UDGBjjwyaqE,20,Clanging\n'
    )
    rows = read_manifest(tmp_path / "audiocaps.csv", films)
    assert [(row.path.name, row.start_s) for row in rows] == [("91139.mp4", 0.0), ("UDGBjjwyaqE.mp4", 20.0)]
    assert rows[0].caption == "A woman talks nearby, as water pours" and rows[0].split == "train"


def test_files_put_together_repeat_their_header(tmp_path):
    part = "audiocap_id,youtube_id,start_time,caption\n1,abcdefghijk,30,a bell\n"
    (tmp_path / "both.csv").write_text(part + part.replace("a bell", "a dog"))
    assert [row.caption for row in read_manifest(tmp_path / "both.csv")] == ["a bell", "a dog"]


def test_plain_tables_as_csv_and_parquet(tmp_path):
    import pyarrow
    import pyarrow.parquet

    films = folder_of(tmp_path, "a.mp4", "deeper/b.mp4")
    (tmp_path / "list.csv").write_text(
        "Path,start_s,Caption,split\na.mp4,1.5,a dog,dev\ndeeper/b.mp4,,rain,\nc.mp4,0,wind,\n"
    )
    table = {
        "path": ["a.mp4", "deeper/b.mp4", "c.mp4"],
        "start_s": [1.5, None, 0.0],
        "caption": ["a dog", "rain", "wind"],
    }
    pyarrow.parquet.write_table(
        pyarrow.table({**table, "split": ["dev", None, None]}), tmp_path / "list.parquet"
    )
    rows = read_manifest(tmp_path / "list.csv", films)
    assert rows == read_manifest(tmp_path / "list.parquet", films)
    found = [(row.start_s, row.caption, row.split) for row in rows]
    assert found == [(1.5, "a dog", "dev"), (0.0, "rain", "train"), (0.0, "wind", "train")]
    assert rows[1].path == films / "deeper/b.mp4" and rows[2].path is None


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "colour,size\nred,2\n", "is no manifest: it needs a table with a column path"),
        ("a.csv", "", "holds no rows"),
        ("a.csv", "path,start_s\nx.mp4,soon\n", "row 1 of the manifest: the start is 'soon'"),
        ("a.parquet", "no parquet", "is no Parquet file"),
        ("a.csv", b"\xff\xfe\x00x", "is no CSV"),
    ],
)
def test_a_wrong_manifest_gets_one_line(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=said) as caught:
        read_manifest(tmp_path / name)
    assert "\n" not in str(caught.value)


@pytest.mark.shared
def test_the_published_lists_are_read(shared_dir):
    text = shared_dir / "text"
    for name, count in (
        ("vggsound_test.csv", 1000),
        ("vggsound_labels_91k.csv", 50_000),
        ("audiocaps_captions.csv", 10_000),
    ):
        rows = read_manifest(text / name)
        assert len(rows) > count and all(row.caption for row in rows[:1000])
    rows = read_manifest(shared_dir / "real" / "manifest.csv")
    assert all(row.path is not None and row.caption for row in rows)
