"""Published checkpoints, key by key: what they are called here, what is used, and what may be absent."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from cvalp.paper.cnn14 import Cnn14Tower
from cvalp.paper.flan_t5 import SIZES
from cvalp.paper.model import PaperCVALP
from cvalp.paper.slow_only import SlowOnlyTower
from cvalp.temperatures import keep_in_bounds

PUBLISHED_WEIGHTS_FILE, CARD_FILE = "weights.safetensors", "weights.json"
WRAPPERS = ("model", "model_state", "state_dict")
"""Under these names PANNs, pytorchvideo and everybody else keep the state dict in their files."""

PANNS_OWN = ("bn0.", "spectrogram_extractor.", "logmel_extractor.")
"""Parts of Cnn14 that only fit PANNs' own 64 bands."""


@dataclass
class Conversion:
    """One checkpoint in the terms of this package.

    Attributes:
        kind: key of `CONVERSIONS`, or flan-t5.
        weights: tensors by the names of this package's tower (of the whole model for cavp).
        used, unused, missing: names of the file that went in, names of the file that did not,
            names of ours that the file lacks.
        reasons: why, for each unused name that is left out on purpose; one without is unknown.
        misshapen: "name: (its shape) instead of (ours)".
        settings: what `PaperCVALP` must be given for these weights to mean what they meant.
    """

    kind: str
    weights: dict[str, Tensor] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    misshapen: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def unknown(self) -> list[str]:
        """Names of the file that are neither used nor left out for a reason."""
        return [name for name in self.unused if name not in self.reasons]

    @property
    def complete(self) -> bool:
        """Whether every weight of ours has come, in its shape, and every name of the file is known."""
        return bool(self.used) and not (self.missing or self.misshapen or self.unknown)

    def take(self, name: str, value: Tensor, ours: str | None, expected: Mapping[str, Tensor]) -> None:
        """One tensor of the file into the account: its name there, ours for it, and all of ours."""
        if ours is None or ours not in expected:
            self.unused.append(name)
        elif value.shape != expected[ours].shape:
            self.misshapen.append(f"{name}: {tuple(value.shape)} instead of {tuple(expected[ours].shape)}")
        else:
            self.used.append(name)
            self.weights[ours] = value.detach().clone().contiguous()

    def explain(self, left_out: Mapping[str, str]) -> None:
        """Notes why names were left out; `left_out` says it by how they begin."""
        for name in self.unused:
            reason = next((why for begins, why in left_out.items() if name.startswith(begins)), None)
            if reason is not None:
                self.reasons[name] = reason


def state_of(content: Any) -> dict[str, Tensor]:
    """The state dict in a loaded file, whichever way it is wrapped; without
    DistributedDataParallel's `module.`.

    Raises:
        ValueError: there is none.
    """
    for name in WRAPPERS:
        if isinstance(content, dict) and isinstance(content.get(name), dict):
            content = content[name]
    pairs = content.items() if isinstance(content, dict) else ()
    state = {name: value for name, value in pairs if isinstance(name, str) and isinstance(value, Tensor)}
    if not state:
        raise ValueError("holds no named tensors")
    return {name.removeprefix("module."): value for name, value in state.items()}


def _slow_only_from_mmaction(name: str) -> str | None:
    """`layer2.0.conv1.bn.weight` -> `blocks.2.res_blocks.0.branch2.norm_a.weight` (facts
    of both packages' ResNets)."""
    parts = name.removeprefix("backbone.").split(".")
    if parts[0] == "conv1":
        return ".".join(["blocks.0", "norm" if parts[1] == "bn" else "conv", *parts[2:]])
    if not parts[0].startswith("layer") or len(parts) < 5:
        return None
    stage, block, part, what, *rest = parts[0].removeprefix("layer"), *parts[1:]
    own = "norm" if what == "bn" else "conv"
    if part == "downsample":
        inside = f"branch1_{own}"
    elif part in ("conv1", "conv2", "conv3"):
        inside = f"branch2.{own}_{'abc'[int(part[-1]) - 1]}"
    else:
        return None
    return ".".join([f"blocks.{stage}.res_blocks.{block}", inside, *rest])


def _same_unless(*unused: str) -> Callable[[str], str | None]:
    return lambda name: None if name.startswith(unused) else name


def _from_cavp(name: str) -> str | None:
    """Diff-Foley's names; its one temperature becomes ours of audio-video pairs and of time."""
    if name.startswith("video_encoder."):
        inside = _slow_only_from_mmaction(name.removeprefix("video_encoder."))
        return inside and f"video.{inside}"
    for theirs, ours in (
        ("video_project_head.", "video_head."),
        ("spec_encoder.final_project.", "audio_head."),
        ("spec_encoder.bn.", "audio.bn0."),
        ("spec_encoder.", "audio."),
    ):
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    return name if name == "logit_scale" else None


