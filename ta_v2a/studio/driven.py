"""The studio's page in a browser that a program drives, as a hand would: for tests and measurements."""

import base64
import time
from pathlib import Path
from typing import Any

_DROP = """async ([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, { type: "video/mp4" }));
  for (const kind of ["dragover", "drop"])
    window.dispatchEvent(new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true }));
}"""
_SETTLED_MS = 600  # until what moves on the page has come to rest


class DrivenStudio:
    """A page and what it did.

    Args:
        page: of Playwright.
        address: of the server.
        shots: a folder for pictures of the page.

    Attributes:
        errors: what the browser told of errors.
        asked: addresses that the page asked for.
    """

    def __init__(self, page: Any, address: str, shots: Path | None = None):
        self.page, self.address, self._shots = page, address, shots
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(address)

    def state(self, expression: str) -> Any:
        """What a JavaScript expression over `studio`, the page's store, gives."""
        return self.page.evaluate(f"() => {{ const studio = window.studio; return {expression}; }}")

    def until(self, expression: str, seconds: float = 90) -> Any:
        """Waits until it is true (the page's policy forbids what Playwright's own waiting does).

        Raises:
            TimeoutError: it did not come true.
        """
        end = time.monotonic() + seconds
        while not (found := self.state(expression)):
            if time.monotonic() > end:
                raise TimeoutError(f"never came true: {expression}; {self.errors}")
            self.page.wait_for_timeout(50)
        return found

    def throw(self, film: Path) -> None:
        """Drops a file on the page."""
        self.page.get_by_role("heading", name="Drop a film here").wait_for()
        self.page.evaluate(_DROP, [film.name, base64.b64encode(film.read_bytes()).decode()])

    def drop(self, film: Path, seconds: float = 90) -> None:
        """Drops a film on the page, and waits until its hits are there."""
        self.throw(film)
        self.until("studio.clip !== null && !studio.looking", seconds)

    def type(self, words: str) -> None:
        """Types once a field has the keyboard."""
        self.until("document.activeElement.matches('input, textarea')")
        self.page.keyboard.type(words)

    def make(self, words: str, takes: int, seconds: float = 90) -> None:
        """Makes the takes of a film that has none yet."""
        self.page.get_by_label("What is heard", exact=True).fill(words)
        self.page.get_by_label("Takes", exact=True).fill(str(takes))
        self.page.get_by_role("button", name="Make sound").click()
        self.until(f"studio.takes.length === {takes} && studio.buffers.size > 0", seconds)

    def lane(self, name: str) -> dict[str, float]:
        """Where a lane of the timeline lies: x, y, width, height in pixels."""
        return self.page.locator(f".lane.{name}").bounding_box()

    def drag(self, x: float, to: float, y: float) -> None:
        """From one place to another, as a hand does."""
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move(x + (to - x) / 2, y, steps=4)
        mouse.move(to, y, steps=4)
        mouse.up()

    def shot(self, name: str) -> None:
        """A picture of the page as it stands, where there is a folder for it."""
        if self._shots is not None:
            self.page.wait_for_timeout(_SETTLED_MS)
            self.page.screenshot(path=self._shots / f"{name}.png")
