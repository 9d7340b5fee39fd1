"""Published networks at their real sizes, in files as their authors publish them, with random weights, through `ta-v2a evaluate`'s roles.

    .venv/bin/python benchmarks/real_networks.py --clips 2

Writes CLIP ViT-B/32, CLAP (HTSAT-base), Cnn14 at 16 kHz and VGGish into a temporary folder (2 GB), loads each as `--network ROLE=PATH`
does, lets it read clips of the stage, and scores them. Films are read by torchvision's R3D-18 outside, as the features that the role `i3d`
takes. Random weights say nothing of quality: what is tried is that files, sizes and shapes fit. Prints one JSON object and, on standard
error, the table: parameters, SHA-256, seconds to load, processor seconds a clip. `--only` leaves networks out.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measuring import begun, keep, number, options, show

from ta_v2a.evaluation.report.results import machine

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FILM_FRAMES, FILM_PX = 16, 112


def parameters(network: Any) -> int:
    """How many numbers are learnt in it."""
    return sum(p.numel() for p in network.parameters())


def filled(words: list[str], size: int) -> dict[str, int]:
    """A vocabulary of the published size: letters first, then words that no text holds."""
    return {word: i for i, word in enumerate([*words, *(f"<unused{i}>" for i in range(size - len(words)))])}


def write_clip(folder: Path) -> int:
    """ViT-B/32, as openai/clip-vit-base-patch32 lies on the hub: pytorch_model.bin with the position ids that newer versions drop."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTokenizer

    network = CLIPModel(CLIPConfig())  # its defaults are ViT-B/32
    network.config.save_pretrained(folder)
    ids = {f"{part}_model.embeddings.position_ids": torch.arange(n)[None] for part, n in (("text", 77), ("vision", 50))}
    torch.save({**network.state_dict(), **ids}, folder / "pytorch_model.bin")
    vocabulary = filled([*LETTERS, *(f"{letter}</w>" for letter in LETTERS)], 49_406)
    vocabulary |= {"<|startoftext|>": 49_406, "<|endoftext|>": 49_407}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77)
    image_processor = CLIPImageProcessor(size={"shortest_edge": 224}, crop_size={"height": 224, "width": 224})
    CLIPProcessor(image_processor, tokenizer).save_pretrained(folder)
    return parameters(network)


def write_clap(folder: Path) -> int:
    """HTSAT-base, as laion/larger_clap_general has it."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, ClapProcessor, RobertaTokenizer

    sound = {"depths": [2, 2, 12, 2], "patch_embeds_hidden_size": 128, "hidden_size": 1024}
    network = ClapModel(ClapConfig(audio_config=sound))
    vocabulary = filled(["<s>", "<pad>", "</s>", "<unk>", *LETTERS, "Ġ"], 50_264) | {"<mask>": 50_264}
    tokenizer = RobertaTokenizer(vocab=vocabulary, merges=[], model_max_length=512)
    ClapProcessor(ClapFeatureExtractor(truncation="rand_trunc"), tokenizer).save_pretrained(folder)
    network.save_pretrained(folder)
    return parameters(network)


def write_panns(folder: Path) -> int:
    """Cnn14 at 16 kHz with what its authors' training left in the file beside the weights: numpy arrays of the sampler."""
    import torch

    from cvalp.paper.panns import import_panns

    import_panns()
    from panns_inference.models import Cnn14

    network = Cnn14(16_000, 512, 160, 64, 50, 8_000, 527)
    sampler = {"indexes": np.arange(9), "queue": [], "pointer": 0}
    torch.save({"iteration": 1, "model": network.state_dict(), "sampler": sampler}, folder / "Cnn14_16k.pth")
    return parameters(network)


def write_vggish(folder: Path) -> int:
    """VGGish with torchvggish's keys."""
    import torch

    from ta_v2a.evaluation.networks.published import vggish_network

    network = vggish_network()
    torch.save(network.state_dict(), folder / "vggish.pth")
    return parameters(network)


NETWORKS: dict[str, tuple[Callable[[Path], int], str]] = {
    # role: what writes it, the file to name ("" for the folder)
    "clip": (write_clip, ""),
    "clap": (write_clap, ""),
    "panns16k": (write_panns, "Cnn14_16k.pth"),
    "vggish": (write_vggish, "vggish.pth"),
}


def write_film_features(sides: dict[str, Path], out: Path) -> int:
    """Features of R3D-18 over 16 pictures of every film, one npz a clip: what a user does for a network that no package brings."""
    import torch
    from torchvision.models.video import r3d_18

    from ta_v2a.media.reading.frames import colour_frames
    from ta_v2a.media.reading.probe import probe

    network = r3d_18().eval()
    for side, folder in sides.items():
        (out / side).mkdir(parents=True)
        for film in sorted(folder.glob("*.mp4")):
            clip = probe(film)
            times_s = (np.arange(FILM_FRAMES) + 0.5) / FILM_FRAMES * clip.duration_s
            pictures = torch.from_numpy(colour_frames(clip, times_s, FILM_PX, FILM_PX)).permute(3, 0, 1, 2) / 127.5 - 1
            with torch.inference_mode():
                np.savez(out / side / f"{film.stem}.npz", features=network(pictures[None])[0].numpy())
    return parameters(network)


