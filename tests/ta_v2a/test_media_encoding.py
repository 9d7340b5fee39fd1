"""Pictures encoded anew: every one at its time, in its colours and its shape, and not more of them
in memory for a longer clip."""

import struct
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.own_sound import own_sound
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import fitting, mux, rehearse

ROOT = Path(__file__).resolve().parents[2]
SOUND = np.zeros(1000, np.float32)
COLOURS = [(200, 30, 60), (30, 200, 60), (40, 60, 210), (240, 240, 240), (12, 12, 12)]


def plain_colours(height: int = 48, width: int = 64) -> list[np.ndarray]:
    return [np.full((height, width, 3), colour, np.uint8) for colour in COLOURS]


def encoded(source: Path, out: Path):
    made = mux(source, SOUND, 16_000, out, encode=True)
    assert made.picture == "h264"
    return probe(made.path)


TIMES_S = [0.0, 0.1, 0.5, 0.55, 1.2]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("in.gif", {"codec": "gif", "pixel_format": "rgb8", "muxer": "gif"}),
        ("in.mov", {"codec": "qtrle", "pixel_format": "rgb24", "times_s": TIMES_S}),
        ("in.mkv", {"codec": "ffv1", "pixel_format": "yuv444p10le", "times_s": TIMES_S}),
        ("in.mp4", {"options": {"bf": "2"}, "times_s": TIMES_S}),
        ("in.avi", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
    ],
)
def test_every_picture_keeps_its_time_and_its_colour(tmp_path, name, more):
    clip = probe(write_film(tmp_path / name, plain_colours(), 10, **more))
    made = encoded(tmp_path / name, tmp_path / "out.mp4")
    assert (made.codec, made.pixel_format, made.frames) == ("h264", "yuv420p", 5)
    assert made.duration_s == pytest.approx(clip.duration_s, abs=0.001)
    times_s = [time_s + 0.01 for time_s in (TIMES_S if "times_s" in more else np.arange(5) / 10)]
    before, after = (colour_frames(path, times_s, 48).astype(int)[:, 8:40, 8:56] for path in (clip, made))
    assert np.abs(after.mean((1, 2)) - before.mean((1, 2))).max() < 4  # a GIF's colours are dots of others
    assert len(own_sound(made)) == round(clip.duration_s * 48_000)


def test_the_same_pictures_are_the_same_bytes(tmp_path):
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 255, (33, 12, 12, 3)).astype(np.uint8)
    for source in ("in.mp4", "in.gif"):
        pictures = cells.repeat(8, 1).repeat(8, 2)
        more = {"codec": "gif", "pixel_format": "rgb8", "muxer": "gif"} if source == "in.gif" else {}
        made = set()
        for again in range(12):
            _others = np.full(1000 * again + 7, 255, np.uint8)  # what else memory holds
            film = write_film(tmp_path / source, pictures, 15, **more)
            made.add((encoded(film, tmp_path / "out.mp4").path if more else film).read_bytes())
        assert len(made) == 1


