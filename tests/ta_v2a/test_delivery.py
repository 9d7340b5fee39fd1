"""Where files go: two clips never share one, what nobody named is never replaced, and a full disk is one line."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.delivery.places import Spool, TakeFiles, deliver, destination
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.marks import mark_in

ROOT = Path(__file__).resolve().parents[2]


def noisy(count: int):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 255, (48, 64), dtype=np.uint8) for _ in range(count))


def film(path: Path, **more) -> Path:
    return write_film(path, noisy(10), 25, **more)


def delivered(source: Path, level: float = 0.1, **more) -> list[str]:
    """The names of all files of one order, written."""
    clip = probe(source)
    where = destination(clip, **more)
    names = []
    for place in where.places:
        sound = lambda: iter([np.full(6400, level, np.float32)])  # noqa: E731
        report = deliver(place, sound, 16_000, clip, "replace", where.encode)
        names += [Path(report[kind]).name for kind in ("film", "wav") if report[kind]]
    return names


def level(path: Path) -> float:
    return float(soundfile.read(path)[0].mean())


def test_two_clips_of_one_stem_get_two_sounds(tmp_path):
    for name, more in {
        "a.mp4": {},
        "a.mov": {},
        "a.gif": {"codec": "gif", "pixel_format": "gray", "muxer": "gif"},
    }.items():
        film(tmp_path / name, **more)
    assert delivered(tmp_path / "a.mp4", 0.1) == ["a.foley.mp4", "a.foley.wav"]
    assert delivered(tmp_path / "a.mov", 0.2) == ["a.mov.foley.mov", "a.mov.foley.wav"]
    assert delivered(tmp_path / "a.gif", 0.3) == ["a.gif.foley.mp4", "a.gif.foley.wav"]
    assert [level(tmp_path / f"{name}.wav") for name in ("a.foley", "a.mov.foley", "a.gif.foley")] == pytest.approx(
        [0.1, 0.2, 0.3], abs=0.02
    )
    # Made again, each takes its own place.
    assert delivered(tmp_path / "a.mp4", 0.4) == ["a.foley.mp4", "a.foley.wav"]
    assert delivered(tmp_path / "a.gif", 0.5) == ["a.gif.foley.mp4", "a.gif.foley.wav"]
    assert level(tmp_path / "a.foley.wav") == pytest.approx(0.4, abs=0.02)
    assert len(os.listdir(tmp_path)) == 9


def test_a_file_that_nobody_named_is_never_touched(tmp_path):
    source = film(tmp_path / "scene.mp4")
    soundfile.write(tmp_path / "scene.wav", np.zeros(100), 8000)
    own = (tmp_path / "scene.wav").read_bytes()
    where = destination(probe(source), str(tmp_path / "scene.mkv"))
    assert [place.wav for place in where.places] == [tmp_path / "scene.foley.wav"]
    assert where.notices[0].endswith(f"did not make it: the sound goes to {tmp_path / 'scene.foley.wav'}")
    for _ in range(2):
        assert delivered(source, output=str(tmp_path / "scene.mkv")) == ["scene.mkv", "scene.foley.wav"]
    (tmp_path / "scene.foley.wav").write_bytes(own)
    assert delivered(source, output=str(tmp_path / "scene.mkv")) == ["scene.mkv", "scene.foley-2.wav"]
    assert (tmp_path / "scene.wav").read_bytes() == own == (tmp_path / "scene.foley.wav").read_bytes()
    for name in ("scene.foley.mp4", "scene.foley.wav"):
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / "scene.mp4.foley.wav").symlink_to("nowhere.wav")
    assert delivered(source) == ["scene.mp4.foley-2.mp4", "scene.mp4.foley-2.wav"]
    assert (tmp_path / "scene.foley.mp4").read_bytes() == b"mine" and not (tmp_path / "nowhere.wav").exists()


def test_named_files_and_their_sound_are_replaced(tmp_path):
    source, other = film(tmp_path / "in.mp4"), film(tmp_path / "other.mp4")
    for clip, loud in ((source, 0.1), (source, 0.2), (other, 0.3)):
        assert delivered(clip, loud, output=str(tmp_path / "out.mp4")) == ["out.mp4", "out.wav"]
        assert level(tmp_path / "out.wav") == pytest.approx(loud, abs=0.02)
    soundfile.write(tmp_path / "named.wav", np.zeros(100), 8000)
    assert delivered(source, output=str(tmp_path / "named.wav")) == ["named.wav"]
    assert soundfile.info(tmp_path / "named.wav").samplerate == 48_000


def test_all_takes_of_an_order_are_called_alike(tmp_path):
    source = film(tmp_path / "in.mp4")
    (tmp_path / "in.foley.take2.wav").write_bytes(b"mine")
    names = delivered(source, takes=3)
    assert names == [f"in.mp4.foley.take{take}.{kind}" for take in (1, 2, 3) for kind in ("mp4", "wav")]


def test_a_folder_as_output_gets_files_called_after_the_clip(tmp_path):
    source = film(tmp_path / "in.mp4")
    (tmp_path / "films.mp4").mkdir()
    assert delivered(source, output=str(tmp_path / "films.mp4")) == ["in.foley.mp4", "in.foley.wav"]
    assert sorted(os.listdir(tmp_path / "films.mp4")) == ["in.foley.mp4", "in.foley.wav"]
    assert delivered(source, output=str(tmp_path / "films.mp4"), wav=False) == ["in.foley.mp4"]
    with pytest.raises(UserError, match="output folder does not exist"):
        destination(probe(source), str(tmp_path / "gone" / "x.mp4"))
    with pytest.raises(UserError, match="nothing to write"):
        destination(probe(source), str(tmp_path / "x.wav"), wav=False)


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".avi"])
def test_files_say_of_which_clip_they_were_made(tmp_path, ending):
    codec = {"codec": "mpeg4"} if ending == ".avi" else {}
    clip = film(tmp_path / f"in{ending}", **codec)
    assert mark_in(clip) is None
    for name in delivered(clip):
        assert mark_in(tmp_path / name) == f"ta-v2a: in{ending}"


def test_a_file_that_appears_meanwhile_stays(tmp_path):
    clip = probe(film(tmp_path / "in.mp4"))
    where = destination(clip)
    for name in ("in.foley.mp4", "in.foley.wav"):
        (tmp_path / name).write_bytes(b"another program's")
    report = deliver(where.places[0], lambda: iter([np.zeros(100, np.float32)]), 16_000, clip, "replace", False)
    assert [Path(report[kind]).name for kind in ("film", "wav")] == ["in.foley-2.mp4", "in.foley-2.wav"]
    assert (tmp_path / "in.foley.mp4").read_bytes() == (tmp_path / "in.foley.wav").read_bytes() == b"another program's"
    assert where.places == (TakeFiles(tmp_path / "in.foley.mp4", tmp_path / "in.foley.wav", False, False),)


def test_what_a_spool_is_given_comes_back(tmp_path):
    with Spool() as spool:
        for part in (b"abc", b"", b"defg"):
            spool.write(part)
        for _ in range(2):
            spool.seek(0)
            assert (spool.read(5), spool.read(5), spool.read(5)) == (b"abcde", b"fg", b"")


SCRIPT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
from ta_v2a.delivery.places import Spool
from ta_v2a.errors import UserError
try:
    with Spool() as spool:
        for _ in range(100):
            spool.write(bytes(1000))
except UserError as error:
    print(error)
"""


def test_a_full_folder_for_temporary_files_is_one_line_that_names_it(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, cwd=ROOT, env=environment)
    lines = ended.stdout.splitlines()
    assert len(lines) == 1 and not ended.stderr, ended.stderr
    assert lines[0].startswith(f"{tmp_path}: the sound in work cannot be kept there: the file would be larger")
    assert lines[0].endswith("name another folder in TMPDIR") and os.listdir(tmp_path) == []
