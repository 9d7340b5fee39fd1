"""A network's configuration, and its folder: written whole, read strictly, with diffusers' names."""

import copy
import json
import pickle

import pytest
import torch
from torch import nn

from vocoders.component import Component, configured


class Scaler(Component):
    """One weight, one buffer."""

    @configured
    def __init__(self, width: int, gain: float = 2.0, name: str = "x") -> None:
        super().__init__()
        self.line = nn.Linear(width, width)
        self.register_buffer("gain", torch.tensor(gain))


class Louder(Scaler):
    """A class with arguments of its own over one that records its, too."""

    @configured
    def __init__(self, width: int = 3, extra: int = 1) -> None:
        super().__init__(width, gain=4.0)


class Named(Component):
    """No weights: it says where others are, as a hub preset's parts do."""

    @configured
    def __init__(self, place: str) -> None:
        super().__init__()


def test_without_weights_it_has_a_place_and_a_kind_of_number() -> None:
    """Without them, whether a class check failed hung on the order in which it read the properties."""
    assert Named("x").device == torch.device("cpu") and Named("x").dtype == torch.get_default_dtype()
    assert Scaler(2).half().dtype == torch.float16


def test_the_configuration_holds_every_argument_and_is_read_only() -> None:
    network = Scaler(4, name="y")
    assert dict(network.config) == {"width": 4, "gain": 2.0, "name": "y"} == {**network.config}
    assert network.config.width == network.config["width"] == 4 and "name" in network.config
    with pytest.raises(AttributeError, match="read only"):
        network.config.width = 5
    with pytest.raises(AttributeError, match="there are width, gain, name"):
        _ = network.config.depth
    network.register_to_config(gain=3.0)
    assert network.config.gain == 3.0 and float(network.gain) == 2.0
    assert dict(Louder(extra=2).config) == {"width": 3, "extra": 2}
    for again in (copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert dict(again.config) == dict(network.config)


def test_saved_and_loaded_it_is_the_same_at_any_precision(tmp_path) -> None:
    network = Scaler(4, name="y")
    network.save_pretrained(tmp_path / "new" / "folder")
    again = Scaler.from_pretrained(tmp_path / "new" / "folder")
    assert not again.training and dict(again.config) == dict(network.config)
    assert all(
        torch.equal(a, b)
        for a, b in zip(network.state_dict().values(), again.state_dict().values(), strict=True)
    )
    half = Scaler.from_pretrained(tmp_path / "new", subfolder="folder", torch_dtype=torch.float16)
    assert half.dtype == torch.float16 and half.device.type == "cpu"
    assert Scaler.from_pretrained(tmp_path / "new" / "folder", name="z").config.name == "z"
    written = json.loads((tmp_path / "new" / "folder" / "config.json").read_text())
    assert written == {"_class_name": "Scaler", "width": 4, "gain": 2.0, "name": "y"}
    assert sorted(p.name for p in (tmp_path / "new" / "folder").iterdir()) == [
        "config.json",
        "diffusion_pytorch_model.safetensors",
    ]
    with pytest.raises(ValueError, match="safetensors only"):
        network.save_pretrained(tmp_path, safe_serialization=False)


def test_diffusers_own_components_are_read(tmp_path) -> None:
    """Folders that were written by diffusers' mixins have the same layout, and more
    names in the configuration."""
    from diffusers.configuration_utils import ConfigMixin, register_to_config
    from diffusers.models.modeling_utils import ModelMixin

    class Theirs(ModelMixin, ConfigMixin):
        @register_to_config
        def __init__(self, width: int = 4) -> None:
            super().__init__()
            self.line = nn.Linear(width, width)
            self.register_buffer("gain", torch.tensor(1.5))

    theirs = Theirs(5)
    theirs.save_pretrained(tmp_path)
    ours = Scaler.from_pretrained(tmp_path)
    assert (
        ours.config.width == 5
        and torch.equal(ours.line.weight, theirs.line.weight)
        and float(ours.gain) == 1.5
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "config.json").unlink(), "No such file"),
        (lambda folder: (folder / "config.json").write_text("[1]"), "no JSON object"),
        (lambda folder: (folder / "config.json").write_text("{"), "is no JSON"),
        (lambda folder: (folder / "config.json").write_bytes(b"\xff\xfe"), "is no JSON"),
        (lambda folder: (folder / "config.json").write_text('{"width": 7}'), "weights of another network"),
        (
            lambda folder: (folder / "diffusion_pytorch_model.safetensors").write_bytes(b"no"),
            "no weights that can be read",
        ),
        (
            lambda folder: (folder / "diffusion_pytorch_model.safetensors").unlink(),
            "no weights that can be read",
        ),
    ],
)
def test_a_spoilt_folder_is_refused_in_one_line(spoil, said, tmp_path) -> None:
    Scaler(4).save_pretrained(tmp_path)
    spoil(tmp_path)
    with pytest.raises(ValueError, match=said) as refused:
        Scaler.from_pretrained(tmp_path)
    assert "\n" not in str(refused.value)