@pytest.mark.parametrize("size", [(45, 81), (48, 64), (31, 33)])
def test_odd_sides_become_even(tmp_path, size):
    write_film(tmp_path / "in.gif", plain_colours(*size), 10, codec="gif", pixel_format="rgb8", muxer="gif")
    made = encoded(tmp_path / "in.gif", tmp_path / "out.mp4")
    assert (made.height, made.width) == ((size[0] + 1) // 2 * 2, (size[1] + 1) // 2 * 2)


@pytest.mark.parametrize("matrix", [(0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0), (-1, 0, 0, 1)])
def test_the_turn_is_kept(tmp_path, matrix):
    corner = np.zeros((48, 64, 3), np.uint8)
    corner[:24, :32] = 255
    source = write_film(tmp_path / "in.mp4", [corner] * 5, 10)
    data = bytearray(source.read_bytes())
    at = data.index(b"tkhd") + 44
    a, b, c, d = (value << 16 for value in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    source.write_bytes(data)
    made = encoded(source, tmp_path / "out.mp4")
    assert made.rotation == probe(source).rotation
    before, after = (colour_frames(path, [0.2], 40).astype(int) for path in (source, made.path))
    assert before.shape == after.shape and np.abs(before - after).mean() < 10


def test_the_shape_of_pixels_and_the_colour_description_are_kept(tmp_path):
    import av

    with av.open(str(tmp_path / "in.mov"), "w") as target:
        stream = target.add_stream("prores_ks", rate=10, width=64, height=48, pix_fmt="yuv422p10le")
        context = stream.codec_context
        context.sample_aspect_ratio = Fraction(4, 3)
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = 9, 9, 16, 1
        for picture in plain_colours():
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
                format="yuv422p10le", dst_colorspace="BT2020"
            )
            frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range = 9, 9, 16, 1
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    made = encoded(tmp_path / "in.mov", tmp_path / "out.mp4")
    assert (made.width, made.height) == (85, 48)
    with open_media(made.path) as container:
        frame = next(container.decode(video=0))
    assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (9, 9, 16, 1)


def test_a_raw_stream_gets_times(tmp_path):
    source = write_film(tmp_path / "in.h264", plain_colours() * 4, 25, muxer="h264", options={"bf": "2"})
    planned, why = fitting(probe(source), tmp_path / "x")
    assert (planned.path.suffix, planned.picture, why) == (
        ".mp4",
        "h264",
        "no container holds this picture unchanged",
    )
    made = encoded(source, tmp_path / "out.mp4")
    assert made.frames == 20 and made.duration_s == pytest.approx(0.8, abs=0.001)
    frames = colour_frames(made, np.arange(20) / 25 + 0.01, 48)[:, 24, 32].astype(int)
    assert np.abs(frames - np.asarray(COLOURS * 4)).max() < 25


def test_web_pictures_become_h264_and_films_do_not(tmp_path):
    gif = probe(
        write_film(tmp_path / "in.gif", plain_colours(), 10, codec="gif", pixel_format="rgb8", muxer="gif")
    )
    film = probe(write_film(tmp_path / "in.mp4", plain_colours(), 10))

    def planned(clip, encode=False):
        made, why = fitting(clip, tmp_path / "x", encode=encode)
        return made.path.name, made.picture, why

    assert planned(gif) == ("x.mp4", "h264", "hardly any player shows a film in gif")
    assert planned(film) == ("x.mp4", "copied", "") and planned(gif, encode=True) == ("x.mp4", "h264", "")
    with pytest.raises(UserError, match=r"go into \.mp4 \.m4v \.mov \.mkv, not \.webm"):
        rehearse(gif, tmp_path / "out.webm", encode=True)
    for ending in (".mov", ".mkv", ".m4v"):
        assert encoded(tmp_path / "in.gif", tmp_path / f"out{ending}").frames == 5


def test_the_own_sound_goes_along(tmp_path):
    silent = write_film(tmp_path / "silent.mp4", plain_colours() * 4, 10)
    tone = np.sin(np.arange(32_000) * 0.2).astype(np.float32) * 0.3
    source = mux(silent, tone, 16_000, tmp_path / "own.mp4").path
    made = mux(source, SOUND, 16_000, tmp_path / "keep.mp4", "keep", encode=True)
    with open_media(made.path) as container:
        levels = []
        for stream in container.streams.audio:
            container.seek(0)
            levels.append(
                np.sqrt(np.mean([np.square(frame.to_ndarray()).mean() for frame in container.decode(stream)]))
            )
    assert levels[0] < 0.01 and levels[1] == pytest.approx(0.3 / 2**0.5, rel=0.05)


SCRIPT = """
import resource, sys
import numpy as np
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux
folder, count = sys.argv[1], int(sys.argv[2])
base = np.random.default_rng(0).integers(0, 255, (240, 320), dtype=np.uint8)
pictures = (np.roll(base, shift, 1) for shift in range(count))
source = write_film(folder + "/in.mkv", pictures, 25, codec="mjpeg", pixel_format="yuvj420p")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
mux(source, np.zeros(10, np.float32), 16000, folder + "/out.mp4", encode=True)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_clip(tmp_path):
    grown = []
    for count in (60, 240):
        ended = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path), str(count)],
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        grown.append(int(ended.stdout.splitlines()[-1]) / 1024)
    assert grown[1] < grown[0] + 10  # MiB; 180 pictures more would be 20 MiB
