"""The node inside of ComfyUI, loaded as ComfyUI loads it: by the folder, under a name of the folder's path.

ComfyUI is on no package registry. What the node asks of it lies in `tests/comfy_host`; the same tests run
against the real one where TA_V2A_COMFYUI names its folder.
"""

import importlib.util
import inspect
import json
import os
import shutil
import sys
from fractions import Fraction
from importlib import import_module
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from ta_v2a.errors import UserError
from ta_v2a.media.writing.film import write_film

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "ta_v2a" / "comfy"
HOST = Path(os.environ.get("TA_V2A_COMFYUI", ROOT / "tests" / "comfy_host"))
LAST_SEED = 2**64 - 1
PRIMITIVES = {"STRING": str, "INT": int, "FLOAT": float, "BOOLEAN": bool}


@pytest.fixture
def host(tmp_path, monkeypatch):
    """ComfyUI's modules, and its folder of temporary files."""
    monkeypatch.setenv("COMFY_TEMP", str(tmp_path / "temp"))
    monkeypatch.setattr(sys, "argv", ["main.py", "--cpu"])
    monkeypatch.syspath_prepend(HOST)
    paths = import_module("folder_paths")
    if hasattr(paths, "set_temp_directory"):
        paths.set_temp_directory(str(tmp_path / "temp"))
    return import_module("comfy_api.latest")


def loaded(folder: Path):
    """A folder of custom_nodes as ComfyUI imports it."""
    name = str(folder).replace(".", "_x_")
    spec = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


@pytest.fixture
def node(tmp_path):
    """The node's class from a folder of custom_nodes that is a link to the repository's."""
    place = tmp_path / "custom_nodes" / "ta-v2a"
    place.parent.mkdir()
    place.symlink_to(NODE, target_is_directory=True)
    return loaded(place).NODE_CLASS_MAPPINGS["TaV2aFoley"]


def defaults(node) -> dict:
    """What the widgets hold before anybody touches them."""
    return {name: spec[1]["default"] for name, spec in node.INPUT_TYPES()["required"].items()}


def pictures(count: int, height: int = 48, width: int = 64) -> np.ndarray:
    rng = np.random.default_rng(0)
    still = rng.integers(0, 255, (1, height, width, 3), dtype=np.uint8)
    return (still * np.linspace(0.2, 1, count)[:, None, None, None]).astype(np.uint8)


def clip(path: Path, count: int = 30, fps: float = 25) -> Path:
    return write_film(path, pictures(count), fps)


def packets_of(file) -> list[bytes]:
    with av.open(file) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def sound_samples(file) -> int:
    with av.open(file) as container:
        return sum(frame.samples for frame in container.decode(audio=0))


def test_a_copy_of_the_folder_loads_too(node, tmp_path):
    shutil.copytree(NODE, tmp_path / "custom_nodes" / "copied")
    module = loaded(tmp_path / "custom_nodes" / "copied")
    assert {"TaV2aFoley": node} == module.NODE_CLASS_MAPPINGS
    assert module.NODE_DISPLAY_NAME_MAPPINGS.keys() == module.NODE_CLASS_MAPPINGS.keys()


def test_inputs_are_what_comfyui_reads(node):
    types = node.INPUT_TYPES()
    assert {"prompt", "negative_prompt", "cues", "seed", "steps", "text_scale"} <= types["required"].keys()
    assert {name: spec[0] for name, spec in types["optional"].items()} == {
        "video": "VIDEO",
        "images": "IMAGE",
        "fps": "FLOAT",
        "cuts": "BOOLEAN",
    }
    assert types["required"]["seed"][1]["max"] == LAST_SEED
    assert (node.RETURN_TYPES, node.RETURN_NAMES) == (("AUDIO", "VIDEO"), ("audio", "video"))
    for kind, settings in types["required"].values():
        if isinstance(kind, list):
            assert settings["default"] in kind
        else:
            assert type(settings["default"]) is PRIMITIVES[kind]
            if kind in ("INT", "FLOAT"):
                assert settings["min"] <= settings["default"] <= settings["max"]
    json.dumps(types)  # ComfyUI sends them to its page
    names = set(types["required"]) | set(types["optional"])
    assert names == set(inspect.signature(getattr(node, node.FUNCTION)).parameters) - {"self"}


