"""Pictures in memory: every layout is the same film, ambiguous ones are refused, memory stays flat."""

import tracemalloc

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from ta_v2a.engine.arrays import as_luma, read_grey_films, read_pictures
from ta_v2a.engine.pictures import open_pictures
from ta_v2a.errors import UserError
from vocoders.clock import MINI

RGB = np.random.default_rng(0).integers(0, 256, (6, 20, 24, 3), dtype=np.uint8)
ALPHA = np.random.default_rng(1).integers(0, 256, (6, 20, 24, 1), dtype=np.uint8)
RGBA = np.concatenate([RGB, ALPHA], axis=-1)
GREY = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in RGB])
FIRST = RGB.transpose(0, 3, 1, 2)
FLOATS = RGB.astype(np.float32) / 255


def film(given) -> np.ndarray:
    """(count, H, W) luma of the one film that is read."""
    read = read_pictures(given)
    assert read.films == 1
    return np.stack([as_luma(read.shown(0, index)) for index in range(read.count)])


SAME = {
    "RGBA": RGBA,
    "RGBA whose alpha is 0": np.concatenate([RGB, 0 * ALPHA], axis=-1),
    "channels first": FIRST,
    "RGBA, channels first": RGBA.transpose(0, 3, 1, 2),
    "grey": GREY,
    "grey, an axis of one channel": GREY[..., None],
    "grey, channels first": GREY[:, None],
    "reversed twice": np.ascontiguousarray(RGB[:, ::-1])[:, ::-1],
    "float32": FLOATS,
    "float64": FLOATS.astype(np.float64),
    "float16": RGB.astype(np.float16) / np.float16(255),
    "float32, resized a little out of range": FLOATS * 1.0005,
    "float32, RGBA": RGBA.astype(np.float32) / 255,
    "float32, channels first": FIRST.astype(np.float32) / 255,
    "tensor": torch.from_numpy(RGB),
    "tensor of floats": torch.from_numpy(FLOATS),
    "tensor of floats with a gradient, channels first": torch.from_numpy(FLOATS).permute(0, 3, 1, 2).requires_grad_(),
    "tensor of half floats": torch.from_numpy(FLOATS).half(),
    "list of arrays": list(RGB),
    "tuple of grey arrays": tuple(GREY),
    "list of arrays, channels first": list(FIRST),
    "list of float arrays": list(FLOATS),
    "list of tensors": [torch.from_numpy(picture) for picture in RGB],
    "list of images": [Image.fromarray(picture) for picture in RGB],
    "list of RGBA images": [Image.fromarray(picture) for picture in RGBA],
    "list of grey images": [Image.fromarray(picture) for picture in GREY],
    "images and arrays": [Image.fromarray(RGB[0]), *RGB[1:]],
}


@pytest.mark.parametrize("layout", SAME)
def test_every_layout_is_the_same_film(layout):
    np.testing.assert_allclose(
        film(SAME[layout]).astype(int),
        GREY,
        atol=0 if "float16" not in layout and "half" not in layout else 1,
    )


def test_grey_films_are_a_batch():
    batch = np.stack([GREY, GREY[::-1]])
    for given in (batch, torch.from_numpy(batch), batch.astype(np.float32) / 255):
        for read in (read_pictures(given), read_grey_films(given)):
            assert (read.films, read.count) == (2, 6)
            np.testing.assert_array_equal(as_luma(read.shown(1, 0)), GREY[-1])
    few = read_grey_films(batch[:, :3])  # asked for a batch, three pictures are no channels
    assert (few.films, few.count) == (2, 3)


@pytest.mark.parametrize(
    ("sides", "films", "count"),
    [((45, 80, 4), 1, 10), ((3, 45, 80), 1, 10), ((8, 9, 3), 1, 10), ((5, 45, 80), 10, 5)],
)
def test_what_a_shape_means(sides, films, count):
    read = read_pictures(np.zeros((10, *sides), np.uint8))
    assert (read.films, read.count) == (films, count)


