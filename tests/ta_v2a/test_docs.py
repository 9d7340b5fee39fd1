"""README and docs: every Python example runs, every option and link exists."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from ta_v2a.evaluation.report.results import MEASURED, read_result
from ta_v2a.evaluation.report.tables import regenerated
from ta_v2a.presets import resolve as presets

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list:
    """(code, where) of every fenced block of a language, and of the example files."""
    found = []
    for page in PAGES:
        for number, code in enumerate(
            re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        ):
            found.append(pytest.param(code, id=f"{page.name}-{number}"))
    if language == "python":
        found += [
            pytest.param(file.read_text(encoding="utf-8"), id=file.name)
            for file in sorted((ROOT / "examples").glob("*.py"))
        ]
    return found


def run(code: str, folder: Path, clip: Path, monkeypatch) -> None:
    shutil.copyfile(clip, folder / "clip.mp4")
    monkeypatch.chdir(folder)
    exec(compile(code, "example", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("code", blocks("python"))
def test_python_examples_run(code, pipeline_folder, silent_clip, tmp_path, monkeypatch, capsys):
    """With the tiny pipeline under the name of the preset."""
    shutil.copytree(pipeline_folder, tmp_path / "weights" / "mini")
    monkeypatch.setattr(presets, "WEIGHTS_FOLDER", tmp_path / "weights")
    run(code, tmp_path, silent_clip, monkeypatch)
    assert "(1, " in capsys.readouterr().out


@pytest.mark.parametrize("code", blocks("python"))
def test_python_examples_run_with_the_bundled_preset(code, silent_clip, tmp_path, monkeypatch, capsys):
    run(code, tmp_path, silent_clip, monkeypatch)
    assert "(1, " in capsys.readouterr().out


def commands() -> list[list[str]]:
    lines = [
        line for block in blocks("sh") for line in block.values[0].splitlines() if line.startswith("ta-v2a ")
    ]
    return [shlex.split(line, comments=True)[1:] for line in lines]


@pytest.mark.parametrize("words", commands(), ids=lambda words: "-".join(words[:2]))
def test_shell_examples_name_commands_and_options_that_exist(words, capsys):
    from ta_v2a.__main__ import main

    name = [word for word in words if not word.startswith("-")][
        : 2 if words[0] in ("evaluate", "data", "library", "weights") else 1
    ]
    assert main([*name, "--help"]) == 0
    shown = capsys.readouterr().out
    for option in (word for word in words if re.fullmatch(r"-{1,2}[a-z][a-z-]*", word)):
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", shown), f"{option} is no option of {name}"


def test_make_targets_named_in_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE))
    assert {"foley", "test", "setup", "mini"} <= named <= targets


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_figures_that_no_command_prints_are_marked_where_they_stand():
    """The log says at its top what a figure rests on; whatever it and the pages behind it say of a script
    that was not kept bears the mark."""
    log = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    head, *sections = re.split(r"^## ", log, flags=re.MULTILINE)
    sections += [page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs" / "log").glob("*.md"))]
    assert "**Marked †: printed by no command of this repository.**" in head
    assert "Every figure here was printed" not in log
    own = r"script[^.]{0,30}not kept|throw-away script|changed by hand|set by hand|without a figure that"
    paragraphs = re.split(r"\n\n|\n(?=- \*\*|- Tried|- Seen)", "\n\n".join(sections))
    told = [part for part in paragraphs if re.search(own, part)]
    assert len(told) >= 14
    assert [part[:80] for part in told if "†" not in part] == []


def test_the_log_is_newest_first_and_every_page_behind_it_is_linked():
    log = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    dates = re.findall(r"^## (\S+): ", log, re.MULTILINE)
    assert len(dates) == log.count("\n## ") and dates == sorted(dates, reverse=True)
    linked = {name.partition("#")[0] for name in re.findall(r"\]\(log/([^)]+)\)", log)}
    assert linked == {page.name for page in (ROOT / "docs" / "log").glob("*.md")}
    assert max(map(len, re.split(r"\n\n", log))) < 1500, "an entry of the log is a short paragraph"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tables_are_those_of_the_results(page):
    """`python -m ta_v2a.evaluation.report.tables docs README.md` would change nothing."""
    text = page.read_text(encoding="utf-8")
    assert regenerated(text, ROOT) == text


RESULTS = sorted((ROOT / "results").glob("*.json"))


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.name)
def test_every_result_says_where_it_comes_from_and_is_named_in_a_page(path):
    result = read_result(path)
    assert result.figures and any(
        f"results/{path.name}" in page.read_text(encoding="utf-8") for page in PAGES
    )
    if result.origin == MEASURED:
        assert re.fullmatch("[0-9a-f]{40}", result.commit) and result.dirty is False
        assert result.command and result.machine["cores"]
    else:
        assert re.fullmatch(r"transcribed from docs/\w+\.md at commit [0-9a-f]{7}", result.origin)
        assert result.command or "names no command" in " ".join(result.notes)
    for one in result.figures:
        assert one.low is None or one.low <= one.value <= one.high, one


def test_the_steering_table_names_options_and_defaults_as_they_are(capsys):
    from ta_v2a.__main__ import main

    table = (
        PAGES[0].read_text(encoding="utf-8").partition("### How to steer it")[2].partition("In brackets")[0]
    )
    assert main(["foley", "--help"]) == 0
    shown = capsys.readouterr().out
    options = re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", table)
    assert len(set(options)) >= 14
    for option in options:
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", shown), f"{option} is no option of foley"
    settings = json.loads((presets.WEIGHTS_FOLDER / "mini" / "model_index.json").read_text())
    names = {"lag": "lag_s", "steps": "num_inference_steps"}
    told = re.findall(
        r"--(text-scale|video-scale|negative-scale|align-scale|lag|steps) [^()|]*\(([\d.]+)\)", table
    )
    assert len(told) == 6
    for option, default in told:
        assert float(default) == settings[names.get(option, option.replace("-", "_"))], option
    assert re.search(r"--loudness[^()|]*\(-23\)", table) and re.search(
        r"--loudness.*\[default:\s+-23\]", shown, re.DOTALL
    )


def test_the_map_has_a_line_for_every_folder():
    page = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([\w/]+)` \|", page, re.MULTILINE)
    packages = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")
    inits = [file.parent for package in packages for file in (ROOT / package).rglob("__init__.py")]
    folders = {folder.relative_to(ROOT).as_posix() for folder in inits}
    assert len(named) == len(set(named))
    assert set(named) == folders, "docs/map.md names other folders than there are"
    for path in re.findall(r"`(ta_v2a/[\w/]+\.py)`", page):
        assert (ROOT / path).is_file(), path
