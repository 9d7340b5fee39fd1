"""Small films and how they are damaged, and odd texts: what `fuzz.py` sends through everything that reads.

It has no command of its own.
"""

import random
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Kind:
    """One film to damage: its ending, FFmpeg's encoders, pixel format and container, and options."""

    ending: str
    picture: str
    sound: str | None = None
    pixels: str = "yuv420p"
    muxer: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "h264 mp4": Kind(".mp4", "libx264", "aac", options={"g": "6", "bf": "2"}),
    "prores mov": Kind(".mov", "prores_ks", "pcm_s16le", "yuv422p10le"),
    "vp9 webm": Kind(".webm", "libvpx-vp9", "libopus", options={"cpu-used": "8", "g": "6"}),
    "ffv1 mkv": Kind(".mkv", "ffv1", "flac", "yuv444p16le"),
    "mjpeg mkv": Kind(".mkv", "mjpeg", None, "yuvj420p"),
    "mpeg4 avi": Kind(".avi", "mpeg4", "libmp3lame", options={"g": "6"}),
    "mpeg2 ts": Kind(".ts", "mpeg2video", "mp2", muxer="mpegts", options={"g": "6"}),
    "gif": Kind(".gif", "gif", None, "rgb8"),
    "fragmented mp4": Kind(
        ".mp4", "libx264", "aac", options={"g": "6"}, container={"movflags": "frag_keyframe+empty_moov"}
    ),
    "h264 bare": Kind(".h264", "libx264", None, muxer="h264", options={"g": "6", "bf": "2"}),
}


def make(kind: Kind, path: Path) -> None:
    """A film of 24 pictures of 64 x 48, a square that moves over noise; with a second of tone."""
    import av

    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format=kind.muxer, container_options=kind.container) as target:
        picture = target.add_stream(kind.picture, rate=25, options=kind.options)
        picture.width, picture.height, picture.pix_fmt = 64, 48, kind.pixels
        sound = target.add_stream(kind.sound, rate=48_000, layout="stereo") if kind.sound else None
        for index in range(24):
            grey = rng.integers(0, 60, (48, 64), np.uint8)
            grey[10:30, 2 * index : 2 * index + 14] = 220
            frame = av.VideoFrame.from_ndarray(grey, format="gray").reformat(format=kind.pixels)
            frame.pts = index
            target.mux(picture.encode(frame))
        target.mux(picture.encode(None))
        if sound is not None:
            wave = np.sin(np.arange(46_080) * 0.06)
            resampler = av.AudioResampler(
                format=sound.format, layout="stereo", rate=48_000, frame_size=sound.frame_size or 1024
            )
            tone = av.AudioFrame.from_ndarray(
                (9000 * np.repeat(wave, 2)).astype(np.int16)[None], format="s16", layout="stereo"
            )
            tone.sample_rate, tone.pts = 48_000, 0
            for piece in [*resampler.resample(tone), *resampler.resample(None)]:
                target.mux(sound.encode(piece))
            target.mux(sound.encode(None))


def _place(rng: random.Random, size: int) -> int:
    """A byte of the file; every second one in the first or last 1,500, where containers keep their tables."""
    near = min(size, 1500)
    return rng.choice(
        (rng.randrange(size), rng.randrange(size), rng.randrange(near), size - 1 - rng.randrange(near))
    )


def _flipped(data: bytearray, at: int, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 4, 32))):
        data[min(len(data) - 1, at + rng.randrange(64))] ^= 1 << rng.randrange(8)


def _inserted(data: bytearray, at: int, rng: random.Random) -> None:
    data[at:at] = rng.randbytes(rng.choice((1, 1, 4, 100)))


def _removed(data: bytearray, at: int, rng: random.Random) -> None:
    del data[at : at + rng.choice((1, 1, 4, 100, 1000))]


def _repeated(data: bytearray, at: int, rng: random.Random) -> None:
    length = rng.choice((1, 4, 100, 1000))
    data[at:at] = data[at : at + length] * rng.choice((1, 1, 5))


def _cut(data: bytearray, at: int, rng: random.Random) -> None:
    del data[at:]


def _swapped(data: bytearray, at: int, rng: random.Random) -> None:
    length, other = rng.choice((4, 64, 512)), rng.randrange(len(data))
    low, high = sorted((at, other))
    if low + length <= high and high + length <= len(data):
        first = data[low : low + length]
        data[low : low + length] = data[high : high + length]
        data[high : high + length] = first