def _towers_of_cavp() -> dict[str, Tensor]:
    expected = {f"video.{name}": value for name, value in SlowOnlyTower().state_dict().items()}
    expected |= {f"audio.{name}": value for name, value in Cnn14Tower("mel128").state_dict().items()}
    for head in ("video_head", "audio_head"):
        expected |= {f"{head}.weight": torch.empty(512, 2048), f"{head}.bias": torch.empty(512)}
    return expected | {"logit_scale": torch.empty(())}


@dataclass(frozen=True)
class Scheme:
    """How one kind of file is read: its name for our name (None: not needed), what ours
    are, what goes with them, and which names are left out (how they begin) and why."""

    what: str
    rename: Callable[[str], str | None]
    expected: Callable[[], dict[str, Tensor]]
    settings: dict[str, Any]
    left_out: Mapping[str, str] = field(default_factory=dict)


CONVERSIONS: dict[str, Scheme] = {
    "panns-16k": Scheme(
        "PANNs Cnn14 at 16 kHz (Cnn14_16k_mAP=0.438.pth)",
        _same_unless("fc_audioset."),
        lambda: Cnn14Tower("panns16k").state_dict(),
        {"sound": "panns16k"},
        {"fc_audioset.": "names AudioSet's labels; features are taken before it"},
    ),
    "panns-32k": Scheme(
        "PANNs Cnn14 at 32 kHz (Cnn14_mAP=0.431.pth)",
        _same_unless("fc_audioset."),
        lambda: Cnn14Tower("panns32k").state_dict(),
        {"sound": "panns32k"},
        {"fc_audioset.": "names AudioSet's labels; features are taken before it"},
    ),
    "slow-r50": Scheme(
        "pytorchvideo's slow_r50 (SLOW_8x8_R50.pyth)",
        _same_unless("blocks.5."),
        lambda: SlowOnlyTower().state_dict(),
        {"normalize": "pytorchvideo"},
        {"blocks.5.": "names the actions of Kinetics-400; features are taken before it"},
    ),
    "slowonly": Scheme(
        "mmaction's SlowOnly R50 (slowonly_r50_4x16x1 on Kinetics-400)",
        _slow_only_from_mmaction,
        lambda: SlowOnlyTower().state_dict(),
        {"normalize": "imagenet"},
        {"cls_head.": "names the actions of Kinetics-400; features are taken before it"},
    ),
    "cavp": Scheme(
        "Diff-Foley's CAVP (cavp_epoch66.ckpt)",
        _from_cavp,
        _towers_of_cavp,
        {"normalize": "none", "fc1_twice": True},
    ),
}
PUBLISHED_KINDS = (*CONVERSIONS, "flan-t5")


def convert(kind: str, state: dict[str, Tensor]) -> Conversion:
    """A state dict in the names of this package, with an account of every key."""
    scheme = CONVERSIONS[kind]
    with torch.device("meta"):
        expected = scheme.expected()
    done = Conversion(kind, settings=dict(scheme.settings))
    for name, value in state.items():
        done.take(name, value, scheme.rename(name), expected)
    done.explain(scheme.left_out)
    done.missing = sorted(
        expected.keys() - done.weights.keys() - {scheme.rename(line.split(":")[0]) for line in done.misshapen}
    )
    return done


def start_published(model: PaperCVALP, folder: Path) -> None:
    """Loads one converted checkpoint (a folder of `ta-v2a weights import`) into the tower or
    towers it belongs to, strictly.

    PANNs' weights also start a tower that hears 128 bands: all but its input normalisation
    and front end, as in Diff-Foley.

    Raises:
        ValueError: the folder holds no such weights, or the model is another one than they need.
    """
    if not (folder / CARD_FILE).is_file():
        raise ValueError(f"{folder} holds no imported weights: ta-v2a weights import KIND FILE -o {folder}")
    card, weights = json.loads((folder / CARD_FILE).read_text()), load_file(folder / PUBLISHED_WEIGHTS_FILE)
    kind = card["kind"]
    fresh_input = kind.startswith("panns") and model.config.sound == "mel128"
    for name, value in card["settings"].items():
        have = getattr(model.config, name)
        have = SIZES.get(have, have) if name == "text_size" and isinstance(have, str) else have
        if have != value and not (fresh_input and name == "sound"):
            raise ValueError(f"the weights in {folder} need {name}: {value!r}, the model has {have!r}")
    if kind == "cavp":
        scale = weights.pop("logit_scale")
        left = [
            k
            for k in model.load_state_dict(weights, strict=False).missing_keys
            if not k.startswith(("text.", "text_head."))
        ]
        if left != ["log_scale"]:
            raise ValueError(f"the weights in {folder} lack {', '.join(left)}")
        with torch.no_grad():
            model.log_scale[1:] = scale
        keep_in_bounds(model.log_scale)
    elif fresh_input:
        own = {name: value for name, value in model.audio.state_dict().items() if name.startswith("bn0.")}
        model.audio.load_state_dict({k: v for k, v in weights.items() if not k.startswith(PANNS_OWN)} | own)
    else:
        tower: nn.Module = {"p": model.audio, "s": model.video, "f": model.text}[kind[0]]
        tower.load_state_dict(weights)