@pytest.mark.parametrize(
    "shape",
    [
        (),
        (80,),
        (80, 80),
        (80, 80, 3),  # one picture
        (10, 4, 80, 4),
        (10, 3, 80, 3),
        (10, 3, 4, 80),
        (10, 45, 80, 2),
        (10, 45, 80, 5),
        (10, 2, 45, 80),
        (2, 10, 45, 80, 3),
        (0, 45, 80),
        (0, 45, 80, 3),
        (10, 0, 80, 3),
        (10, 45, 7),
    ],
)
@pytest.mark.parametrize("make", [np.zeros, torch.zeros])
def test_other_shapes_are_one_line_that_says_what_is_read(shape, make):
    given = make(shape, dtype=np.uint8 if make is np.zeros else torch.uint8)
    with pytest.raises(UserError) as caught:
        read_pictures(given)
    text = str(caught.value)
    assert "(N,H,W,C)" in text and str(shape) in text and "uint8" in text and "\n" not in text


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (RGB.astype(np.uint16), "uint16"),
        (RGB.astype(np.int64), "int64"),
        (RGB > 9, "bool"),
        (torch.from_numpy(RGB).int(), "int32"),
        (FLOATS.astype(complex), "complex"),
        (FLOATS * 2 - 1, r"\(pictures \+ 1\) / 2"),
        (torch.from_numpy(FLOATS) * 2 - 1, r"\(pictures \+ 1\) / 2"),
        (RGB.astype(np.float32), "divide by 255"),
        (FLOATS * 1000, "lie in"),
        (FLOATS - 3, "lie in"),
        (np.where(np.arange(6)[:, None, None, None] == 4, np.nan, FLOATS), "picture 4 holds NaN"),
        (np.where(np.arange(6)[:, None, None, None] == 5, np.inf, FLOATS), "picture 5 holds NaN or inf"),
        ([*FLOATS[:3], FLOATS[3] * np.nan], "picture 3 holds NaN"),
        ([], "an empty list"),
        ([RGB[0], RGB[1, :10]], r"\(20, 24, 3\) and \(10, 24, 3\)"),
        ([RGB, RGB], r"\(6, 20, 24, 3\)"),
        ([RGB[0, :, :, :2]] * 3, r"\(20, 24, 2\)"),
        (["a.png", "b.png"], "holds a str"),
        ([[1, 2], [3, 4]], "holds a list"),
        ([RGB[0].astype(np.uint16)], "uint16"),
        ([Image.new("I;16", (24, 20))], "mode 'I;16'"),
        ([Image.new("F", (24, 20))], "mode 'F'"),
        (Image.new("RGB", (24, 20)), "not Image"),
        (None, "not NoneType"),
        (5, "not int"),
        (b"clip.mp4", "not bytes"),
        ({"video": RGB}, "not dict"),
        (iter(RGB), "not "),
        (np.array(["a"]), "<U1"),
    ],
)
def test_other_things_are_one_line(given, message):
    with pytest.raises(UserError, match=message) as caught:
        read_pictures(given)
    assert "\n" not in str(caught.value)


def test_images_of_any_palette():
    square = Image.new("RGB", (24, 20), (200, 10, 60))
    expected = film([square])
    for image in (square.quantize(4), *(square.convert(mode) for mode in ("RGBA", "CMYK", "YCbCr"))):
        np.testing.assert_allclose(film([image]).astype(int), expected, atol=3, err_msg=image.mode)


def test_blocks_hold_the_pictures_of_the_clock():
    """Ten pictures a second: each is shown by three or four of the clock's 31.25."""
    steps = np.repeat(np.arange(20, dtype=np.uint8)[:, None, None] * 10, 12, axis=1).repeat(12, axis=2)
    opened = open_pictures(steps, MINI, 10)
    assert (opened.duration_s, opened.batch) == (2.0, 1)
    seen = np.concatenate(list(opened.blocks), axis=1)[0, :, 40, 40]
    np.testing.assert_array_equal(seen, np.floor(MINI.lasting(2.0).picture_times_s * 10).clip(max=19) * 10)


def test_memory_does_not_grow_with_the_pictures():
    def extra(count: int) -> int:
        pictures = np.zeros((count, 96, 96, 3), np.float32)
        tracemalloc.start()
        for block in open_pictures(pictures, MINI).blocks:
            del block
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    short, long = extra(300), extra(1200)
    assert long < short + (1 << 20) and long < 1200 * 96 * 96 * 3 * 4 / 8
