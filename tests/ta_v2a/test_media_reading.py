"""What reading a film may cost: memory, time, and nothing left behind."""

import gc
import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from grey_films import greys

from ta_v2a.errors import UserError
from ta_v2a.media.reading import apart
from ta_v2a.media.reading.frames import colour_frames, luma_blocks, luma_pictures
from ta_v2a.media.reading.limits import COSTS, Limits, check_size
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.orientation import Orientation
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from vocoders.clock import MINI

ROOT = Path(__file__).resolve().parents[2]


def repeated_picture(path: Path, height: int, width: int, count: int) -> Path:
    """One MPEG-4 picture, coded once and written `count` times: quick to make at any size."""
    import av

    with av.open(str(path), "w") as target:
        stream = target.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        coded = stream.encode(av.VideoFrame.from_ndarray(next(greys(1, height, width)), format="gray"))
        coded = bytes((coded + stream.encode(None))[0])
        for index in range(count):
            packet = av.Packet(coded)
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = index
            packet.duration, packet.is_keyframe = 1, True
            target.mux(packet)
    return path


def growing(path: Path, sides: list[int], pixels: str = "gray") -> Path:
    """A film of black PNG pictures whose header tells the size of the first."""
    import av

    with av.open(str(path), "w") as target:
        stream = target.add_stream("png", rate=25)
        stream.width, stream.height, stream.pix_fmt = sides[0], sides[0], pixels
        target.start_encoding()
        for index, side in enumerate(sides):
            encoder = av.CodecContext.create("png", "w")
            encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = (
                side,
                side,
                pixels,
                Fraction(1, 25),
            )
            encoder.options = {"compression_level": "1"}
            deep = np.uint16 if pixels.startswith("gray16") else np.uint8
            picture = av.VideoFrame.from_ndarray(np.zeros((side, side), deep), format=pixels)
            picture.pts = 0
            packet = av.Packet(bytes((encoder.encode(picture) + encoder.encode(None))[0]))
            packet.stream, packet.time_base = stream, Fraction(1, 25)
            packet.pts = packet.dts = index
            packet.is_keyframe = True
            target.mux(packet)
    return path


def peak_mib(path: Path) -> float:
    """Peak memory of the process that decodes all pictures of a film."""
    script = f"""
import resource
from ta_v2a.media.reading import apart
from ta_v2a.media.reading.frames import luma_blocks
from ta_v2a.media.reading.probe import probe
from vocoders.clock import MINI
clip = probe({str(path)!r})
assert sum(len(block) for block in luma_blocks(clip, MINI.lasting(clip.duration_s))) > 50
apart.end_all()
used = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(max(used) / 1024)
"""
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return float(ended.stdout)


def reader() -> int:
    """Process id of the one that waits for work."""
    return apart._idle[-1]._process.pid


def alive(pid: int) -> bool:
    with suppress(OSError):
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    return False


def gone_within(pid: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


@pytest.fixture
def fresh():
    """No process that was started under other costs, before and after."""
    apart.end_all()
    yield
    apart.end_all()


def test_4k_needs_at_most_300_mb_more_than_640x360(tmp_path):
    small = repeated_picture(tmp_path / "small.mp4", 360, 640, 80)
    large = repeated_picture(tmp_path / "large.mp4", 2160, 3840, 80)
    assert peak_mib(large) < peak_mib(small) + 300


def test_no_picture_outlives_its_use(tmp_path):
    import av

    path = write_film(tmp_path / "a.mp4", greys(8), 25)
    gc.collect()
    gc.disable()
    try:
        with open_media(path) as container:
            for frame in container.decode(video=0):
                assert Orientation.of(frame) == Orientation()
        del frame
        assert not [thing for thing in gc.get_objects() if type(thing) is av.VideoFrame]
    finally:
        gc.enable()


def test_every_decoded_picture_counts_toward_the_pixel_limit(tmp_path):
    path = growing(tmp_path / "a.mov", [64, 64, 64, 8200])
    clip = probe(path)
    assert (clip.width, clip.height) == (64, 64)
    for read in (lambda: luma_pictures(clip, [0.0, 0.13]), lambda: colour_frames(clip, [0.13], 32)):
        with pytest.raises(UserError, match="pictures of 8200 x 8200 are too large"):
            read()
    assert luma_pictures(clip, [0.0, 0.05]).shape == (2, 80, 80)


def test_the_first_picture_counts_whatever_the_header_says(tmp_path):
    path = growing(tmp_path / "a.mov", [8200, 8200, 8200])
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack(">HH", 8200, 8200), struct.pack(">HH", 64, 64)))
    with pytest.raises(UserError, match="pictures of 8200 x 8200 are too large"):
        probe(path)


