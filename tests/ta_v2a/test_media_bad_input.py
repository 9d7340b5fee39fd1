"""Whatever a user hands over gets one clear line, never a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import luma_pictures
from ta_v2a.media.reading.limits import Limits
from ta_v2a.media.reading.own_sound import own_sound
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux
from ta_v2a.media.writing.wav import write_wav

ROOT = Path(__file__).resolve().parents[2]
SOUND = np.zeros(100, np.float32)


def noisy(count: int, height: int = 48, width: int = 64):
    rng = np.random.default_rng(0)
    return (rng.integers(0, 255, (height, width), dtype=np.uint8) for _ in range(count))


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", noisy(25), 25)


def bytes_of(name: str, data: bytes):
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def picture_file(name: str):
    def make(folder: Path) -> Path:
        import cv2

        cv2.imwrite(str(folder / name), next(noisy(1)))
        return folder / name

    return make


def sound_file(name: str, picture: bool = False):
    def make(folder: Path) -> Path:
        import av

        if not picture:
            soundfile.write(folder / name, np.zeros(4000), 8000)
            return folder / name
        with av.open(str(folder / name), "w") as target:
            sound = target.add_stream("libmp3lame", rate=44_100, layout="mono")
            cover = target.add_stream("png", rate=1)
            cover.width, cover.height, cover.pix_fmt, cover.disposition = 64, 48, "rgb24", 1024
            target.mux(cover.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), "rgb24")))
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), "fltp", "mono")
            frame.sample_rate = 44_100
            target.mux([*sound.encode(frame), *sound.encode(None)])
        return folder / name

    return make


def cut(name: str, fraction: float, **more):
    """A film of which only the first part exists."""

    def make(folder: Path) -> Path:
        whole = write_film(folder / name, noisy(50), 25, **more)
        whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * fraction)])
        return whole

    return make


def silent_header(folder: Path) -> Path:
    """A film whose container announces a picture and holds no packet."""
    import av

    with av.open(str(folder / "none.mkv"), "w") as target:
        stream = target.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        target.start_encoding()
    return folder / "none.mkv"


def all_damaged(folder: Path) -> Path:
    """A film whose packets are all there, each filled with zeros."""
    path = write_film(folder / "dead.mkv", noisy(10), 25, codec="mjpeg", pixel_format="yuvj420p")
    data = bytearray(path.read_bytes())
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xd8"]
    ends = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xd9"]
    for start, end in zip(starts, ends, strict=True):
        data[start : end + 2] = bytes(end + 2 - start)
    path.write_bytes(data)
    return path


def playlist(name: str, text: str):
    def make(folder: Path) -> Path:
        inner = write_film(folder / "inner.mp4", noisy(25), 25)
        (folder / name).write_text(text.format(inner=inner, name=inner.name))
        return folder / name

    return make


def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


def unix_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as sock:
        here = os.getcwd()
        os.chdir(folder)  # socket names are short
        try:
            sock.bind("s.mp4")
        finally:
            os.chdir(here)
    return folder / "s.mp4"


def dangling(folder: Path) -> Path:
    (folder / "link.mp4").symlink_to(folder / "gone.mp4")
    return folder / "link.mp4"


TABLE = {
    "missing": (lambda folder: folder / "gone.mp4", "no such file"),
    "no name": (lambda folder: "", "file name is empty"),
    "zero byte": (lambda folder: "a\0b.mp4", "zero byte"),
    "very long name": (lambda folder: folder / ("x" * 300 + ".mp4"), "too long"),
    "dangling link": (dangling, "no such file"),
    "below a file": (lambda folder: bytes_of("a.mp4", b"x")(folder) / "b.mp4", "no such file"),
    "folder": (lambda folder: folder, "is a folder"),
    "pipe": (fifo, "not a plain file"),
    "socket": (unix_socket, "not a plain file"),
    "device": (lambda folder: "/dev/zero", "not a plain file"),
    "empty": (bytes_of("a.mp4", b""), r"empty \(0 bytes\)"),
    "text": (bytes_of("a.mp4", b"hello, this is no film\n" * 50), "not a media file"),
    "noise": (bytes_of("a.mp4", np.random.default_rng(0).bytes(20_000)), "not a media file|no picture"),
    "zeros": (bytes_of("a.mp4", bytes(9000)), "only zero bytes"),
    "web address": (lambda folder: "https://example.org/a.mp4", "no addresses"),
    "file address": (lambda folder: "file:///etc/passwd", "no addresses"),
    "protocol": (lambda folder: "concat:a.mp4|b.mp4", "no such file"),
    "hls": (
        playlist("a.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}\n#EXT-X-ENDLIST\n"),
        "playlist",
    ),
    "hls disguised": (
        playlist("a.mp4", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{inner}\n#EXT-X-ENDLIST\n"),
        "playlist",
    ),
    "concat": (playlist("a.ffconcat", "ffconcat version 1.0\nfile {name}\n"), "playlist"),
    "png": (picture_file("a.png"), "still image"),
    "jpeg": (picture_file("a.jpg"), "still image"),
    "jpeg named mp4": (lambda folder: picture_file("a.jpg")(folder).rename(folder / "a.mp4"), "still image"),
    "image pattern": (lambda folder: picture_file("1.png")(folder).rename(folder / "%d.png"), "still image"),
    "webp": (picture_file("a.webp"), "still image"),
    "sound only": (sound_file("a.wav"), "only sound"),
    "cover art": (sound_file("a.mp3", picture=True), "cover image"),
    "no pictures": (silent_header, "zero frames|not a media file|no picture"),
    "all damaged": (all_damaged, "no picture"),
    "moov missing": (cut("a.mp4", 0.6), "moov part"),
    "one picture": (lambda folder: write_film(folder / "a.mp4", noisy(1), 25), "one picture only 0.040 s"),
    "too short": (lambda folder: write_film(folder / "a.mp4", noisy(2), 25), "at least 0.1 s"),
    "too long": (
        lambda folder: write_film(folder / "a.mkv", noisy(3), 1, times_s=[0.0, 1.0, 7300.0]),
        "hours, more than the 2 allowed",
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_bad_clips_get_one_clear_line(tmp_path, case):
    make, expected = TABLE[case]
    path = make(tmp_path)
    with pytest.raises(UserError, match=expected) as caught:
        luma_pictures(probe(path), [0.0])
    assert len(str(caught.value).splitlines()) == 1


def test_a_table_of_names_that_are_fine(tmp_path, film):
    names = [
        "a b.mp4",
        "quote'\".mp4",
        "-leading.mp4",
        "emoji 🥁.mp4",
        "100%d.mp4",
        "a:b.mp4",
        "file:x.mp4",
        "naïve ü.mp4",
        "new\nline.mp4",
        "nothing",
        "x.txt",
    ]
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for name in names:
            Path(name).write_bytes(film.read_bytes())
            assert probe(name).frames == 25
            out = f"out {Path(name).stem}.mp4"
            assert probe(mux(name, SOUND, 16_000, out).path).has_sound
        raw = os.fsdecode(b"not-utf8-\xff.mp4")
        Path(raw).write_bytes(film.read_bytes())
        assert luma_pictures(raw, [0.5]).shape == (1, 80, 80)
        with pytest.raises(UserError) as caught:
            probe("gone\nnew\x1b[31mline.mp4")
        assert str(caught.value).isprintable()
    finally:
        os.chdir(here)


def test_limits_are_the_callers(tmp_path, film):
    with pytest.raises(UserError, match="too large"):
        probe(film, limits=Limits(most_pixels=1000))
    long = write_film(tmp_path / "a.mkv", noisy(3), 1, times_s=[0.0, 1.0, 7300.0])
    assert probe(long, allow_long=True).duration_s > 7200
    assert probe(write_film(tmp_path / "b.mp4", noisy(3), 30)).duration_s == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("name", "more"), [("a.mkv", {}), ("a.mp4", {"options": {"bf": "0"}}), ("a.avi", {"codec": "mpeg4"})]
)
def test_cut_off_films_are_used_as_far_as_they_go(tmp_path, name, more):
    from ta_v2a.media.writing.mux import mux as with_sound

    whole = write_film(tmp_path / f"whole-{name}", noisy(50), 25, **more)
    if name.endswith("mp4"):  # its index at the front, as downloads have it
        whole = with_sound(whole, SOUND, 16_000, tmp_path / "front.mp4").path
    half = tmp_path / name
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    clip = probe(half)
    assert 0.3 < clip.duration_s < 1.7
    if name.endswith("mp4"):  # the others lose their promise with their end
        assert len(clip.warnings) == 1 and "damaged or cut off" in clip.warnings[0]
    assert luma_pictures(clip, np.arange(0, clip.duration_s, 0.04)).std() > 5
    made = mux(clip, SOUND, 16_000, tmp_path / f"out-{name}")
    assert probe(made.path).duration_s == pytest.approx(clip.duration_s, abs=0.05)


def test_bad_outputs_get_one_clear_line(tmp_path, film):
    (tmp_path / "folder.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "same.mp4").symlink_to(film)
    os.link(film, tmp_path / "hard.mp4")
    table = {
        film: "never overwritten",
        tmp_path / "same.mp4": "never overwritten",
        tmp_path / "hard.mp4": "never overwritten",
        tmp_path / "folder.mp4": "is a folder",
        tmp_path / "pipe.mp4": "not a plain file",
        tmp_path / "gone" / "a.mp4": "folder does not exist",
        tmp_path / "a.xyz": "is not known for a film",
        tmp_path / "a": "no ending",
        tmp_path / "a.webm": "cannot hold a h264 picture unchanged; use .mp4",
        tmp_path / ("x" * 300 + ".mp4"): "too long",
        film / "a.mp4": "folder does not exist",
    }
    before = film.read_bytes()
    for out, expected in table.items():
        with pytest.raises(UserError, match=expected) as caught:
            mux(film, SOUND, 16_000, out)
        assert len(str(caught.value).splitlines()) == 1
    assert film.read_bytes() == before
    with pytest.raises(UserError, match="folder does not exist"):
        write_wav(tmp_path / "gone" / "a.wav", SOUND, 16_000)
    with pytest.raises(UserError, match="holds no sound"):
        own_sound(film)


def test_permissions(tmp_path, film):
    """As an ordinary user, even where the tests run as root."""
    locked = tmp_path / "locked"
    locked.mkdir()
    secret = tmp_path / "secret.mp4"
    secret.write_bytes(film.read_bytes())
    secret.chmod(0)
    locked.chmod(0o555)
    script = f"""
import os, numpy as np
import ta_v2a.media.writing.mux, ta_v2a.media.reading.probe
from ta_v2a.media.reading.opening import plain_file
from ta_v2a.media.writing.atomic import output_file
from ta_v2a.errors import UserError
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for call in (lambda: plain_file({str(secret)!r}), lambda: output_file({str(locked / "a.mp4")!r})):
    try:
        call()
    except UserError as error:
        print(error)
"""
    for parent in list(tmp_path.parents)[:2]:
        if parent.stat().st_uid == os.getuid():
            parent.chmod(0o755)
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    lines = ended.stdout.splitlines()
    assert len(lines) == 2, ended.stderr
    assert "permission denied" in lines[0]
    assert "not writable" in lines[1] or "permission denied" in lines[1]
