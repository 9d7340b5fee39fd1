"""Hostile uploads and requests: each gets an answer of 4xx in one line, and the server goes on.

    PYTHONPATH=. python benchmarks/server_hostile.py --n 200 --result results/server_hostile.json

The uploads are made here, in turn of the kinds below, each with bytes of its own: none of them is a clip. A
clip that is good is uploaded after every ten; it must be taken. In the end the folder holds the good ones and
nothing else, and the server's process is the one that was started.
"""

import io
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import httpx
import numpy as np
from measuring import begun, keep, number, options, show

from ta_v2a.evaluation.report.results import machine
from ta_v2a.media.writing.film import write_film
from ta_v2a.presets.resolve import resolve
from ta_v2a.server.launched import LaunchedServer

MOST_MB = 2
Draw = np.random.Generator
_MAGIC = (
    b"\x00\x00\x00\x18ftypmp42",
    b"RIFF\xff\xff\xff\xffAVI LIST",
    b"\x1aE\xdf\xa3",
    b"FLV\x01\x05",
    b"GIF89a",
)


def film(folder: Path, pictures: int, height: int, width: int, fps: int = 25) -> bytes:
    """A silent film of grey noise."""
    rng = np.random.default_rng(pictures)
    frames = (rng.integers(0, 255, (height, width), dtype=np.uint8) for _ in range(pictures))
    return write_film(folder / "made.mp4", frames, fps).read_bytes()


def noise(draw: Draw, size: int) -> bytes:
    return draw.integers(0, 256, size, dtype=np.uint8).tobytes()


def kinds(folder: Path) -> dict[str, Callable[[Draw], bytes]]:
    """Makers of what is no clip, by name."""
    good, large = film(folder, 30, 64, 64), film(folder, 3, 2000, 2000)
    long, short = film(folder, 40, 32, 32, 1), film(folder, 1, 64, 64)

    def sound(draw: Draw) -> bytes:
        memory = io.BytesIO()
        with wave.open(memory, "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(noise(draw, 8000))
        return memory.getvalue()

    return {
        "empty": lambda draw: b"",
        "random bytes": lambda draw: noise(draw, int(draw.integers(1, 200_000))),
        "zeros": lambda draw: bytes(int(draw.integers(1, 200_000))),
        "a head and random bytes": lambda draw: _MAGIC[draw.integers(len(_MAGIC))] + noise(draw, 50_000),
        "cut off": lambda draw: good[: int(draw.integers(1, len(good) // 2))],
        "index broken": lambda draw: (
            good[: good.index(b"moov")] + noise(draw, 4) + good[good.index(b"moov") + 4 :]
        ),
        "playlist": lambda draw: (
            b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#" + noise(draw, 20).hex().encode()
        ),
        "list of files": lambda draw: (
            b"ffconcat version 1.0\nfile '/etc/passwd'\n#" + noise(draw, 9).hex().encode()
        ),
        "page": lambda draw: b"<html><script>alert(1)</script>" + noise(draw, 30).hex().encode(),
        "drawing": lambda draw: (
            b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'
        ),
        "still": lambda draw: cv2.imencode(".png", draw.integers(0, 255, (40, 60, 3), dtype=np.uint8))[
            1
        ].tobytes(),
        "photo": lambda draw: cv2.imencode(".jpg", draw.integers(0, 255, (40, 60, 3), dtype=np.uint8))[
            1
        ].tobytes(),
        "sound only": sound,
        "pictures too large": lambda draw: large,
        "too long": lambda draw: long,
        "one picture": lambda draw: short,
        "too many bytes": lambda draw: good + bytes((MOST_MB << 20) + int(draw.integers(1, 1 << 16))),
        "archive": lambda draw: b"PK\x03\x04" + noise(draw, 3000),
        "program": lambda draw: b"\x7fELF\x02\x01\x01" + noise(draw, 3000),
        "text": lambda draw: noise(draw, 400).hex().encode(),
    }


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted, draw = begun(given), np.random.default_rng(given.seed)
    answers: Counter[int] = Counter()
    wrong, slowest = [], 0.0
    with tempfile.TemporaryDirectory() as scratch:
        made = kinds(Path(scratch))
        good = film(Path(scratch), 25, 48, 48)
        words = (
            "--most-mb",
            str(MOST_MB),
            "--longest",
            "30",
            "--most-pixels",
            "1000000",
            "--preset",
            given.preset,
        )
        with LaunchedServer(Path(scratch) / "served", *words) as server:
            with httpx.Client(base_url=server.address, timeout=120) as client:
                taken = 0
                for index in range(given.n):
                    name = list(made)[index % len(made)]
                    began = time.perf_counter()
                    try:
                        answer = client.post(
                            "/v1/clips", params={"name": f"{name}.mp4"}, content=made[name](draw)
                        )
                        status, line = answer.status_code, answer.json().get("error", "")
                    except httpx.WriteError:  # answered and closed while this was still sending
                        status, line = 413, "closed"
                    slowest = max(slowest, time.perf_counter() - began)
                    answers[status] += 1
                    if not 400 <= status < 500 or not line or "\n" in line or scratch in line:
                        wrong.append({"kind": name, "status": status, "line": line})
                    if index % 10 == 9:
                        taken += client.post("/v1/clips", content=good).status_code == 201
                left = len(client.get("/v1/clips").json()["clips"])
                healthy = client.get("/health").json()["status"] == "ok"
            alive = server.process.poll() is None
    refused = given.n - len(wrong)
    report = {
        "machine": machine(None),
        "n": given.n,
        "refused": refused,
        "wrong": wrong,
        "answers": {str(status): count for status, count in sorted(answers.items())},
        "good_taken": taken,
        "clips_left": left,
        "alive_and_healthy": alive and healthy,
        "slowest_s": slowest,
    }
    of = f"{given.n} uploads of {len(made)} kinds"
    scores = [
        number("answers that are no refusal of one line", of, len(wrong), n=given.n, variant="count"),
        number("clips left behind", of, left - taken, n=given.n, variant="count"),
        number("slowest answer", of, slowest, "s", n=given.n, variant="max"),
    ]
    show(report, (of, ""), [(score.metric, score.value) for score in scores])
    keep(noted, "hostile uploads to ta-v2a serve", scores, given.n, given.seed, resolve(given.preset))
    if wrong or left != taken or not (alive and healthy):
        raise SystemExit("an upload was not refused as it should be")


if __name__ == "__main__":
    main()
