"""The studio in a real browser, against the launched server: from the dropped film to the exported one.

Marked `browser`: needs Debian's chromium (or the one that TA_V2A_CHROMIUM names), and node to build the page.
"""

import os
import re
import shutil
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux
from ta_v2a.server.launched import LaunchedServer
from ta_v2a.studio.driven import DrivenStudio

pytestmark = pytest.mark.browser
# a folder for pictures of what the tests saw
SHOTS = Path(os.environ["TA_V2A_SHOTS"]) if "TA_V2A_SHOTS" in os.environ else None
UNNAMED = """() => {
  const found = [];
  const look = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) look(each.shadowRoot);
      const kinds = "button, a[href], input, textarea, select, progress, [role=button], [tabindex='0']";
      if (!each.matches(kinds) || each.closest("[hidden], [aria-hidden=true], dialog:not([open])")) continue;
      const label = each.labels && [...each.labels].map((one) => one.textContent).join(" ");
      const name = each.getAttribute("aria-label") || label || each.textContent || each.getAttribute("alt");
      if (!name || !name.trim()) found.push(each.outerHTML.slice(0, 120));
    }
  };
  look(document);
  return found;
}"""
HOLDER = """() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element.dataset.piece;
}"""
COLORS = """() => {
  const style = getComputedStyle(document.documentElement);
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const read = (name) => {
    canvas.fillStyle = style.getPropertyValue(name).trim();
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const names = ["text", "faint", "accent", "accent-text", "wrong", "bg", "panel", "raised"];
  return Object.fromEntries(names.map((name) => [name, read(`--${name}`)]));
}"""


@pytest.fixture(scope="module")
def page_folder() -> None:
    """The page, built of its sources as they are."""
    from ta_v2a.studio.build_hook import build_page

    build_page()


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright

    binary = os.environ.get("TA_V2A_CHROMIUM") or shutil.which("chromium")
    assert binary, "no chromium here: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(page_folder, pipeline_folder, tmp_path_factory):
    """With a tiny preset of random weights."""
    folder = tmp_path_factory.mktemp("studio")
    with LaunchedServer(folder, "--preset", str(pipeline_folder)) as served:
        yield served