def test_a_video_gets_sound_and_keeps_its_picture(host, node, tmp_path):
    """Under inference mode, in which ComfyUI runs nodes, with the guide that needs gradients on."""
    source = clip(tmp_path / "clip.mp4")
    steps: list[tuple[int, int]] = []
    bar = import_module("comfy.utils")
    bar.PROGRESS_BAR_HOOK = lambda done, total, preview, node_id=None: steps.append((done, total))
    given = {**defaults(node), "prompt": "a door knock", "seed": LAST_SEED, "steps": 2, "align_scale": 1.0}
    try:
        with torch.inference_mode():
            audio, video = node().sound(**given, video=host.InputImpl.VideoFromFile(str(source)))
    finally:
        bar.PROGRESS_BAR_HOOK = None
    assert steps[-1] == (1000, 1000)
    assert audio["waveform"].dtype == torch.float32 and audio["waveform"].shape == (1, 1, 57600)
    assert audio["sample_rate"] == 48000
    assert (
        audio["waveform"].abs().max() > 1e-4
    )  # after two steps soft, how soft is the processor's, but no silence
    assert isinstance(video, host.InputImpl.VideoFromFile)
    film = video.get_stream_source()
    assert packets_of(film) == packets_of(str(source))
    assert sound_samples(film) == 57600
    assert Path(film).is_relative_to(tmp_path / "temp") and video.get_dimensions() == (64, 48)
    assert video.get_duration() == pytest.approx(1.2, abs=0.03)
    again, _ = node().sound(**given, video=host.InputImpl.VideoFromFile(str(source)))
    other, _ = node().sound(**{**given, "seed": 0}, video=host.InputImpl.VideoFromFile(str(source)))
    assert torch.equal(audio["waveform"], again["waveform"])
    assert not torch.equal(audio["waveform"], other["waveform"])
    video.save_to(str(tmp_path / "saved.mp4"))  # as Save Video does
    assert sound_samples(str(tmp_path / "saved.mp4")) == 57600


@pytest.mark.parametrize("kind", ["buffer", "components"])
def test_a_video_in_memory_is_sounded(host, node, tmp_path, kind):
    if kind == "buffer":
        video = host.InputImpl.VideoFromFile(BytesIO(clip(tmp_path / "clip.mp4").read_bytes()))
    else:
        shown = torch.from_numpy(pictures(30)).float() / 255
        video = host.InputImpl.VideoFromComponents(host.Types.VideoComponents(shown, Fraction(25)))
    audio, sounded = node().sound(**{**defaults(node), "prompt": "rain", "steps": 1}, video=video)
    assert audio["waveform"].shape == (1, 1, 57600)
    assert sound_samples(sounded.get_stream_source()) == 57600


class Trimmed:
    """A VIDEO of a file that shows a part of it, as newer versions of ComfyUI have them."""

    def __init__(self, whole, part, sides, window):
        self.whole, self.part, self.sides, self.window = whole, part, sides, window

    def get_stream_source(self):
        return str(self.whole)

    def get_active_trim_window(self):
        return self.window

    def get_dimensions(self):
        return self.sides

    def save_to(self, path, **_):
        Path(path).write_bytes(self.part.read_bytes())


@pytest.mark.parametrize(("sides", "window"), [((64, 48), (0.4, 0.8)), ((32, 48), (0.0, 0.0))])
def test_what_was_trimmed_or_cropped_is_sounded_as_it_shows(host, node, tmp_path, sides, window):
    video = Trimmed(clip(tmp_path / "clip.mp4"), clip(tmp_path / "part.mp4", 20), sides, window)
    audio, _ = node().sound(**{**defaults(node), "prompt": "rain", "steps": 1}, video=video)
    assert audio["waveform"].shape == (1, 1, 38400)