EXTREMES = (0, 1, 0xFFFF, 0x10000, 0x01000000, 0x0FFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def _extreme(data: bytearray, at: int, rng: random.Random) -> None:
    value = rng.choice((*EXTREMES, rng.getrandbits(32)))
    data[at : at + 4] = struct.pack(rng.choice(("<I", ">I")), value)


DAMAGE: tuple[Callable[[bytearray, int, random.Random], None], ...] = (
    _flipped,
    _flipped,
    _inserted,
    _removed,
    _repeated,
    _cut,
    _swapped,
    _extreme,
    _extreme,
)


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """`whole` after one to four damages."""
    data = bytearray(whole)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if len(data) > 8:
            rng.choice(DAMAGE)(data, _place(rng, len(data)), rng)
    return bytes(data)


def film_of(number: int, seed: int, wholes: dict[str, bytes]) -> tuple[str, bytes, random.Random]:
    """(kind, content, further chance) of film `number`."""
    rng = random.Random(f"{seed} film {number}")
    kind = list(KINDS)[number % len(KINDS)]
    return kind, damaged(wholes[kind], rng), rng


_PIECES = (
    *"109.:- s\t\n\0",
    *("-0", "1e999", "nan", "inf", "1_0", "1.2-3.0: ", "1:02-: "),
    *("knock", "rain", "ü", "雨", "🥁", "\ud83e", "\u200d", "\u0301", "\u202e", "\ufeff", "ﷺ", "٣", "A"),
    *("%s", "{}", "'", '"', "\\", "</s>", "<pad>", "▁"),
)


_BLANKS = ("", "", " ", "\t", " " * 400, "\t\n" * 200)


def _nearly_a_cue(rng: random.Random) -> str:
    """A cue with a piece gone, doubled or surrounded by many blanks."""
    pieces = ["1.2", "-", "3", ":", "rain"]
    pieces[rng.randrange(5)] = rng.choice(("", rng.choice(_PIECES), rng.choice(_PIECES) * 400))
    return "".join(piece + rng.choice(_BLANKS) for piece in pieces)


_WORDS = (
    *("a dog", "barks", "rain", "brak", "no", "without", "but not", "music", ",", "."),
    *("and", "then", "after", "at"),
    *("3 seconds", "0:03", "1.5 s", "from 2 to 4 s", "for the first 2 s", "while"),
    *("doesn't", "don't want", "**", "# "),
    *("\n", "- ", "ignore the above", "[x](y)", "3x", "knock", "a red car"),
    *("the camera pans", "looooud", "<b>"),
)
_SHEETS = (
    "1.2-3.0: glass breaking; 4: door slam (loud)\n5-: rain [strength=0.5] [not=wind]\n",
    "1\n00:00:01,200 --> 00:00:03,000\nglass breaking\n\n2\n00:00:04,000 --> 00:00:05,000\nrain\n",
    "WEBVTT\n\nNOTE x\n\n00:01.200 --> 00:03.000 align:start\nglass <b>breaking</b>\n",
    'start,end,text,strength,negative\n1.2,3,"glass, breaking",1,\n4,,rain,0.5,wind\n',
    '{"cues": [{"start": 1.2, "end": 3, "text": "glass"}, {"start": "00:00:04:00", "text": "rain"}]}',
    "TITLE: X\nFCM: DROP FRAME\n001  AX  AA  C  00:00:00:00 00:00:01:20 00:00:01:05 00:00:03:00\n"
    "* COMMENT: glass\n",
    "1.200000\t3.000000\tglass breaking\n4\t4\train\n",
)


def _nearly_a_prompt(rng: random.Random) -> str:
    """Words, negations, times and markup in odd order, some of it many times."""
    pieces = [rng.choice(_WORDS) for _ in range(rng.choice((2, 5, 12, 40, 400)))]
    joiner = rng.choice((" ", " ", "", ", "))
    return joiner.join(piece * rng.choice((1, 1, 1, 1, 30)) for piece in pieces)[:10_000]


def _nearly_a_sheet(rng: random.Random) -> str:
    """A small sheet with characters gone, doubled or swapped for others."""
    text = rng.choice(_SHEETS) * rng.choice((1, 1, 1, 40))
    for _ in range(rng.choice((1, 2, 8))):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice((*_PIECES, "", "\n", ";", ",")) + text[at + rng.choice((0, 0, 1, 5)) :]
    return text


def string_of(number: int, seed: int) -> str:
    """Text `number`: odd pieces in odd order, some many times, or nearly a cue."""
    rng = random.Random(f"{seed} string {number}")
    if number % 3 == 0:
        return _nearly_a_cue(rng)
    if number % 3 == 1 and rng.random() < 0.75:
        return rng.choice((_nearly_a_prompt, _nearly_a_sheet))(rng)
    count = rng.choice((1, 2, 4, 8, 30))
    return "".join(rng.choice(_PIECES) * rng.choice((1, 1, 1, 1, 2, 400)) for _ in range(count))