def write_clips(folder: Path, n: int) -> dict[str, Path]:
    """2 n scenes of the stage: the first half is the truth, the second goes by the names of the first as what was generated."""
    from ta_v2a.stage.export import write_split

    write_split(folder / "all", "test", 2 * n, 8.192, 160, 120, 12.5, silent=True)
    stems = sorted(path.with_suffix("") for path in (folder / "all").glob("*.mp4"))
    sides = {"generated": folder / "generated", "reference": folder / "reference"}
    for side in sides.values():
        side.mkdir()
    for made, true in zip(stems[n:], stems[:n], strict=True):
        for ending in (".mp4", ".wav"):
            shutil.move(made.with_suffix(ending), sides["generated"] / f"{true.name}{ending}")
        for ending in (".mp4", ".wav", ".json"):
            shutil.move(true.with_suffix(ending), sides["reference"] / f"{true.name}{ending}")
    return sides


def tried(extractor: Any, film: Path) -> tuple[float, dict[str, list[int]]]:
    """Processor seconds and the shapes of the arrays of one extractor on one clip."""
    from ta_v2a.evaluation.metrics.agreement import read_sound
    from ta_v2a.evaluation.networks.extractors import PictureInput
    from ta_v2a.media.reading.probe import probe

    given: tuple[Any, ...] = ("a dog barks twice",)
    if extractor.modality == "sound":
        given = (read_sound(film.with_suffix(".wav"), extractor.rate_hz), extractor.rate_hz)
    elif extractor.modality == "picture":
        given = (PictureInput(probe(film)),)
    began = time.process_time()
    arrays = extractor.run(*given)
    return time.process_time() - began, {name: list(array.shape) for name, array in arrays.items()}


def main() -> None:
    """Writes, loads, reads, scores and prints."""
    parser = options(__doc__)
    parser.add_argument("--clips", type=int, default=2, help="clips that are scored, at least 2")
    parser.add_argument("--only", nargs="+", choices=[*NETWORKS, "i3d"], default=[*NETWORKS, "i3d"], help="roles")
    given = parser.parse_args()
    noted = begun(given)
    from ta_v2a.evaluation.folders.command import evaluate_folders
    from ta_v2a.evaluation.networks.published import load_roles

    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as temporary:
        folder = Path(temporary)
        sides = write_clips(folder, given.clips)
        film = next(sides["reference"].glob("*.mp4"))
        extractors, loaded = [], {}
        for role in given.only:
            place = folder / role
            place.mkdir()
            if role == "i3d":
                size, path = write_film_features(sides, place), place
            else:
                write, name = NETWORKS[role]
                size, path = write(place), place / name
            began = time.process_time()
            found = load_roles([f"{role}={path}"])
            load_s = time.process_time() - began
            reads = {} if role == "i3d" else {one.modality: tried(one, film) for one in found}
            loaded[role] = {
                "parameters": size,
                "sha256": found[0].sha256,
                "load_cpu_s": round(load_s, 2),
                "clip_cpu_s": {kind: round(seconds, 3) for kind, (seconds, _) in reads.items()},
                "arrays": {kind: shapes for kind, (_, shapes) in reads.items()},
            }
            extractors += found
        result, _ = evaluate_folders("t2av", sides["generated"], sides["reference"], extractors, baselines=0, cache=folder / "cache")
    scores = {f"{row['metric']}/{row['variant']}": row["value"] for row in result["scores"]}
    report = {"clips": result["n"], "machine": machine(), "networks": loaded, "scores": scores}
    rows, figures = [], []
    for role, row in loaded.items():
        figures.append(number("parameters", role, row["parameters"], variant="count"))
        figures.append(number("time", f"{role}: loading", row["load_cpu_s"], "s", n=1, variant="processor"))
        for kind, value in row["clip_cpu_s"].items():
            figures.append(number("time", f"{role}: a clip's {kind}", value, "s", n=1, variant="processor"))
        seconds = " ".join(f"{kind} {value:.3f}" for kind, value in row["clip_cpu_s"].items())
        rows.append((role, f"{row['parameters'] / 1e6:.1f} M", row["sha256"][:12], row["load_cpu_s"], seconds))
    show(report, ("role", "parameters", "SHA-256", "load CPU s", "CPU s a clip"), rows)
    keep(noted, "published networks with random weights", figures, result["n"])


if __name__ == "__main__":
    main()