@pytest.fixture
def desk(browser, server, request):
    """A fresh page on a laptop; afterwards it had no error and asked nobody but the server."""
    settings = {"viewport": {"width": 1280, "height": 800}, **getattr(request, "param", {})}
    context = browser.new_context(**settings)
    desk = DrivenStudio(context.new_page(), server.address, SHOTS)
    yield desk
    context.close()
    assert not desk.errors
    assert {url for url in desk.asked if not url.startswith((server.address, "blob:", "data:"))} == set()


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """4 s of a square that jumps, 160 x 90."""
    frames = np.full((100, 90, 160, 3), 40, np.uint8)
    for index, frame in enumerate(frames):
        left = 10 + 30 * (index // 12 % 4)
        frame[30:60, left : left + 30] = (220, 180, 90)
    return write_film(tmp_path_factory.mktemp("films") / "square.mp4", frames, 25)


def packets_of(file: Path) -> list[bytes]:
    with av.open(str(file)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def free_times(desk: DrivenStudio) -> tuple[float, float]:
    """Two times with no hit near, of a clip of 4 s: amid the two widest gaps."""
    times = [0.0, *desk.state("studio.doc.onsets.map((each) => each.time)"), 4.0]
    gaps = sorted((b - a, (a + b) / 2) for a, b in pairwise(times))
    return gaps[-1][1], gaps[-2][1]


def test_from_drop_to_export(desk, film, tmp_path):
    page = desk.page
    desk.shot("1-home")
    desk.drop(film)
    assert desk.state("[studio.clip.width, studio.clip.height]") == [160, 90]

    hits = desk.lane("hits")
    second = hits["width"] / 4
    before = desk.state("studio.doc.onsets.length")
    here, there = free_times(desk)
    page.mouse.dblclick(hits["x"] + here * second, hits["y"] + 8)
    added = [hit for hit in desk.state("studio.doc.onsets") if hit["sureness"] == 1]
    assert desk.state("studio.doc.onsets.length") == before + 1
    assert added[0]["time"] == pytest.approx(here, abs=0.02)
    desk.drag(hits["x"] + here * second, hits["x"] + there * second, hits["y"] + 8)
    moved = next(hit for hit in desk.state("studio.doc.onsets") if hit["id"] == added[0]["id"])
    assert moved["time"] == pytest.approx(there, abs=0.03)
    page.keyboard.press("Delete")
    assert desk.state("studio.doc.onsets.length") == before
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    back = next(hit for hit in desk.state("studio.doc.onsets") if hit["id"] == added[0]["id"])
    assert back["time"] == pytest.approx(here, abs=0.02)
    page.keyboard.press("Control+Shift+z")
    assert desk.state("studio.doc.onsets.length") == before + 1

    cues = desk.lane("cues")
    desk.drag(cues["x"] + 2 * second, cues["x"] + 3 * second, cues["y"] + 20)
    desk.type("glass breaking")
    cue = desk.state("studio.doc.cues")[0]
    assert (cue["text"], cue["start"], cue["end"]) == (
        "glass breaking",
        pytest.approx(2, abs=0.05),
        pytest.approx(3, abs=0.05),
    )
    page.keyboard.press("Enter")
    desk.drag(cues["x"] + 2.5 * second, cues["x"] + 2.9 * second, cues["y"] + 20)  # the whole of it
    desk.drag(cues["x"] + 3.4 * second - 2, cues["x"] + 3.8 * second, cues["y"] + 20)  # its end
    cue = desk.state("studio.doc.cues")[0]
    assert [cue["start"], cue["end"]] == [pytest.approx(2.4, abs=0.06), pytest.approx(3.8, abs=0.06)]
    desk.shot("2-edited")

    desk.make("a wooden door knock", 2)
    asked = desk.state("studio.jobs[0].request")
    assert asked["cues"][0]["text"] == "glass breaking"
    assert asked["hits"] == [pytest.approx(hit["time"], abs=1e-4) for hit in desk.state("studio.doc.onsets")]
    assert [take["letter"] for take in desk.state("studio.takes")] == ["A", "B"]
    page.locator(".take.chosen .spectrogram canvas").first.wait_for()
    desk.shot("3-takes")

    page.keyboard.press("Escape")
    page.locator(".scroller").focus()
    page.keyboard.press(" ")
    desk.until("studio.player.place > 0.4")
    assert desk.state("Math.abs(studio.player.video.currentTime - studio.player.place)") < 0.25
    assert desk.state("studio.player.heard()") == [desk.state("studio.takes[0].key")]
    page.keyboard.press("x")
    desk.until("studio.player.has(studio.takes[1].key)")
    assert desk.state("studio.player.heard()") == [desk.state("studio.takes[1].key")]
    at_end = "studio.player.place >= studio.clip.duration_s - 0.1"
    assert desk.state(f"studio.player.playing || {at_end}")  # switched without a stop
    page.keyboard.press("k")

    page.keyboard.press("e")
    desk.shot("4-export")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Film with this sound").click()
    saved.value.save_as(tmp_path / "film.mp4")
    with page.expect_download() as saved:
        page.get_by_role("link", name="Sound alone").click()
    saved.value.save_as(tmp_path / "sound.wav")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Cue sheet").click()
    sheet = Path(saved.value.path()).read_text()
    assert packets_of(tmp_path / "film.mp4") == packets_of(film)
    wave, rate_hz = soundfile.read(tmp_path / "sound.wav")
    assert (rate_hz, len(wave)) == (48000, 192000)
    assert sheet.splitlines()[1].split(",")[2:] == ["glass breaking", "1", ""]


def test_what_was_made_is_there_again(desk, film):
    desk.drop(film)
    desk.make("rain", 1)
    name = desk.state("studio.clip.id")
    desk.page.keyboard.press("Escape")
    desk.page.get_by_role("button", name="Add a cue at the playhead").click()
    desk.type("thunder")
    desk.page.reload()
    desk.until("studio.clip !== null && studio.takes.length === 1 && !studio.looking")
    assert desk.state("studio.clip.id") == name
    assert desk.state("studio.doc.cues[0].text") == "thunder"
    assert desk.page.get_by_label("What is heard", exact=True).input_value() == "rain"


def test_takes_are_compared_at_one_loudness_and_blind(desk, film):
    page = desk.page
    desk.drop(film)
    desk.make("rain", 2)
    levels = [take["lufs"] for take in desk.state("studio.takes")]
    gains = []
    for letter in "AB":
        page.get_by_role("button", name=f"Listen to take {letter}").click()
        desk.until("studio.player.has(studio.chosen)")
        gains.append(desk.state("20 * Math.log10(studio.player.levels.get(studio.chosen))"))
    quietest = min(levels)
    assert gains == [pytest.approx(quietest - level, abs=0.01) for level in levels]
    page.get_by_label("At one loudness").uncheck()
    assert desk.state("[...studio.player.levels.values()]") == [1]
    page.get_by_label("At one loudness").check()

    page.get_by_role("button", name="Blind trial").click()
    assert not page.locator(".take").first.is_visible()
    for _ in range(3):
        page.get_by_role("button", name="Hear Y").click()
        assert desk.state("studio.player.heard()") == [desk.state("studio.trial.y")]
        text = page.locator("body").inner_text()
        assert "Side Y" in text and not re.search(r"Take [AB]\b", text)
        page.get_by_role("button", name="Y is better").click()
    desk.shot("5-blind")
    votes = dict(desk.state("[...studio.trial.votes]"))
    page.get_by_role("button", name="Reveal").click()
    said = page.locator(".result").inner_text()
    letters = {take["key"]: take["letter"] for take in desk.state("studio.takes")}
    for key, letter in letters.items():
        assert f"take {letter} {votes.get(key, 0)}" in said
    assert sum(votes.values()) == 3
    page.get_by_role("button", name="End", exact=True).click()
    assert page.locator(".take").first.is_visible()


def test_stems_are_muted_and_soloed(desk, film):
    page = desk.page
    desk.drop(film)
    page.get_by_label("Stems").check()
    desk.make("rain and a wooden door knock", 1)
    stems = desk.state("studio.takes[0].stems")
    assert len(stems) >= 2 and stems[-1]["name"] == "ambience"
    whole = desk.state("studio.takes[0].key")
    assert desk.state("studio.player.heard()") == [whole]
    page.get_by_role("button", name="Mute ambience").click()
    desk.until(f"studio.player.heard().length === {len(stems) - 1}")
    assert set(desk.state("studio.player.heard()")) == {stem["key"] for stem in stems[:-1]}
    page.get_by_role("button", name="Solo ambience").click()
    assert desk.state("studio.player.heard()") == [stems[-1]["key"]]
    page.get_by_role("button", name="Solo ambience").click()
    assert desk.state("studio.player.heard()") == [whole]
    desk.shot("8-stems")
    page.keyboard.press("e")
    assert page.get_by_role("link", name="Stem: ambience").is_visible()


def test_a_stretch_is_redone_and_the_rest_is_the_same(desk, film):
    page = desk.page
    desk.drop(film)
    desk.make("rain", 1)
    page.locator(".take.chosen .spectrogram canvas").first.wait_for()
    lane = page.locator(".take-row .wave").bounding_box()
    second = lane["width"] / 4
    desk.drag(lane["x"] + 2 * second, lane["x"] + 3 * second, lane["y"] + 20)
    desk.until("studio.mark !== null")
    assert desk.state("[studio.mark.start, studio.mark.end]") == [
        pytest.approx(2, abs=0.05),
        pytest.approx(3, abs=0.05),
    ]
    page.get_by_label("From").fill("2.0")
    page.get_by_label("To", exact=True).fill("3.0")
    page.get_by_label("To", exact=True).press("Tab")
    desk.shot("9-stretch")
    page.get_by_role("button", name="Redo this stretch").click()
    desk.until("studio.takes.length === 2 && studio.buffers.size === 2")
    assert desk.state("studio.takes[1].redone") == {"start": 2, "end": 3}
    waves = [
        np.array(desk.state(f"[...studio.buffers.get(studio.takes[{i}].key).getChannelData(0)]"))
        for i in (0, 1)
    ]
    assert len(waves[0]) == len(waves[1]) == 192000
    different = np.flatnonzero(waves[0] != waves[1]) / 48000
    assert len(different) > 1000
    assert different.min() > 1.7 and different.max() < 3.3


def test_a_stretch_of_a_take_that_is_not_heard_is_marked(desk, film):
    page = desk.page
    desk.drop(film)
    desk.make("rain", 2)
    page.keyboard.press("x")
    desk.until("studio.chosen === studio.takes[1].key")
    wave = page.locator(".take-row .wave").first.bounding_box()
    second = wave["width"] / 4
    desk.drag(wave["x"] + second, wave["x"] + 2 * second, wave["y"] + 20)
    desk.until("studio.mark !== null && studio.mark.take === studio.takes[0].key")
    assert desk.state("studio.chosen === studio.takes[0].key")
    assert page.get_by_label("From").input_value() == "0:01.00"
    page.wait_for_timeout(300)
    assert desk.state("studio.mark.end") == pytest.approx(2, abs=0.05)


def test_keys_drive_the_playhead(desk, film):
    page = desk.page
    desk.drop(film)
    page.locator(".scroller").focus()

    def place() -> float:
        return desk.state("studio.player.place")

    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert place() == pytest.approx(0.08)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert place() == pytest.approx(1.04)
    page.keyboard.press("m")
    desk.page.locator(".scroller").focus()
    page.keyboard.press("End")
    assert place() == pytest.approx(4)
    while place() > 1.05:
        page.keyboard.press("ArrowUp")
    assert place() == pytest.approx(1.04)
    page.keyboard.press("l")
    page.keyboard.press("l")
    assert desk.state("studio.player.speed") == 2
    desk.until("studio.player.place > 1.5")
    page.keyboard.press("j")
    assert desk.state("studio.player.speed") == -1
    desk.until("studio.player.place < 1.4")
    page.keyboard.press("k")
    assert not desk.state("studio.player.playing")
    here = place()
    page.wait_for_timeout(200)
    assert place() == here
    desk.until("Math.abs(studio.player.video.currentTime - studio.player.place) < 0.05")
    page.keyboard.press("?")
    assert page.get_by_role("heading", name="Keys").is_visible()


def test_a_hit_and_a_cue_are_moved_by_keys(desk, film):
    page = desk.page
    desk.drop(film)
    page.locator(".scroller").focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("m")
    desk.until(f"({HOLDER})() === studio.selection.id")  # the new hit has the keyboard
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    edited = [hit["time"] for hit in desk.state("studio.doc.onsets") if hit["sureness"] == 1]
    assert edited == [pytest.approx(1.08)]
    page.keyboard.press("c")
    desk.type("a door slams")
    page.keyboard.press("Enter")  # back on the timeline, at the cue
    desk.until(f"({HOLDER})() === studio.selection.id")
    start = desk.state("studio.doc.cues[0].start")
    page.keyboard.press("Shift+ArrowRight")
    assert desk.state("studio.doc.cues[0].start") == pytest.approx(start + 1)
    label = page.locator(".lane.cues [role=button]").get_attribute("aria-label")
    assert label == "Cue from 0:02.00 to 0:03.00: a door slams"
    page.keyboard.press("Delete")
    assert desk.state("studio.doc.cues") == []
    page.locator(".scroller").focus()
    for _ in range(20):
        page.keyboard.press("Control+z")
    assert desk.state("studio.doc.onsetsEdited") is False


def luminance(color: list[int]) -> float:
    parts = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: list[int], other: list[int]) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("desk", [{"color_scheme": "dark"}, {"color_scheme": "light"}], indirect=True)
def test_colours_can_be_read_and_everything_has_a_name(desk, film):
    desk.drop(film)
    desk.make("rain", 2)
    desk.page.get_by_role("button", name="Add a cue at the playhead").click()
    desk.type("thunder")
    colors = desk.page.evaluate(COLORS)
    for ground in ("bg", "panel", "raised"):
        for ink in ("text", "faint", "wrong"):
            assert contrast(colors[ink], colors[ground]) >= 4.5, (ink, ground)
        assert contrast(colors["accent"], colors[ground]) >= 3, ground  # rings and lines
    assert contrast(colors["accent-text"], colors["accent"]) >= 4.5
    assert desk.page.evaluate(UNNAMED) == []
    desk.shot(f"6-{desk.state('document.documentElement.dataset.theme')}")


@pytest.mark.parametrize(
    "desk", [{}, {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2}], indirect=True
)
def test_nothing_is_cut_off_on_a_laptop_nor_at_200_percent(desk, film):
    page = desk.page
    desk.drop(film)
    desk.make("rain", 2)
    assert desk.state("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_text("How it is made").click()
    for control in page.locator("button:visible, select:visible, textarea:visible, input:visible").all():
        if control.evaluate("(each) => each.closest('.scroller, .hidden-input') !== null"):
            continue
        control.scroll_into_view_if_needed()
        box = control.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= page.viewport_size["width"] + 0.5, control
    page.get_by_role("button", name="Zoom in").click()
    assert desk.state("document.querySelector('.scroller').scrollWidth") > page.viewport_size["width"]
    assert desk.state("document.documentElement.scrollWidth <= window.innerWidth")
    desk.shot(f"7-{page.viewport_size['width']}")


def test_a_film_that_the_browser_cannot_show_is_shown_in_stills(desk, tmp_path):
    frames = np.zeros((50, 64, 96, 3), np.uint8)
    frames[25:, :, :, 1] = 200
    film = write_film(tmp_path / "master.mov", frames, 25, codec="prores_ks", pixel_format="yuv422p10le")
    desk.drop(film)
    still = desk.page.locator("img.still")
    still.wait_for()
    desk.page.locator(".scroller").focus()
    desk.page.keyboard.press("Shift+ArrowRight")
    desk.page.keyboard.press("ArrowRight")
    assert desk.until("document.querySelector('img.still').src.includes('start_s=1.04')")


def test_a_clips_own_sound_is_heard_when_asked(desk, film, tmp_path):
    wave = 0.3 * np.sin(np.arange(48000 * 4) * 2 * np.pi * 440 / 48000)
    mux(film, wave.astype(np.float32), 48000, tmp_path / "tone.mp4")
    desk.drop(tmp_path / "tone.mp4")
    assert not desk.state("studio.player.video.muted")
    desk.make("rain", 1)
    assert desk.state("studio.player.video.muted")  # the first take is to be heard
    desk.page.get_by_role("button", name="Mute the clip's own sound").click()
    assert not desk.state("studio.player.video.muted")
    assert desk.state("studio.player.heard().length") == 1
    desk.page.get_by_role("button", name="Solo the clip's own sound").click()
    assert desk.state("studio.player.heard()") == []


def test_what_the_server_refuses_is_said(desk, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all" * 100)
    desk.throw(broken)
    line = desk.page.locator(".status.wrong")
    line.wait_for()
    assert "broken.mp4" in line.inner_text()
    assert any("422" in error for error in desk.errors)
    desk.errors.clear()  # the browser tells of every refusal


def test_a_server_with_a_token_asks_for_it(browser, page_folder, pipeline_folder, tmp_path, film):
    secret = {"TA_V2A_TOKEN": "a token of many letters"[:23].replace(" ", "-")}
    with LaunchedServer(tmp_path, "--preset", str(pipeline_folder), environment=secret) as served:
        context = browser.new_context()
        desk = DrivenStudio(context.new_page(), served.address)
        field = desk.page.get_by_role("textbox", name="Token")
        field.fill("wrong")
        desk.page.get_by_role("button", name="Go on").click()
        desk.page.get_by_text("that is not the token").wait_for()
        field.fill(secret["TA_V2A_TOKEN"])
        desk.page.get_by_role("button", name="Go on").click()
        desk.drop(film)
        assert desk.state("studio.clip.name") == "square.mp4"
        desk.until("studio.player.video.readyState >= 2")  # the film itself is behind the token as well
        context.close()


def test_a_job_can_be_left(desk, film):
    page = desk.page
    desk.drop(film)
    page.get_by_text("How it is made").click()
    page.get_by_label("Steps").fill("400")
    page.get_by_label("Steps").press("Tab")
    page.get_by_role("button", name="Make sound").click()
    leave = page.get_by_role("button", name="Leave").element_handle()
    desk.until("[...studio.work.values()].some((each) => each.done > 1)")
    assert leave.evaluate("(button) => button.isConnected")  # a click on a button that is drawn anew is lost
    page.get_by_role("button", name="Leave").click()
    desk.until("studio.work.size === 0")
    assert desk.state("[studio.takes.length, studio.jobs[0].state]") == [0, "cancelled"]
