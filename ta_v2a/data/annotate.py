"""`ta-v2a data annotate`: what is seen and what is heard in the clips of a manifest, as one caption each
(TAVGBench, Mao et al. 2024, section 3.2).

One JSON object a line, the settings first. A line is written whole or not at all, and a second run goes on
after the last whole line, whenever the first was killed.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch

from cvalp.features import as_input, film_features
from prompts.audible_caption import Merger, sentences_and_words
from ta_v2a.data.film_clips import ClipProblem, read_clip
from ta_v2a.data.manifests import Row
from ta_v2a.engine.captioning import bank_vectors, label_bank, scored
from ta_v2a.errors import UserError
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel

SECOND_SHARE = 0.3
"""A second label is named where it has at least this share of the bank, and half of the first's."""


@dataclass(frozen=True)
class ReadClip:
    """A clip for the describers.

    Attributes:
        row: of the manifest.
        frames, wave: see `ta_v2a.data.film_clips.read_clip`.
    """

    row: Row
    frames: np.ndarray
    wave: np.ndarray


@runtime_checkable
class Describer(Protocol):
    """Says what is seen, or what is heard, in a clip."""

    def describe(self, clip: ReadClip) -> dict[str, Any]:
        """{"words", and whatever tells how sure that is}."""


class LabelDescriber:
    """The labels of a bank whose text lies nearest to what is seen, or to what is heard.

    Args:
        cvalp: encoders of either size that read luma or colour as the clips have it.
        spec: the clock of the clips.
        sense: "seen" or "heard".
        labels: a file of labels, see `label_bank`.
    """

    def __init__(self, cvalp: Any, spec: ClipSpec, sense: str, labels: str | None = None):
        self.cvalp, self.sense, self.log_mel = cvalp, sense, LogMel(spec)
        bank = label_bank(labels)
        self.names, self.vectors = list(bank), bank_vectors(bank, cvalp)

    @torch.inference_mode()
    def describe(self, clip: ReadClip) -> dict[str, Any]:
        """The best label, and the second where it is nearly as good."""
        if self.sense == "seen":
            frames = as_input(torch.from_numpy(clip.frames)[None])
            tokens = film_features(self.cvalp, frames)[0, :, : self.cvalp.text_width]
        else:
            tokens = self.cvalp.encode_audio(self.log_mel(torch.from_numpy(clip.wave)[None]))[0]
        vector = torch.nn.functional.normalize(tokens.float().mean(0), dim=-1)
        cosines, shares = scored(vector, self.vectors, float(self.cvalp.scales()[0]))
        first, second = shares.argsort(descending=True)[:2].tolist()
        named = [first]
        if shares[second] >= max(SECOND_SHARE, float(shares[first]) / 2):
            named.append(second)
        return {
            "words": " and ".join(self.names[index] for index in named),
            "shares": [round(float(shares[index]), 4) for index in named],
            "cosines": [round(float(cosines[index]), 4) for index in named],
        }


class LookingDescriber:
    """A vision-language model's words for the clip's film (`ta_v2a.engine.looking.Looker`)."""

    def __init__(self, looker: Any):
        self.looker = looker

    def describe(self, clip: ReadClip) -> dict[str, Any]:
        from prompts.refining.language_model import first_sentence
        from ta_v2a.engine.looking import pictures_of
        from ta_v2a.media.reading.probe import probe

        assert clip.row.path is not None
        return {"words": first_sentence(self.looker.describe(pictures_of(probe(str(clip.row.path)))))}


