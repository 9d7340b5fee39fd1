"""Pictures at exact presentation times, from every kind of file."""

import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from grey_films import STEP, grey, greys

from ta_v2a.media.reading.frames import colour_frames, luma_blocks, luma_pictures
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from vocoders.clock import MINI


def seen(pictures: np.ndarray) -> list[int]:
    """Which picture each one is, by its mean grey level."""
    levels = pictures.reshape(len(pictures), -1).astype(float).mean(1)
    return [round((level - 20) / STEP) for level in levels]


def corners(height: int, width: int) -> np.ndarray:
    """Black, but for a white top left quarter and a grey top right quarter."""
    picture = np.zeros((height, width), np.uint8)
    picture[: height // 2, : width // 2] = 255
    picture[: height // 2, width // 2 :] = 128
    return picture


def turn_in_place(path: Path, matrix: tuple[int, ...]) -> None:
    """Write a display matrix (a, b, c, d) into the track header of an MP4."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    data[at : at + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


FORMATS = [
    ("a.mp4", "libx264", "yuv420p", None),
    ("a.mov", "libx264", "yuv444p", None),
    ("a.mkv", "libx264", "yuv420p10le", None),
    ("a.mkv", "ffv1", "gray10le", None),
    ("a.mp4", "libx265", "yuv420p10le", None),
    ("a.webm", "libvpx-vp9", "yuv420p", None),
    ("a.avi", "mpeg4", "yuv420p", None),
    ("a.mkv", "ffv1", "bgr0", None),
    ("a.mkv", "ffv1", "yuv422p16le", None),
    ("a.mkv", "mjpeg", "yuvj420p", None),
    ("a.mov", "png", "rgb24", None),
    ("a.ts", "libx264", "yuv420p", "mpegts"),
    ("a.mpg", "mpeg2video", "yuv420p", "mpeg"),
    ("a.flv", "flv", "yuv420p", "flv"),
    ("a.gif", "gif", "gray", "gif"),
    ("a.h264", "libx264", "yuv420p", "h264"),
]


@pytest.mark.parametrize(("name", "codec", "pixels", "muxer"), FORMATS)
def test_every_container_and_pixel_format_shows_the_right_picture(tmp_path, name, codec, pixels, muxer):
    options = {"x265-params": "log-level=none:pools=1"} if codec == "libx265" else {}
    path = write_film(
        tmp_path / name, greys(25), 25, codec=codec, pixel_format=pixels, options=options, muxer=muxer
    )
    clip = probe(path)
    assert (clip.width, clip.height, clip.frames) == (64, 48, 25)
    assert clip.duration_s == pytest.approx(1.0, abs=0.05)
    pictures = luma_pictures(clip, (np.arange(25) + 0.5) / 25, size_px=16)
    assert pictures.shape == (25, 16, 16) and pictures.dtype == np.uint8
    assert seen(pictures) == list(range(25))
    assert np.abs(pictures[3].astype(float) - grey(3)[0, 0]).max() <= 4


def test_a_time_on_a_border_belongs_to_the_new_picture(tmp_path):
    path = write_film(tmp_path / "a.mp4", greys(25), Fraction(30000, 1001))
    borders = np.arange(25) * 1001 / 30000
    assert seen(luma_pictures(path, borders)) == list(range(25))
    assert seen(luma_pictures(path, borders[1:] - 1e-4)) == list(range(24))


def test_variable_frame_rate(tmp_path):
    times = [0.0, 0.04, 0.30, 0.33, 0.90, 1.00, 1.01]
    for name in ("a.mp4", "a.mkv"):
        path = write_film(tmp_path / name, greys(len(times)), 25, times_s=times)
        assert seen(luma_pictures(path, [0.29, 0.31, 0.02, 0.5, 0.895, 0.905, 1.02, 99.0, -1.0])) == [
            1,
            2,
            0,
            3,
            3,
            4,
            6,
            6,
            0,
        ]


def test_start_offset_counts_from_the_picture(tmp_path):
    path = write_film(tmp_path / "a.mp4", greys(20), 20, times_s=0.5 + np.arange(20) / 20)
    clip = probe(path)
    assert clip.start_s == pytest.approx(0.5, abs=0.002)
    assert clip.duration_s == pytest.approx(1.0, abs=0.06)
    assert seen(luma_pictures(clip, [0.025, 0.525])) == [0, 10]


def test_pictures_that_an_edit_list_hides_are_not_shown(tmp_path):
    path = write_film(
        tmp_path / "a.mp4", greys(20), 20, times_s=-0.25 + np.arange(20) / 20, options={"bf": "2"}
    )
    clip = probe(path)
    assert (clip.start_s, clip.frames) == (0.0, 15)
    assert clip.duration_s == pytest.approx(0.75, abs=0.06)
    assert seen(luma_pictures(clip, [0.01, 0.06])) == [5, 6]


@pytest.mark.parametrize(
    ("matrix", "rotation", "turned"),
    [
        ((1, 0, 0, 1), 0, lambda p: p),
        ((0, 1, -1, 0), 90, lambda p: np.rot90(p, -1)),
        ((-1, 0, 0, -1), 180, lambda p: np.rot90(p, 2)),
        ((0, -1, 1, 0), 270, lambda p: np.rot90(p, 1)),
        ((-1, 0, 0, 1), 0, lambda p: p[:, ::-1]),
    ],
)
def test_rotation_and_mirroring(tmp_path, matrix, rotation, turned):
    path = write_film(tmp_path / "a.mp4", [corners(48, 80)] * 5, 25, options={"crf": "5"})
    turn_in_place(path, matrix)
    clip = probe(path)
    assert clip.rotation == rotation
    assert (clip.width, clip.height) == ((48, 80) if rotation in (90, 270) else (80, 48))
    expected = turned(corners(40, 40)).astype(float)
    assert np.abs(luma_pictures(clip, [0.0], 40)[0] - expected).mean() < 4
    colour = colour_frames(clip, [0.0], 40, 40)[0]
    assert np.abs(colour.astype(float) - expected[..., None]).mean() < 6


@pytest.mark.parametrize(("height", "width"), [(47, 63), (2, 500), (333, 5), (17, 17)])
def test_odd_sizes(tmp_path, height, width):
    path = write_film(tmp_path / "a.mkv", greys(6, height, width), 25, codec="ffv1", pixel_format="yuv444p")
    assert seen(luma_pictures(path, (np.arange(6) + 0.5) / 25)) == list(range(6))
    assert colour_frames(path, [0.1], 30, 20).shape == (1, 30, 20, 3)


def test_8k_is_read(tmp_path):
    path = write_film(
        tmp_path / "a.mp4", greys(1, 4320, 7680), 5, options={"preset": "ultrafast", "tune": "zerolatency"}
    )
    assert (probe(path).width, seen(luma_pictures(path, [0.01]))) == (7680, [0])


def test_squeezing_averages_areas(tmp_path):
    stripes = np.tile(np.array([[0, 255]], np.uint8), (160, 80))
    path = write_film(tmp_path / "a.mkv", [stripes] * 3, 25, codec="ffv1", pixel_format="gray")
    assert np.abs(luma_pictures(path, [0.0])[0].astype(int) - 128).max() <= 1


def test_colours_are_kept(tmp_path):
    red = np.zeros((48, 64, 3), np.uint8)
    red[..., 0] = 200
    path = write_film(tmp_path / "a.mp4", [red] * 5, 25)
    pictures = colour_frames(path, [0.0, 0.1], 24)
    assert pictures.shape == (2, 24, 32, 3)
    assert np.abs(pictures[1].reshape(-1, 3).mean(0) - [200, 0, 0]).max() < 8


def test_blocks_are_the_pictures_of_the_clock(tmp_path):
    path = write_film(tmp_path / "a.mp4", greys(25), 25)
    spec = MINI.lasting(probe(path).duration_s)
    blocks = list(luma_blocks(path, spec, 10))
    assert [len(block) for block in blocks[:-1]] == [10] * (len(blocks) - 1)
    assert np.array_equal(np.concatenate(blocks), luma_pictures(path, spec.picture_times_s))


def test_a_late_window_is_reached_by_seeking_and_is_exact(tmp_path):
    count = 400
    path = write_film(
        tmp_path / "a.mp4", (grey(index % 24) for index in range(count)), 25, options={"g": "40", "bf": "3"}
    )
    times = np.array([12.02, 15.5, 15.54])
    assert seen(luma_pictures(path, times)) == [int(t * 25) % 24 for t in times]


def test_damage_in_the_middle_holds_the_picture(tmp_path):
    path = write_film(tmp_path / "a.mkv", greys(24), 24, codec="mjpeg", pixel_format="yuvj420p")
    data = bytearray(path.read_bytes())
    start = [at for at in range(len(data)) if data[at : at + 3] == b"\xff\xd8\xff"][10]
    size = data.index(b"\xff\xd9", start) + 2 - start
    data[start : start + size] = bytes(size)
    path.write_bytes(data)
    levels = seen(luma_pictures(path, (np.arange(24) + 0.5) / 24))
    assert levels[9] == 9 and levels[10] == 9 and levels[11:] == list(range(11, 24))


@pytest.mark.shared
def test_all_real_films_are_read(shared_dir):
    films = sorted((shared_dir / "real").glob("*/*.mp4"))
    assert films
    for film in films:
        clip = probe(film)
        assert clip.duration_s > 1 and not clip.warnings
        assert luma_pictures(clip, [0.0, 0.5]).std() > 3
