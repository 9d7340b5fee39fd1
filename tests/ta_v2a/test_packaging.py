"""What an installation holds: packaged files stay where they are named, optional packages are asked for in one line, nothing private."""

import ast
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from ta_v2a.__main__ import main
from ta_v2a.training import stages as train

ROOT = Path(__file__).parents[2]
PACKAGES = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_a_packaged_configuration_stays_at_its_path(tmp_path, monkeypatch):
    """Of a package in a zip, which is unpacked for it."""
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("zipped_configs/__init__.py", "")
        archive.writestr("zipped_configs/configs/vae.yaml", "seed_everything: 7\n")
    monkeypatch.syspath_prepend(tmp_path / "packed.zip")
    monkeypatch.setitem(train.STAGES, "vae", ("zipped_configs.configs", "vae.yaml"))
    path = train.config_file("vae", "mini")
    assert path.read_text() == "seed_everything: 7\n"
    train._packaged_files().close()  # as at the end of the program
    assert not path.exists()


@pytest.mark.parametrize("command", [["evaluate", "--generated", "a", "--reference", "b"], ["evaluate", "films", "a"]])
def test_without_librosa_one_line_names_the_extra(command, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "librosa", None)  # what an import finds where it is not installed
    assert main(command) == 2
    assert capsys.readouterr().err == "ta-v2a: this measurement needs librosa: pip install 'ta-v2a[eval]'\n"
    assert "librosa" in PROJECT["optional-dependencies"]["eval"]


def imported() -> set[tuple[str, str, str]]:
    """(file, module, name or "") of every import of another project's in the packages."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {(path.name, alias.name, "") for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                    found |= {(path.name, node.module, alias.name) for alias in node.names}
    ours = (*PACKAGES, *sys.stdlib_module_names)
    return {row for row in found if row[1].partition(".")[0] not in ours}


def test_every_import_is_declared():
    extras = PROJECT["optional-dependencies"]
    declared = PROJECT["dependencies"] + [line for name, lines in extras.items() if name != "dev" for line in lines]
    names = {re.split(r"[\[<>=!~ ]", line)[0].lower().replace("-", "_") for line in declared}
    modules = {module.partition(".")[0] for _, module, _ in imported()}
    assert modules - {"cv2" if name == "opencv_python_headless" else name for name in names} == set()
    assert any(line.startswith("typer>=") and "<" in line for line in PROJECT["dependencies"])


def test_no_part_of_typer_or_numpy_that_is_private():
    private = [row for row in imported() if any(part.startswith("_") for part in f"{row[1]}.{row[2]}".split("."))]
    assert not [row for row in private if row[1].partition(".")[0] in ("typer", "click", "numpy")], private
