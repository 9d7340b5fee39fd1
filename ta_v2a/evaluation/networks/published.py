"""Published embedding networks as roles: each loaded from a file or folder that the user names, never fetched, never replaced by another.

`NETWORK_ROLES` maps the names of `--network ROLE=PATH` to what they load. Roles whose networks are in no package that this one stands on
(ImageBind, I3D, C3D, Melception, Synchformer) take features that were computed elsewhere, one npz a clip: see `external_extractors`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation.networks.extractors import Arrays, Extractor, Modality, PictureInput, transformers_features
from ta_v2a.system.provenance import folder_sha256

CLIP_FRAMES = 48  # JavisDiT's CLIPSIM
CLAP_HZ, CLAP_S = 48_000, 10.0
EXTERNAL = {"features": 1, "logits": 1, "frames": 2, "patches": 2, "offsets": 2}
"""Axes of the arrays that may come from elsewhere, see `ta_v2a.evaluation.networks.extractors`."""
VGGISH_LAYERS = (64, 0, 128, 0, 256, 256, 0, 512, 512, 0)  # channels, 0 halves (Hershey et al. 2017)
VGGISH_HZ, VGGISH_PATCH_FRAMES = 16_000, 96


def _state(path: str | Path) -> dict[str, Any]:
    """Tensors of a .pth or .safetensors file, without running code from it.

    Raises:
        UserError: if it cannot be read so.
    """
    from ta_v2a.presets.checkpoint import read_checkpoint

    state = read_checkpoint(Path(path))
    state = state.get("model", state) if isinstance(state, dict) else {}
    return {name: value for name, value in state.items() if isinstance(name, str)} if isinstance(state, dict) else {}


def _fill(network: Any, state: dict[str, Any], path: str | Path, what: str) -> Any:
    try:
        network.load_state_dict(state)
    except (RuntimeError, AttributeError, TypeError) as error:
        raise UserError(f"{path}: holds other weights than {what}'s: {one_line(error)}") from error
    if not all(bool(value.isfinite().all()) for value in network.state_dict().values() if value.is_floating_point()):
        raise UserError(f"{path}: holds NaN or infinite weights")
    return network.eval()


def panns_extractors(path: str | Path, form: str = "panns16k") -> list[Extractor]:
    """PANNs Cnn14 of a checkpoint: 2048 features, logits of AudioSet's 527 classes (before the sigmoid).

    Args:
        form: a key of `cvalp.paper.cnn14.FRONT_ENDS`; the 16 kHz form is audioldm_eval's.

    Raises:
        UserError: if the file is no Cnn14 of that form.
    """
    import torch

    from cvalp.paper.cnn14 import FRONT_ENDS
    from cvalp.paper.panns import import_panns

    end = FRONT_ENDS[form]
    cnn14 = import_panns().models.Cnn14(*end[:3], 64, *end[3:], 527)
    network = _fill(cnn14, _state(path), path, "Cnn14")

    def run(wave: np.ndarray, rate: int) -> Arrays:
        wave = wave - wave.mean()
        # audioldm_eval pads to 2 s; five halvings in time need about 1 s.
        wave = np.pad(wave, (0, max(0, 2 * rate - len(wave)))).astype(np.float32)
        with torch.inference_mode():
            features = network(torch.from_numpy(wave)[None])["embedding"]
            logits = network.fc_audioset(features)
        return {"features": features[0].numpy(), "logits": logits[0].numpy()}

    return [Extractor(form, "sound", run, end.sample_rate_hz, folder_sha256(path))]


def vggish_extractors(path: str | Path) -> list[Extractor]:
    """VGGish as audioldm_eval has it: patches of 0.96 s, 128 numbers each, no PCA, the last ReLU dropped.

    The file holds torchvggish's keys (`features.N.*`, `embeddings.N.*`). Front end of Hershey et al. 2017: 25 ms Hann windows each 10 ms,
    FFT 512, magnitude, 64 HTK mel bands of 125-7500 Hz, log(mel + 0.01).

    Raises:
        UserError: if the file holds other weights.
    """
    import torch

    network = _fill(vggish_network(), {k: v for k, v in _state(path).items() if not k.startswith("pproc.")}, path, "VGGish")
    filters, window = torch.from_numpy(vggish_filters()), torch.hann_window(400)

    def run(wave: np.ndarray, rate: int) -> Arrays:
        least = 160 * (VGGISH_PATCH_FRAMES - 1) + 400
        wave = np.pad(wave, (0, max(0, least - len(wave)))).astype(np.float32)
        with torch.inference_mode():
            frames = torch.from_numpy(wave).unfold(0, 400, 160) * window
            mel = torch.log(torch.fft.rfft(frames, 512).abs() @ filters + 0.01)
            patches = mel[: len(mel) // VGGISH_PATCH_FRAMES * VGGISH_PATCH_FRAMES].view(-1, 1, VGGISH_PATCH_FRAMES, 64)
            out = network.embeddings(network.features(patches).permute(0, 2, 3, 1).flatten(1))
        return {"patches": out.numpy(), "features": out.mean(dim=0).numpy()}

    return [Extractor("vggish", "sound", run, VGGISH_HZ, folder_sha256(path))]


def vggish_filters() -> np.ndarray:
    """(257, 64) float32 triangles of VGGish's front end: straight on the mel scale, where torchaudio's are straight in Hz; no DC."""
    low, high = 1127 * np.log1p(np.array([125.0, 7500.0]) / 700)
    edges = np.linspace(low, high, 66)
    bins = 1127 * np.log1p(np.linspace(0, VGGISH_HZ / 2, 257) / 700)[:, None]
    rising, falling = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    filters = np.maximum(0, np.minimum(rising, falling))
    filters[0] = 0
    return filters.astype(np.float32)


def vggish_network() -> Any:
    """The network with random weights; `embeddings` ends in a linear layer."""
    from torch import nn

    layers: list[nn.Module] = []
    channels = 1
    for width in VGGISH_LAYERS:
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()] if width else [nn.MaxPool2d(2, 2)]
        channels = width or channels
    network = nn.Module()
    network.features = nn.Sequential(*layers)
    network.embeddings = nn.Sequential(nn.Linear(512 * 4 * 6, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128))
    return network


def _pretrained(kind: str, folder: str | Path) -> tuple[Any, Any]:
    """Model and processor of a local transformers folder, nothing fetched."""
    if not (Path(folder) / "config.json").is_file():
        raise UserError(f"{folder}: no folder of a transformers model (no config.json)")
    import transformers

    try:
        # float32 whatever the file holds: half precision moves the scores.
        model = getattr(transformers, f"{kind}Model").from_pretrained(str(folder), local_files_only=True, dtype="float32")
        processor = getattr(transformers, f"{kind}Processor").from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # transformers refuses wrong files in many ways
        raise UserError(f"{folder}: cannot be loaded as {kind}: {one_line(error)}") from error
    return model.eval(), processor


def clap_extractors(folder: str | Path) -> list[Extractor]:
    """CLAP of a local transformers folder: the first 10 s at 48 kHz, and text, in one space.

    Raises:
        UserError: if it is no CLAP.
    """
    import torch

    model, processor = _pretrained("Clap", folder)
    sha256 = folder_sha256(folder)

    def sound(wave: np.ndarray, rate: int) -> Arrays:
        # Longer sounds would be cut at a random place by the processor.
        inputs = processor.feature_extractor(wave[: round(CLAP_S * rate)], sampling_rate=rate, return_tensors="pt")
        with torch.inference_mode():
            return {"features": transformers_features(model.get_audio_features(**inputs))[0].numpy()}

    def text(words: str) -> Arrays:
        with torch.inference_mode():
            inputs = processor.tokenizer([words], return_tensors="pt", truncation=True)
            return {"features": transformers_features(model.get_text_features(**inputs))[0].numpy()}

    return [Extractor("clap", "sound", sound, CLAP_HZ, sha256), Extractor("clap", "text", text, 0, sha256)]


def clip_extractors(folder: str | Path) -> list[Extractor]:
    """CLIP of a local transformers folder: 48 pictures spread over the clip, and text.

    Raises:
        UserError: if it is no CLIP.
    """
    import torch

    from ta_v2a.media.reading.frames import colour_frames

    model, processor = _pretrained("CLIP", folder)
    sha256 = folder_sha256(folder)

    def picture(given: PictureInput) -> Arrays:
        times_s = (np.arange(CLIP_FRAMES) + 0.5) / CLIP_FRAMES * given.clip.duration_s
        pictures = colour_frames(given.clip, np.zeros(1) if given.static else times_s, 256)
        with torch.inference_mode():
            inputs = processor.image_processor(list(pictures), return_tensors="pt")
            frames = transformers_features(model.get_image_features(**inputs)).numpy()
        return {"frames": frames, "features": frames.mean(axis=0)}

    def text(words: str) -> Arrays:
        with torch.inference_mode():
            inputs = processor.tokenizer([words], return_tensors="pt", truncation=True)
            return {"features": transformers_features(model.get_text_features(**inputs))[0].numpy()}

    return [Extractor("clip", "picture", picture, 0, sha256), Extractor("clip", "text", text, 0, sha256)]


def external_extractors(role: str, folder: str | Path, modalities: tuple[Modality, ...], needed: tuple[str, ...]) -> list[Extractor]:
    """Features computed elsewhere: `FOLDER/SIDE/CLIP.npz`, SIDE "generated" or "reference" (or FOLDER/CLIP.npz for both).

    An npz holds arrays of the names in `ta_v2a.evaluation.networks.extractors`. With several modalities (ImageBind) the names are prefixed:
    sound_features, picture_features, picture_frames, text_features.

    Raises:
        UserError: if the folder holds no npz; later, for a clip without one or without the arrays.
    """
    folder = Path(folder)
    if not any(folder.rglob("*.npz")):
        raise UserError(f"{folder}: holds no .npz file of {role} features")

    def reader(modality: Modality) -> Callable[..., Arrays]:
        def run(side: str, name: str) -> Arrays:
            path = next((p for p in (folder / side / f"{name}.npz", folder / f"{name}.npz") if p.is_file()), None)
            if path is None:
                raise UserError(f"{name}: no {role} features of it in {folder}")
            try:
                with np.load(path, allow_pickle=False) as held:
                    prefix = f"{modality}_" if len(modalities) > 1 else ""
                    arrays = {key.removeprefix(prefix): held[key] for key in held.files if key.startswith(prefix)}
            except Exception as error:  # a damaged file may be refused in any way
                raise UserError(f"{path}: cannot be read ({one_line(error)})") from error
            for key, array in arrays.items():
                numbers = array.dtype.kind in "fiu" and array.size and np.isfinite(array).all()
                if key in EXTERNAL and not (numbers and array.ndim == EXTERNAL[key]):
                    axes = "one axis" if EXTERNAL[key] == 1 else "two axes"
                    raise UserError(f"{path}: {prefix}{key} is no array of {axes} that holds finite numbers")
            if not any(key in arrays for key in needed):
                raise UserError(f"{path}: holds none of the arrays {', '.join(prefix + key for key in needed)}")
            return arrays

        return run

    sha256 = folder_sha256(folder)
    return [Extractor(role, each, reader(each), 0, sha256, by_file=True) for each in modalities]


NETWORK_ROLES: dict[str, Callable[[str], list[Extractor]]] = {
    "panns16k": lambda path: panns_extractors(path, "panns16k"),
    "panns32k": lambda path: panns_extractors(path, "panns32k"),
    "vggish": vggish_extractors,
    "clap": clap_extractors,
    "clip": clip_extractors,
    "melception": lambda path: external_extractors("melception", path, ("sound",), ("features", "logits")),
    "imagebind": lambda path: external_extractors("imagebind", path, ("sound", "picture", "text"), ("features", "frames")),
    "embedding": lambda path: external_extractors("embedding", path, ("sound",), ("features", "patches")),
    "i3d": lambda path: external_extractors("i3d", path, ("picture",), ("features",)),
    "c3d": lambda path: external_extractors("c3d", path, ("picture",), ("logits",)),
    "synchformer": lambda path: external_extractors("synchformer", path, ("sound",), ("offsets",)),
}


def load_roles(given: list[str]) -> list[Extractor]:
    """Extractors of "ROLE=PATH" items.

    Raises:
        UserError: for an unknown role, a role named twice, or a path that does not hold it.
    """
    loaded: list[Extractor] = []
    for item in given:
        role, _, path = item.partition("=")
        if role not in NETWORK_ROLES or not path:
            raise UserError(f"--network {item}: write ROLE=PATH with a role of {', '.join(NETWORK_ROLES)}")
        if any(extractor.key == role for extractor in loaded):
            raise UserError(f"--network {role} is named twice")
        if not Path(path).exists():
            raise UserError(f"--network {role}: {path} does not exist")
        loaded += NETWORK_ROLES[role](path)
    return loaded
