"""What an installation holds: files at their paths, extras asked for in one line, nothing private."""

import ast
import re
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from cvalp.paper.cnn14 import Cnn14Tower
from cvalp.paper.model import PaperCVALP
from cvalp.paper.slow_only import SlowOnlyTower
from ta_v2a import doctor
from ta_v2a.__main__ import main
from ta_v2a.errors import UserError
from ta_v2a.presets.check import check_component
from ta_v2a.system.extras import EXTRAS, extra_that_lacks, need
from ta_v2a.training import stages as train

ROOT = Path(__file__).parents[2]
PACKAGES = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL: dict[str, list[str]] = PROJECT["optional-dependencies"]


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


def without(monkeypatch, *extras: str) -> list[str]:
    """Takes away what these extras bring: imports find nothing. Returns the distributions."""
    for extra in extras:
        for module in EXTRAS[extra].values():
            top = module.partition(".")[0]
            for name in (top, *(known for known in sys.modules if known.startswith(f"{top}."))):
                monkeypatch.setitem(sys.modules, name, None)
    return [name for extra in extras for name in EXTRAS[extra]]


NEEDS = [
    ("train", ["train", "cvalp"]),
    ("train", ["data", "prepare", "{folder}/clips.csv", "-o", "{folder}/shards"]),
    ("eval", ["evaluate", "--generated", "a", "--reference", "b"]),
    ("eval", ["evaluate", "films", "a"]),
    ("serve", ["serve", "{folder}/served"]),
]


@pytest.mark.parametrize(("extra", "words"), NEEDS, ids=["train", "prepare", "folders", "films", "serve"])
def test_a_command_whose_extra_is_missing_says_so_in_one_line(extra, words, tmp_path, monkeypatch, capsys):
    names = without(monkeypatch, extra)
    assert main([word.format(folder=tmp_path) for word in words]) == 2
    wanted = f"pip install 'ta-v2a[{extra}]'"
    said = f'ta-v2a: this command needs what "{wanted}" brings: {", ".join(names)} are not installed\n'
    assert capsys.readouterr().err == said
    assert not list(tmp_path.iterdir())
    assert main([*words[: 2 if words[0] == "data" else 1], "--help"]) == 0


def test_one_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "librosa", None)  # what an import finds where it is not installed
    with pytest.raises(UserError, match=r"'ta-v2a\[eval\]'\" brings: librosa is not installed$"):
        need("eval")
    need("train")


def test_an_import_that_fails_on_the_way_names_its_extra(tmp_path, monkeypatch, capsys):
    """A Parquet manifest, where only tables of text were foreseen."""
    without(monkeypatch, "train")
    manifest = tmp_path / "clips.parquet"
    manifest.write_bytes(b"PAR1")
    assert main(["data", "check", str(manifest)]) == 2
    advice = "pip install 'ta-v2a[train]'"
    line = f'this command needs what "{advice}" brings: pyarrow is not installed'
    assert capsys.readouterr().err == f"ta-v2a: {line}\n"


def test_a_network_that_an_extra_brings_is_asked_for_not_blamed_on_its_settings(tmp_path, monkeypatch):
    without(monkeypatch, "train")
    (tmp_path / "config.json").write_text('{"_class_name": "PaperCVALP"}')
    save_file({"scale": torch.ones(1)}, tmp_path / "diffusion_pytorch_model.safetensors")
    with pytest.raises(ModuleNotFoundError):
        check_component(tmp_path, PaperCVALP)
    for network, lacking in ((SlowOnlyTower, "pytorchvideo"), (Cnn14Tower, "panns-inference")):
        with pytest.raises(ModuleNotFoundError) as caught:
            network()
        error = extra_that_lacks(caught.value)
        assert error is not None and str(error).endswith(f"brings: {lacking} is not installed")
    assert extra_that_lacks(ModuleNotFoundError("No module named 'ours'", name="ours")) is None


def test_doctor_finds_a_plain_installation_in_order(monkeypatch, capsys):
    without(monkeypatch, *EXTRAS)
    monkeypatch.setattr(doctor, "PACKAGES", {"torch": "torch", "numpy": "numpy"})
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "  -     lightning: not installed (extra train)\n" in said
    assert "  -     panns-inference: not installed (extra train or eval)\n" in said
    assert "WRONG" not in said and said.endswith("everything is in order\n")


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


def distributions(lines: list[str]) -> set[str]:
    """Names in requirement lines."""
    return {re.split(r"[\[<>=!~ ]", line)[0].lower() for line in lines}


def test_every_import_is_declared():
    extras = [line for extra in EXTRAS for line in OPTIONAL[extra]]
    declared = distributions([*PROJECT["dependencies"], *extras]) | {"hatchling"}  # of [build-system]
    names = {name.replace("-", "_").removesuffix("_python") for name in declared}
    modules = {module.partition(".")[0] for _, module, _ in imported()}
    modules -= {"wordllama"}  # installed by hand, for one table of a training (docs/decisions.md)
    assert modules - {"cv2" if name == "opencv_python_headless" else name for name in names} == set()
    assert any(line.startswith("typer>=") and "<" in line for line in PROJECT["dependencies"])


def test_doctor_looks_at_what_is_declared_extra_by_extra():
    assert distributions(PROJECT["dependencies"]) == doctor.PACKAGES.keys()
    assert OPTIONAL.keys() == {*EXTRAS, "dev"}
    for extra, modules in EXTRAS.items():
        assert distributions(OPTIONAL[extra]) == modules.keys()
    assert f"ta-v2a[{','.join(EXTRAS)}]" in OPTIONAL["dev"]


def test_what_an_extra_brings_is_no_part_of_a_plain_installation():
    extra = {name for modules in EXTRAS.values() for name in modules}
    assert not extra & distributions(PROJECT["dependencies"])


def test_no_part_of_typer_or_numpy_that_is_private():
    private = [
        row for row in imported() if any(part.startswith("_") for part in f"{row[1]}.{row[2]}".split("."))
    ]
    assert not [row for row in private if row[1].partition(".")[0] in ("typer", "click", "numpy")], private
