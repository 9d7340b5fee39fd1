"""Latents and video features of many scenes, kept on disk in shards: what takes long is computed once."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from rich.progress import track
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.utils.data import DataLoader

from cvalp.features import film_features
from cvalp.role import Encoders
from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS, Examples, said
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp
from ta_v2a.system.processes import follow_parent
from vocoders.mel import LogMel

SHARD = 64
NAMES = ("latents", "without", "kinds")
"""Tensors of every shard; `video` is one more where the world is seen."""
MEL_NAMES = ("latents", "mel", "text", "kinds", "video")
"""Tensors of a shard with mels and words in place of second sounds."""
TEXTS = CAPTIONS + 2 * FEWER_CAPTIONS
"""Wordings a row, see `ta_v2a.data.examples.said`."""


def feature_shard(folder: Path, seeds: range) -> Path:
    """Where the rows of `seeds` are kept; a last shard that is not full has a name of its own."""
    return folder / (
        f"{seeds[0]}.safetensors" if len(seeds) == SHARD else f"{seeds[0]}-{len(seeds)}.safetensors"
    )


def shards_of(seeds: range) -> list[range]:
    """The seeds of every shard."""
    return [seeds[start : start + SHARD] for start in range(0, len(seeds), SHARD)]


def _is_whole(shard: Path, rows: int, names: Sequence[str]) -> bool:
    """Whether a file is a shard of so many rows. Only its header is read, which says how long the file is."""
    try:
        with safe_open(shard, "pt") as tensors:
            return all(tensors.get_slice(name).get_shape()[0] == rows for name in names) and bool(
                tensors.metadata()["facts"]
            )
    except (OSError, SafetensorError, KeyError, TypeError):
        return False


def read_facts(shard: Path) -> list[str]:
    """What every row of a shard says of its scene, see `ta_v2a.data.examples.said`."""
    with safe_open(shard, "pt") as tensors:
        return json.loads(tensors.metadata()["facts"])


def read_rows(shard: Path, wanted: Sequence[str]) -> dict[str, torch.Tensor]:
    """Those tensors of a shard that it has."""
    with safe_open(shard, "pt") as tensors:
        kept = set(tensors.keys())
        return {name: tensors.get_tensor(name) for name in wanted if name in kept}


@torch.no_grad()
def text_features(facts: Sequence[str], seeds: Sequence[int], cvalp: Encoders) -> torch.Tensor:
    """(rows, 8, C) half precision: E_l of what is said of every row; zero where nothing is."""
    rows = []
    starts: Any = range(0, len(facts), SHARD)
    for start in track(starts, "text features") if len(facts) > SHARD else starts:
        texts = [
            text for i in range(start, min(start + SHARD, len(facts))) for text in said(facts[i], seeds[i])
        ]
        encoded = cvalp.encode_text(texts)
        there = torch.tensor([bool(text) for text in texts], device=encoded.device)
        rows.append((encoded * there[:, None]).unflatten(0, (-1, TEXTS)).half().cpu())
    return torch.cat(rows)


@torch.no_grad()
def write_features(
    examples: Examples,
    seeds: range,
    folder: Path,
    cvalp_file: Path,
    tokenizer_file: Path,
    vae_file: Path,
    workers: int,
    mels: bool = False,
    part: int = 0,
    parts: int = 1,
) -> None:
    """Computes the missing and the damaged shards of `seeds`: a killed run goes on where it stopped.

    Of several processes each makes its own shards, every `parts`-th from `part` on.

    A shard holds, half precision: `latents` and `without` (64, 48, columns), `kinds` (64, 29) and, where the
    world is seen, `video` (64, columns, 264); with `mels` no `without`, but `mel` (64, bands, frames) and
    `text` (64, 8, 256), see `text_features`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = MEL_NAMES if mels else NAMES if examples.world == "unseen" else (*NAMES, "video")
    own = shards_of(seeds)[part::parts]
    missing = [s for s in own if not _is_whole(feature_shard(folder, s), len(s), names)]
    if not missing:
        return
    cvalp, vae, log_mel = (
        mini_cvalp(cvalp_file, tokenizer_file),
        mini_autoencoder(vae_file),
        LogMel(examples.spec),
    )
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    for network in (cvalp, vae, log_mel):
        network.to(device)
    examples.seeds = [seed for shard in missing for seed in shard]
    loader = DataLoader(
        examples,
        max(1, SHARD // 8),
        num_workers=workers,
        worker_init_fn=follow_parent,
        prefetch_factor=4 if workers else None,
    )
    rows: list[dict[str, torch.Tensor]] = []
    facts: list[str] = []
    for batch in track(loader, f"features of the {examples.world} world"):
        heard = {
            name: log_mel(batch[wave].to(device))
            for name, wave in (("latents", "wave"), ("without", "without"))
            if wave in batch
        }
        row = {name: vae.encode(mel).mean.half().cpu() for name, mel in heard.items()}
        if mels:
            row["mel"] = heard["latents"].half().cpu()
        row["kinds"] = batch["kinds"].half()
        if "frames" in batch:
            with torch.autocast(device.type, torch.bfloat16):
                row["video"] = film_features(cvalp, batch["frames"].to(device).float() / 255).half().cpu()
        rows.append(row)
        facts += batch["facts"]
        if len(facts) == len(missing[0]):
            done = missing.pop(0)
            target = feature_shard(folder, done)
            whole = {name: torch.cat([r[name] for r in rows]).contiguous() for name in rows[0]}
            if mels:
                whole["text"] = text_features(facts, done, cvalp)
            written = target.with_suffix(f".{os.getpid()}.part")  # other trainings may write it, too
            save_file(whole, written, metadata={"facts": json.dumps(facts)})
            written.replace(target)
            rows, facts = [], []
