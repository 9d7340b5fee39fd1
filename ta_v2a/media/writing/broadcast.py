"""Broadcast Wave (EBU Tech 3285, version 2): a WAV that says when it begins and what is marked in it."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

FULL_SCALE = 1 << 23  # of 24 bits
_UNKNOWN = 0x7FFF  # of a loudness in bext
_SAFE_BYTES = (1 << 32) - 4096  # a RIFF's sizes have 32 bits; beyond, RF64 (EBU Tech 3306) takes over


@dataclass(frozen=True)
class Marker:
    """A place in a sound that an editor shows.

    Attributes:
        time_s: from the sound's beginning.
        name: what stands beside it.
        length_s: of a region; 0 for a single place.
    """

    time_s: float
    name: str
    length_s: float = 0.0


@dataclass(frozen=True)
class Broadcast:
    """What the chunk `bext` and the cues of a Broadcast Wave say.

    Attributes:
        start_s: time of the first sample, in seconds after midnight.
        description: up to 256 bytes of ASCII.
        reference: the maker's own number, up to 32 bytes.
        date, time: of making, as 2026-11-28 and 09:30:00; "" where nobody knows.
        loudness_lufs, true_peak_dbtp: None where they are not known.
        markers: in order of time.
    """

    start_s: float = 0.0
    description: str = ""
    reference: str = ""
    date: str = ""
    time: str = ""
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    markers: Sequence[Marker] = field(default_factory=tuple)


def whole_numbers(columns: np.ndarray) -> np.ndarray:
    """Samples in [-1, 1] as the 24-bit numbers that a WAV holds (int32); what lies outside is clipped.

    They are libsndfile's: 32 bits are rounded, and the lower eight fall away.
    """
    long = np.rint(columns.astype(np.float64).clip(-1.0, 1.0) * (1 << 31)).astype(np.int64)
    return (long.clip(max=(1 << 31) - 1) >> 8).astype(np.int32)


def exact_samples(numbers: np.ndarray) -> np.ndarray:
    """24-bit numbers as samples that `whole_numbers` turns into the same numbers again."""
    return (numbers / FULL_SCALE).astype(np.float32)


def wave_head(
    rate_hz: int, channels: int, samples: int, comment: str | None = None, told: Broadcast | None = None
) -> bytes:
    """All that stands before the samples of a 24-bit WAV."""
    chunks = _chunk(
        b"fmt ", struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * channels * 3, channels * 3, 24)
    )
    if told is not None:
        chunks += _chunk(b"bext", _bext(told, rate_hz, channels))
        chunks += _cues(told.markers, rate_hz, samples)
    if comment is not None:
        chunks += _chunk(b"LIST", b"INFO" + _chunk(b"ICMT", comment.encode() + b"\0"))
    held = samples * channels * 3
    size = 4 + len(chunks) + 8 + held + held % 2
    if size <= _SAFE_BYTES:
        return struct.pack("<4sI4s", b"RIFF", size, b"WAVE") + chunks + struct.pack("<4sI", b"data", held)
    long = struct.pack("<QQQI", size + 36, held, samples, 0)
    head = struct.pack("<4sI4s", b"RF64", 0xFFFFFFFF, b"WAVE") + _chunk(b"ds64", long)
    return head + chunks + struct.pack("<4sI", b"data", 0xFFFFFFFF)


def write_numbers(path: str, blocks: Iterable[np.ndarray], head: bytes) -> None:
    """Writes a WAV of 24-bit numbers, (n, channels) int32 each, behind a head of `wave_head`."""
    with open(path, "r+b") as file:
        file.truncate(0)
        file.write(head)
        held = 0
        for block in blocks:
            data = np.ascontiguousarray(block, "<i4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
            held += len(data)
            file.write(data)
        if held % 2:
            file.write(b"\0")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _text(text: str, size: int) -> bytes:
    return text.encode("ascii", "replace")[:size].ljust(size, b"\0")


def _hundredths(value: float | None) -> int:
    return _UNKNOWN if value is None else round(value * 100)


def _bext(told: Broadcast, rate_hz: int, channels: int) -> bytes:
    first = round(told.start_s * rate_hz)
    layout = "mono" if channels == 1 else "stereo"
    history = f"A=PCM,F={rate_hz},W=24,M={layout},T=ta-v2a\r\n".encode("ascii")
    loudness = (_hundredths(told.loudness_lufs), _UNKNOWN, _hundredths(told.true_peak_dbtp))
    return b"".join(
        (
            _text(told.description, 256),
            _text("ta-v2a", 32),
            _text(told.reference, 32),
            _text(told.date, 10),
            _text(told.time, 8),
            struct.pack("<IIH", first & 0xFFFFFFFF, first >> 32, 2),
            bytes(64),  # UMID
            struct.pack("<5h", *loudness, _UNKNOWN, _UNKNOWN),
            bytes(180),
            history,
        )
    )


def _cues(markers: Sequence[Marker], rate_hz: int, samples: int) -> bytes:
    """The chunks `cue ` and `LIST adtl`: a point and a label each, and a length for regions."""
    if not markers:
        return b""
    places = [min(samples - 1, round(each.time_s * rate_hz)) for each in markers]
    points, labels = [struct.pack("<I", len(places))], [b"adtl"]
    for number, (place, marker) in enumerate(zip(places, markers, strict=True), 1):
        points.append(struct.pack("<II4sIII", number, place, b"data", 0, 0, place))
        labels.append(_chunk(b"labl", struct.pack("<I", number) + marker.name.encode() + b"\0"))
        length = min(samples - place, round(marker.length_s * rate_hz))
        if length > 0:
            labels.append(_chunk(b"ltxt", struct.pack("<II4sHHHH", number, length, b"rgn ", 0, 0, 0, 0)))
    return _chunk(b"cue ", b"".join(points)) + _chunk(b"LIST", b"".join(labels))