def annotate(
    rows: list[Row],
    output: Path,
    spec: ClipSpec,
    colour: bool,
    seen: Describer,
    heard: Describer,
    merger: Merger,
    settings: dict[str, Any],
    advance: Callable[[int, int], None],
) -> dict[str, Any]:
    """Describes every clip that the file does not have yet.

    Returns:
        {"annotations": the file, "new", "clips", "hours", "audio", "video": whether described, "method",
        "sentences", "words": means, as TAVGBench's Table 1, "problems": [{"key", "clip", "status", "why"}]}.

    Raises:
        UserError: the file is of other settings, or no annotations.
    """
    told = {**settings, "clip": asdict(spec)}
    done = _kept(output, told)
    new, problems = 0, []
    with output.open("a", encoding="utf-8") as stream:
        if not output.stat().st_size:
            _append(stream, {"settings": told})
        for number, row in enumerate(rows, 1):
            if row.key not in done:
                entry = _annotated(row, spec, colour, seen, heard, merger)
                _append(stream, entry)
                done[row.key] = entry
                new += 1
            if done[row.key]["status"] != "ok":
                problems.append({name: done[row.key][name] for name in ("key", "clip", "status", "why")})
            advance(number, len(rows))
    found = [done[row.key] for row in rows if done[row.key]["status"] == "ok"]
    return {"annotations": str(output), "new": new, **statistics(found, spec), "problems": problems}


def statistics(entries: list[dict[str, Any]], spec: ClipSpec) -> dict[str, Any]:
    """What TAVGBench's Table 1 says of a data set."""
    counts = np.array([sentences_and_words(entry["caption"]) for entry in entries], float).reshape(-1, 2)
    means = counts.mean(0) if len(counts) else (0.0, 0.0)
    return {
        "clips": len(entries),
        "hours": round(len(entries) * spec.duration_s / 3600, 4),
        "audio": any(entry["heard"]["words"] for entry in entries),
        "video": any(entry["seen"]["words"] for entry in entries),
        "method": "automatic caption",
        "sentences": round(float(means[0]), 2),
        "words": round(float(means[1]), 2),
    }


def _annotated(
    row: Row, spec: ClipSpec, colour: bool, seen: Describer, heard: Describer, merger: Merger
) -> dict[str, Any]:
    facts = {"key": row.key, "clip": row.named, "start_s": row.start_s, "split": row.split}
    try:
        clip = ReadClip(row, *read_clip(row.path, row.start_s, spec, colour))
    except ClipProblem as problem:
        return {**facts, "status": problem.status, "why": problem.why}
    looks, sounds = seen.describe(clip), heard.describe(clip)
    merged = merger.merge(looks["words"], sounds["words"])
    return {
        **facts,
        "status": "ok",
        "seen": {**looks, "rephrased": merged.seen},
        "heard": {**sounds, "rephrased": merged.heard},
        "caption": merged.caption,
    }


def _append(stream: Any, entry: dict[str, Any]) -> None:
    """One line, on the disk before the next is begun."""
    stream.write(json.dumps(entry, ensure_ascii=False) + "\n")
    stream.flush()
    os.fsync(stream.fileno())


def _lines(output: Path) -> Iterator[dict[str, Any]]:
    """The whole lines of a file; one that a killed run left unfinished is cut off."""
    whole = 0
    content = output.read_bytes()
    for line in content.splitlines(keepends=True):
        if not line.endswith(b"\n"):
            break
        try:
            entry = json.loads(line)
        except ValueError:
            raise UserError(f"{output} holds no annotations: line {line[:40]!r}") from None
        if not isinstance(entry, dict):
            raise UserError(f"{output} holds no annotations: line {line[:40]!r}")
        whole += len(line)
        yield entry
    if whole < len(content):
        with output.open("r+b") as stream:
            stream.truncate(whole)


def _kept(output: Path, settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What an earlier run has written, by key."""
    if not output.exists():
        return {}
    lines = list(_lines(output))
    if not lines:
        return {}
    first, *entries = lines
    if "settings" not in first or not all("key" in entry for entry in entries):
        raise UserError(f"{output} holds no annotations: name another file")
    if first["settings"] != json.loads(json.dumps(settings)):
        raise UserError(f"{output} was begun with other settings: name another file, or remove it")
    return {entry["key"]: entry for entry in entries}