def test_deep_pictures_weigh_double(tmp_path):
    path = growing(tmp_path / "a.mov", [64, 64, 64, 5900], "gray16be")
    with pytest.raises(
        UserError, match=r"5900 x 5900 are too large \(at most 33,554,432 pixels at more than 8 bits\)"
    ):
        luma_pictures(path, [0.13])
    check_size("a", 8192, 8192, "yuv420p", 1 << 26)
    check_size("a", 7680, 4320, "yuv420p10le", 1 << 26)
    for pixels in ("yuv420p10le", "gray16le", "rgb48be", "gbrpf32le"):
        with pytest.raises(UserError, match="too large"):
            check_size("a", 8192, 8192, pixels, 1 << 26)
    film = write_film(tmp_path / "b.mkv", greys(5), 25, codec="ffv1", pixel_format="gray10le")
    assert probe(film, limits=Limits(most_pixels=2 * 48 * 64)).frames == 5
    with pytest.raises(UserError, match="too large"):
        probe(film, limits=Limits(most_pixels=2 * 48 * 64 - 1))


def test_an_index_of_billions_ends_in_a_line(tmp_path):
    """A fragment that claims 268 million pictures: FFmpeg would list them all, in 25 s and gigabytes."""
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", container_options={"movflags": "frag_keyframe+empty_moov"}) as target:
        stream = target.add_stream("libx264", rate=25, options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for picture in greys(15):
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        target.mux(stream.encode(None))
    assert probe(path).frames == 15
    data = bytearray(path.read_bytes())
    second = data.index(b"trun", data.index(b"trun") + 1)
    data[second + 8 : second + 12] = struct.pack(">I", 1 << 28)
    path.write_bytes(data)
    began = time.monotonic()
    with pytest.raises(UserError, match=r"takes more than 1\.2 GB of memory"):
        probe(path)
    assert time.monotonic() - began < 8


def test_opening_that_takes_long_ends_in_a_line(tmp_path, monkeypatch):
    """The number of a fragmented film's second track is four billion: FFmpeg counts up to it,
    each time it opens the film."""
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", container_options={"movflags": "frag_keyframe+empty_moov"}) as target:
        picture = target.add_stream("libx264", rate=25, width=64, height=48, pix_fmt="yuv420p")
        sound = target.add_stream("aac", rate=48_000, layout="mono")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 48_000
        for image in greys(15):
            target.mux(picture.encode(av.VideoFrame.from_ndarray(image, format="gray")))
        target.mux([*picture.encode(None), *sound.encode(silence), *sound.encode(None)])
    monkeypatch.setattr(apart, "COSTS", replace(COSTS, opening_s=0.2))
    assert probe(path).frames == 15
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd", data.index(b"tkhd") + 1) + 16
    assert data[place : place + 4] == b"\0\0\0\2"
    data[place : place + 4] = b"\xff\xff\xff\xf0"
    path.write_bytes(data)
    with pytest.raises(UserError, match="reading it takes too long"):
        probe(path)


@pytest.mark.parametrize("name", ["a.mkv", "a.webm", "a.mp4"])
def test_a_late_start_is_no_damage(tmp_path, name):
    codec = "libvpx" if name == "a.webm" else "libx264"
    clip = probe(
        write_film(
            tmp_path / name, greys(20), 20, codec=codec, times_s=[10 + index / 20 for index in range(20)]
        )
    )
    assert (clip.start_s, clip.duration_s, clip.warnings) == (10.0, pytest.approx(1.0), ())


def test_time_and_memory_are_bounded_while_decoding(tmp_path, fresh, monkeypatch):
    path = repeated_picture(tmp_path / "a.mp4", 2160, 3840, 150)
    clip = probe(path)
    spec = MINI.lasting(clip.duration_s)
    monkeypatch.setattr(
        apart,
        "COSTS",
        replace(COSTS, cpu_s=0.0, cpu_s_per_pixel=0.0, cpu_s_per_packet=0.0, cpu_s_per_byte=0.0),
    )
    with pytest.raises(UserError, match="takes too long"):
        list(luma_blocks(clip, spec))
    monkeypatch.setattr(apart, "COSTS", replace(COSTS, memory_bytes=120 << 20))
    with pytest.raises(UserError, match=r"takes more than 0\.1 GB of memory"):
        list(luma_blocks(clip, spec))
    monkeypatch.setattr(apart, "COSTS", COSTS)
    assert luma_pictures(clip, [1.0]).shape == (1, 80, 80)


def test_a_silent_or_crashed_process_ends_in_a_line(tmp_path, fresh, monkeypatch):
    path = write_film(tmp_path / "a.mp4", greys(25), 25)
    clip = probe(path)
    os.kill(reader(), signal.SIGSTOP)
    monkeypatch.setattr(apart, "COSTS", replace(COSTS, silence_s=0.1))
    with pytest.raises(UserError, match="takes too long"):
        luma_pictures(clip, [0.5])
    monkeypatch.setattr(apart, "COSTS", COSTS)
    asked = luma_blocks(clip, MINI.lasting(1.0), 1)
    probe(path)
    pid = reader()
    os.kill(pid, signal.SIGSTOP)
    os.kill(pid, signal.SIGSEGV)  # comes when it goes on, in the middle of a job
    os.kill(pid, signal.SIGCONT)
    assert gone_within(pid, 5)
    assert next(asked).shape == (1, 80, 80)  # a waiting process that is gone is replaced
    asked.close()


def test_a_crash_in_the_middle_ends_in_a_line(tmp_path, fresh):
    clip = probe(repeated_picture(tmp_path / "a.mp4", 2160, 3840, 150))
    pid = reader()
    blocks = luma_blocks(clip, MINI.lasting(clip.duration_s), 1)
    next(blocks)
    os.kill(pid, signal.SIGSEGV)
    with pytest.raises(UserError, match=r"crashed on it \(SIGSEGV\)"):
        list(blocks)


def test_one_process_serves_many_and_survives_who_leaves_early(tmp_path, fresh):
    path = write_film(tmp_path / "a.mp4", greys(200), 25)
    clip = probe(path)
    pid = reader()
    for _ in range(3):
        blocks = luma_blocks(clip, MINI.lasting(clip.duration_s), 1)
        next(blocks)
        blocks.close()
    with pytest.raises(UserError, match="not a media file"):
        (tmp_path / "b.mp4").write_bytes(b"hello" * 100)
        probe(tmp_path / "b.mp4")
    assert probe(path) == clip and reader() == pid
    two = [luma_blocks(clip, MINI.lasting(clip.duration_s)) for _ in range(2)]  # at once
    for one, other in zip(*two, strict=True):
        assert np.array_equal(one, other)


def test_a_fork_has_processes_of_its_own(tmp_path, fresh):
    path = write_film(tmp_path / "a.mp4", greys(25), 25)
    clip = probe(path)
    begun = luma_blocks(clip, MINI.lasting(1.0), 1)
    next(begun)
    probe(path)
    pid = reader()
    child = os.fork()
    if child == 0:
        status = 1
        with suppress(BaseException):
            begun.close()
            probe(path)
            status = 0 if reader() != pid else 2
            apart.end_all()
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(list(begun)) == MINI.lasting(1.0).pictures - 1
    assert pid in [process._process.pid for process in apart._idle] and alive(pid)


def test_ctrl_c_on_the_terminal_is_not_for_it(fresh, tmp_path):
    """It would end, at its very beginning, before it could ignore that; so it is in a group of its own."""
    process = apart._Process()
    assert os.getpgid(process._process.pid) == process._process.pid
    process.end()


@pytest.mark.parametrize("busy", [False, True])
def test_it_ends_with_its_parent(tmp_path, busy):
    path = repeated_picture(tmp_path / "a.mp4", 2160, 3840, 500)
    more = "list(luma_blocks(clip, MINI.lasting(clip.duration_s)))" if busy else "import time; time.sleep(60)"
    script = f"""
from ta_v2a.media.reading import apart
from ta_v2a.media.reading.frames import luma_blocks
from ta_v2a.media.reading.probe import probe
from vocoders.clock import MINI
clip = probe({str(path)!r})
print(apart._idle[-1]._process.pid, flush=True)
{more}
"""
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as started:
        pid = int(started.stdout.readline())
        assert alive(pid)
        started.kill()
        started.wait()
        assert gone_within(pid, 3)


def test_the_process_reads_relative_names_from_where_the_asker_is(tmp_path, film_name="a.mp4"):
    for folder, count in (("one", 10), ("two", 20)):
        (tmp_path / folder).mkdir()
        write_film(tmp_path / folder / film_name, greys(count), 25)
    here = os.getcwd()
    try:
        for folder, count in (("one", 10), ("two", 20)):
            os.chdir(tmp_path / folder)
            assert probe(film_name).frames == count
    finally:
        os.chdir(here)
