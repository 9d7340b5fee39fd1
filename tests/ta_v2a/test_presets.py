"""Weights are found by name or folder, and altered ones are refused."""

import pytest

from ta_v2a.errors import UserError
from ta_v2a.presets import resolve as presets


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "denoiser").mkdir()
    (tmp_path / "model_index.json").write_text("{}")
    (tmp_path / "denoiser" / "weights.safetensors").write_bytes(b"abc")
    presets.write_checksums(tmp_path)
    return tmp_path


def test_checksums_in_the_format_of_sha256sum(folder):
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    assert (
        lines[0]
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  denoiser/weights.safetensors"
    )
    presets.verify(folder)
    assert presets.resolve(folder) == folder  # whole, though no preset


def test_altered_and_missing_files_are_named(folder):
    weights = folder / "denoiser" / "weights.safetensors"
    weights.write_bytes(b"abd")
    with pytest.raises(UserError, match=r"weights\.safetensors is not the file"):
        presets.resolve(folder)
    weights.unlink()
    with pytest.raises(UserError, match="is missing"):
        presets.resolve(folder)


@pytest.mark.parametrize("name", ["no-such-preset", "", ".", "tests"])
def test_no_such_preset(name):
    with pytest.raises(UserError, match="no preset and no pipeline folder"):
        presets.resolve(name)