@pytest.mark.parametrize(("sides", "channels"), [((48, 64), 3), ((47, 63), 3), ((48, 64), 4)])
def test_images_at_a_rate_become_a_film(host, node, sides, channels):
    images = torch.rand(24, *sides, channels)
    given = {**defaults(node), "cues": "0-0.5: rain\n0.5-: a door slams (loud)", "steps": 1}
    audio, video = node().sound(**given, images=images, fps=23.976)
    samples = audio["waveform"].shape[-1]
    assert samples == pytest.approx(24 / 23.976 * 48000, abs=48)
    width, height = video.get_dimensions()
    assert (height, width) == tuple(side + side % 2 for side in sides)


WRONG = [
    ({}, "connect a video or images"),
    ({"images": torch.rand(24, 32, 32, 3), "video": 1}, "connect a video or images"),
    ({"video": "clip.mp4"}, "video is a VIDEO of ComfyUI, not str"),
    ({"images": torch.rand(24, 32, 32, 3), "fps": 0.0}, "fps is above 0"),
    ({"images": torch.rand(24, 32, 32, 3) * 255}, "divide by 255"),
    ({"images": torch.rand(24, 32, 32, 3), "cues": "glass breaking"}, "line 1, column 1"),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_wrong_input_is_one_line_and_leaves_nothing(host, node, tmp_path, given, said):
    with pytest.raises(UserError, match=said):
        node().sound(**{**defaults(node), "steps": 1, **given})
    assert not list((tmp_path / "temp").glob("*"))


def test_a_stopped_workflow_stops_at_a_step_and_leaves_nothing(host, node, tmp_path):
    def stop(done, total, preview, node_id=None):
        raise InterruptedError(f"at {done} of {total}")

    bar = import_module("comfy.utils")
    bar.PROGRESS_BAR_HOOK = stop
    try:
        with pytest.raises(InterruptedError, match="at 200 of 1000"):
            node().sound(**{**defaults(node), "prompt": "rain", "steps": 5}, images=torch.rand(24, 32, 32, 3))
    finally:
        bar.PROGRESS_BAR_HOOK = None
    assert not list((tmp_path / "temp").glob("*"))


def test_outside_of_comfyui_it_says_so(tmp_path, monkeypatch):
    node = loaded(NODE).NODE_CLASS_MAPPINGS["TaV2aFoley"]
    for name in ("folder_paths", "comfy", "comfy.utils", "comfy_api", "comfy_api.latest"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(UserError, match="runs inside of ComfyUI"):
        node().sound(**defaults(node), images=torch.rand(24, 32, 32, 3))


@pytest.mark.parametrize(
    "file", sorted((NODE / "example_workflows").glob("*.json")), ids=lambda file: file.stem
)
def test_the_example_workflows_fit_the_node(node, file):
    flow = json.loads(file.read_text())
    ours = next(each for each in flow["nodes"] if each["type"] == "TaV2aFoley")
    types = node.INPUT_TYPES()
    widgets = [
        name
        for name, spec in (types["required"] | types["optional"]).items()
        if spec[0] not in ("VIDEO", "IMAGE")
    ]
    values = iter(ours["widgets_values"])
    for name in widgets:
        kind, settings = (types["required"] | types["optional"])[name]
        value = next(values)
        if isinstance(kind, list):
            assert value in kind
        else:
            assert isinstance(value, (int, float) if kind == "FLOAT" else PRIMITIVES[kind]), name
        if settings.get("control_after_generate"):
            assert next(values) in ("fixed", "increment", "decrement", "randomize")
    assert not list(values)
    kinds = {"VIDEO": {}, "IMAGE": {}, "AUDIO": {}}
    outputs = {each["id"]: [output["type"] for output in each["outputs"]] for each in flow["nodes"]}
    for number, source, slot, target, entry, kind in flow["links"]:
        assert outputs[source][slot] == kind and kind in kinds
        ends = next(each for each in flow["nodes"] if each["id"] == target)["inputs"]
        assert ends[entry]["link"] == number and ends[entry]["type"] == kind
    assert [output["type"] for output in ours["outputs"]] == list(node.RETURN_TYPES)
