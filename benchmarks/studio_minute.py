"""A minute of film in the studio, from the drop to the exported film, in Chromium against `ta-v2a serve`:

    PYTHONPATH=. python benchmarks/studio_minute.py FILM... --shots FOLDER --result results/studio_minute.json

The films are joined, picture only, until `--seconds` are full (640 x 360, 25 a second); the page must be
built (`make studio`), chromium installed. A program drives the page: it drops the film, adds a hit, draws two
cues and types their words, makes the takes, listens, marks a stretch, exports film and WAV, which are read
back. Six pictures of the page lie in `--shots`; `--sheet FILE.jpg` is all of them in one.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import soundfile
from measuring import begun, keep, number, options, show

from ta_v2a.evaluation.report.results import machine
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.film import write_film
from ta_v2a.presets.resolve import resolve
from ta_v2a.server.launched import LaunchedServer
from ta_v2a.studio.driven import DrivenStudio

FPS, HIGH, WIDE = 25, 360, 640
PATIENCE_S = 3600
CUES = ((0.2, 0.3, "rain on a roof"), (0.55, 0.7, "footsteps on gravel"))  # shares of the clip


def joined(films: list[Path], count: int) -> Iterator[np.ndarray]:
    """`count` pictures (HIGH, WIDE, 3) of films one after another, black where they do not fill it."""
    made = 0
    while made < count:
        for film in films:
            source = cv2.VideoCapture(str(film))
            rate, shown, seen = source.get(cv2.CAP_PROP_FPS) or FPS, 0, 0
            while made < count:
                there, picture = source.read()
                if not there:
                    break
                seen += 1
                while made < count and shown / FPS < seen / rate:
                    yield fitted(picture)
                    shown, made = shown + 1, made + 1


def fitted(picture: np.ndarray) -> np.ndarray:
    """A picture as large as fits, in RGB."""
    share = min(HIGH / picture.shape[0], WIDE / picture.shape[1])
    size = (round(picture.shape[1] * share), round(picture.shape[0] * share))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)[..., ::-1]
    canvas = np.zeros((HIGH, WIDE, 3), np.uint8)
    top, left = (HIGH - size[1]) // 2, (WIDE - size[0]) // 2
    canvas[top : top + size[1], left : left + size[0]] = small
    return canvas


def sheet(shots: Path, file: Path) -> None:
    """The six pictures side by side, as a JPEG."""
    pictures = [
        cv2.resize(cv2.imread(str(each)), (640, 400), interpolation=cv2.INTER_AREA)
        for each in sorted(shots.glob("*.png"))
    ]
    rows = [np.hstack(pictures[at : at + 2]) for at in range(0, len(pictures), 2)]
    cv2.imwrite(str(file), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])


def free_place(studio: DrivenStudio) -> float:
    """Where no hit is near: amid the widest gap, as a share of the clip."""
    times = studio.state("[0, ...studio.doc.onsets.map((each) => each.time), studio.clip.duration_s]")
    _, middle = max((later - time_s, (time_s + later) / 2) for time_s, later in pairwise(times))
    return middle / times[-1]


def drive(studio: DrivenStudio, film: Path, takes: int, words: str, out: Path) -> dict[str, float]:
    """The whole way; seconds of what is waited for."""
    page, now = studio.page, time.perf_counter
    seconds: dict[str, float] = {}
    studio.shot("1-home")
    began = now()
    studio.throw(film)
    studio.until("studio.clip !== null", PATIENCE_S)
    seconds["drop to timeline"] = now() - began
    studio.until("!studio.looking", PATIENCE_S)
    seconds["drop to hits"] = now() - began
    studio.until("document.querySelector('img.strip').complete", PATIENCE_S)
    studio.shot("2-film")

    hits, cues = studio.lane("hits"), studio.lane("cues")
    page.mouse.dblclick(hits["x"] + free_place(studio) * hits["width"], hits["y"] + 8)
    for start, end, text in CUES:
        x, wide = cues["x"], cues["width"]
        studio.drag(x + start * wide, x + end * wide, cues["y"] + 20)
        studio.type(text)
        page.keyboard.press("Enter")
    page.get_by_label("What is heard", exact=True).fill(words)
    studio.shot("3-cues")

    page.get_by_label("Takes", exact=True).fill(str(takes))
    began = now()
    page.get_by_role("button", name="Make sound").click()
    studio.until(f"studio.takes.length === {takes} && studio.player.has(studio.chosen)", PATIENCE_S)
    page.locator(".scroller").focus()
    page.keyboard.press(" ")
    studio.until("studio.player.playing && studio.player.level() > 0.001", PATIENCE_S)
    seconds["make to first sound"] = now() - began
    page.locator(".take.chosen .spectrogram canvas").first.wait_for()
    studio.until("studio.player.place > 3")
    page.keyboard.press("k")
    studio.shot("4-takes")

    page.keyboard.press("x")
    lane = page.locator(".take-row .wave").first.bounding_box()
    studio.drag(lane["x"] + 0.3 * lane["width"], lane["x"] + 0.4 * lane["width"], lane["y"] + 20)
    studio.shot("5-stretch")
    page.keyboard.press("Escape")

    page.keyboard.press("e")
    studio.shot("6-export")
    began = now()
    for link, name in (("Film with this sound", "film.mp4"), ("Sound alone", "sound.wav")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=link).click()
        saved.value.save_as(out / name)
    seconds["export"] = now() - began
    return seconds


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("films", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--takes", type=int, default=2)
    parser.add_argument("--prompt", default="objects hit, a room tone")
    parser.add_argument("--shots", type=Path, required=True)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--theme", choices=["dark", "light"], default="dark")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    from playwright.sync_api import sync_playwright

    binary = os.environ.get("TA_V2A_CHROMIUM") or shutil.which("chromium")
    given.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        out = Path(scratch)
        film = write_film(out / "minute.mp4", joined(given.films, round(given.seconds * FPS)), FPS)
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        look: Any = {"viewport": {"width": 1280, "height": 800}, "color_scheme": given.theme}
        with LaunchedServer(out / "served", "--preset", given.preset) as server:
            page = browser.new_context(**look).new_page()
            studio = DrivenStudio(page, server.address, given.shots)
            began = time.perf_counter()
            seconds = drive(studio, film, given.takes, given.prompt, out)
            seconds["drop to exported film, with all that a hand does"] = time.perf_counter() - began
            hits = studio.state("studio.found.length")
            cuts = studio.state("studio.jobs[0].report.cuts.length")
            errors = studio.errors
            browser.close()
        made = probe(out / "film.mp4")
        differs_s = abs(made.duration_s - given.seconds)
        samples = soundfile.info(str(out / "sound.wav")).frames - round(given.seconds * 48_000)
        if errors or not made.has_sound or differs_s > 0.5 / FPS or samples:
            raise SystemExit(f"not as it should be: {errors} {made} {samples} samples too many")
    if given.sheet is not None:
        sheet(given.shots, given.sheet)
    report = {"machine": machine(None), "seconds": seconds, "takes": given.takes, "hits": hits, "cuts": cuts}
    of = f"{given.seconds:g} s of film, {given.takes} takes"
    scores = [number(name, of, value, "s", n=1, variant="wall") for name, value in seconds.items()]
    show(report, (of, "s"), list(seconds.items()))
    details = {"hits": hits, "cuts": cuts, "films": [each.name for each in given.films]}
    keep(noted, "the studio, a minute of film", scores, 1, 0, resolve(given.preset), details)


if __name__ == "__main__":
    main()
