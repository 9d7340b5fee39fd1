"""The stage benchmark: unseen scenes with exact truth, beside what the decoder could reach at best and what chance reaches.

Every scene of the test split is heard five times: as generated, as rendered (`true_sound`), as rendered and then passed through the mel
autoencoder and the vocoder (`ceiling`), generated from another scene's picture (`shuffled_video`), and with another scene's prompt
(`shuffled_text`); the last two are what chance gives for timing and for class.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ta_v2a.errors import UserError
from ta_v2a.evaluation import statistics
from ta_v2a.evaluation.listener import KIND_NAMES, Listener, load_listener
from ta_v2a.evaluation.onsets import GAP_S, match, merge_close, onsets
from ta_v2a.stage.kinds import KINDS
from ta_v2a.stage.scene import SPLITS, Scene, plan
from vocoders.clock import MINI, ClipSpec
from vocoders.mel import LogMel

TOLERANCE_S = 0.050
CONDITIONS = ("generated", "ceiling", "true_sound", "shuffled_video", "shuffled_text")


@dataclass(frozen=True)
class Truth:
    """What a scene's sound should show.

    Args:
        events_s: event times of all its sources in seconds, those nearer than 50 ms taken as one; None in a scene without a source of
            one-shots, where sound has no clear onsets.
        kinds: what is heard.
        steering: (kind that the prompt names, kind that the picture shows) of the source where they differ, or None.
    """

    events_s: np.ndarray | None
    kinds: tuple[str, ...]
    steering: tuple[str, str] | None

    @classmethod
    def of(cls, scene: Scene) -> "Truth":
        times = [event.time_s for source in scene.sources for event in source.events]
        sharp = any(source.events and not KINDS[source.kind].continuous for source in scene.sources)
        contrary = next(((s.kind, s.look) for s in scene.sources if s.kind != s.look), None)
        return cls(merge_close(np.array(times), GAP_S) if sharp else None, tuple(s.kind for s in scene.sources), contrary)


@dataclass
class Tally:
    """Measurements of one condition, one entry per scene in the order of the seeds; nan or no row where a measure does not apply."""

    counts: list[np.ndarray] = field(default_factory=list)
    errors_s: list[np.ndarray] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    steered: list[float] = field(default_factory=list)

    def add(self, truth: Truth, wave: np.ndarray, logits: np.ndarray, rate: int) -> None:
        """One scene's sound (samples,) and the listener's logits (kinds,)."""
        if truth.events_s is None:
            self.counts.append(np.full(3, np.nan))
            self.errors_s.append(np.zeros(0))
        else:
            matching = match(onsets(wave, rate)[0], truth.events_s, TOLERANCE_S)
            self.counts.append(matching.counts)
            self.errors_s.append(np.abs(matching.errors_s))
        self.right.append(float(KIND_NAMES[int(np.argmax(logits))] in truth.kinds))
        if truth.steering is None:
            self.steered.append(float("nan"))
        else:
            said, seen = (logits[KIND_NAMES.index(kind)] for kind in truth.steering)
            self.steered.append(float(said > seen))

    def table(self) -> np.ndarray:
        """(scenes, 3) hits, found and true onsets; nan rows in scenes without clear onsets."""
        return np.array(self.counts)

    def report(self, alone: np.ndarray) -> dict[str, Any]:
        """All measures with their intervals; `alone` (scenes,) marks the scenes of one source."""
        counts, right = self.table(), np.array(self.right)
        counts = counts[np.isfinite(counts).all(axis=1)]
        error = statistics.pooled_median(self.errors_s)
        return {
            "onset_f1": statistics.pooled_f1(counts).as_dict(),
            "onset_precision": statistics.bootstrap(counts[:, [0, 1]], statistics.ratio).as_dict(),
            "onset_recall": statistics.bootstrap(counts[:, [0, 2]], statistics.ratio).as_dict(),
            "median_timing_error_s": error.as_dict(5),
            "class_accuracy": statistics.mean(right).as_dict(),
            "class_accuracy_one_source": statistics.mean(right[alone]).as_dict(),
            "text_steering": statistics.mean(self.steered).as_dict(),
        }


def render_scenes(scenes: list[Scene], spec: ClipSpec = MINI, bank: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (B, N, H, W) uint8 and sounds (B, samples) float32 of some scenes at the clip's own rates."""
    from ta_v2a.stage import picture, sound

    size = spec.picture_px
    pictures = np.stack([picture.render(scene, spec.picture_times_s, size, size) for scene in scenes])
    sounds = np.zeros((len(scenes), spec.samples), dtype=np.float32)
    for row, scene in zip(sounds, scenes, strict=True):
        wave = sound.render(scene, spec.sample_rate_hz, bank)[: spec.samples]
        row[: len(wave)] = wave
    return pictures, sounds


def through_decoder(pipeline: Any, sounds: np.ndarray, spec: ClipSpec = MINI, seed: int = 0) -> np.ndarray:
    """Sounds (B, samples) by way of log mel, autoencoder and vocoder: the best that the generator's own decoder allows."""
    device = next(pipeline.autoencoder.parameters()).device
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mel = LogMel(spec).to(device)(torch.from_numpy(sounds).to(device))
        latents = pipeline.autoencoder.encode(mel).mean
        waves = pipeline.vocoder(pipeline.autoencoder.decode(latents)).float().cpu().numpy()
    return waves[:, : sounds.shape[1]]


def hear(listener: Listener, sounds: np.ndarray, spec: ClipSpec = MINI) -> np.ndarray:
    """The listener's logits (B, kinds) for sounds (B, samples)."""
    device = next(listener.parameters()).device
    with torch.inference_mode():
        return listener(LogMel(spec).to(device)(torch.from_numpy(np.ascontiguousarray(sounds)).to(device))).float().cpu().numpy()


def evaluate_stage(
    pipeline: Any,
    n: int = 500,
    seed: int = 0,
    batch: int = 8,
    listener: Listener | None = None,
    chance_n: int | None = None,
    bank: Any = None,
    spec: ClipSpec = MINI,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Measures a pipeline on the first `n` scenes of the test split.

    Args:
        pipeline: has `generate(pictures, prompts, generator=..., **settings) -> (B, samples)`, `autoencoder` and `vocoder`.
        n: number of scenes, at least 2.
        seed: of the generator's noise; the scenes are always the same.
        batch: scenes generated at once (a few more in uneven parts); noise depends on it.
        listener: judge of the class; None loads the bundled one.
        chance_n: scenes generated with shuffled video and text as well; None takes all, fewer saves time.
        bank: a sound bank the scenes draw from; None takes synthesis.
        spec: the clock of the pipeline.
        progress: called with (scenes done, n).
        settings: handed to `generate` (steps, scales).

    Returns:
        A dict for JSON: per condition every measure as {value, low, high, n} with 95 % bootstrap intervals over scenes, `of_ceiling`
        (generated over ceiling, paired), counts, seconds.

    Raises:
        UserError: if n or the batch is too small, or there are no listener weights.
    """
    if n < 2 or batch < 2 or n > len(SPLITS["test"]):
        most = len(SPLITS["test"])
        raise UserError(f"the stage benchmark takes 2 to {most} scenes in batches of at least 2, not {n} in batches of {batch}")
    listener = listener if listener is not None else load_listener()
    chance_n = n if chance_n is None else min(chance_n, n)
    tallies = {name: Tally() for name in CONDITIONS}
    truths: list[Truth] = []
    seconds = dict.fromkeys(("render", "generate", "decode_truth", "measure"), 0.0)
    # Even parts: the last one has at least two scenes, so that it can be shuffled within itself.
    for part in np.array_split(np.arange(n), max(1, n // batch)):
        scenes = [plan(SPLITS["test"][int(i)], spec.duration_s) for i in part]
        noise_seed = seed * 1_000_003 + int(part[0])
        heard = _sounds(pipeline, scenes, noise_seed, bool(part[0] < chance_n), bank, spec, seconds, settings)
        began = time.perf_counter()
        part_truths = [Truth.of(scene) for scene in scenes]
        for name, waves in heard.items():
            for truth, wave, logits in zip(part_truths, waves, hear(listener, waves, spec), strict=True):
                tallies[name].add(truth, wave, logits, spec.sample_rate_hz)
        truths += part_truths
        seconds["measure"] += time.perf_counter() - began
        if progress is not None:
            progress(len(truths), n)
    return summarise(tallies, truths, {"n": n, "seed": seed, "batch": batch, "settings": settings, "seconds": seconds})


def _sounds(
    pipeline: Any,
    scenes: list[Scene],
    noise_seed: int,
    chance: bool,
    bank: Any,
    spec: ClipSpec,
    seconds: dict[str, float],
    settings: dict[str, Any],
) -> dict[str, np.ndarray]:
    """Sounds (B, samples) of some scenes under every condition; adds to `seconds` what each step took."""
    began = time.perf_counter()
    pictures, true = render_scenes(scenes, spec, bank)
    prompts = [scene.caption for scene in scenes]
    seconds["render"] += (rendered := time.perf_counter()) - began

    def generate(pictures: np.ndarray, prompts: list[str]) -> np.ndarray:
        # The same noise under every condition: only the picture or the prompt differs.
        generator = torch.Generator().manual_seed(noise_seed)
        return np.asarray(pipeline.generate(pictures, prompts, generator=generator, **settings), dtype=np.float32)

    heard = {"true_sound": true, "generated": generate(pictures, prompts)}
    if chance:
        heard["shuffled_video"] = generate(np.roll(pictures, 1, axis=0), prompts)
        heard["shuffled_text"] = generate(pictures, prompts[-1:] + prompts[:-1])
    seconds["generate"] += (generated := time.perf_counter()) - rendered
    heard["ceiling"] = through_decoder(pipeline, true, spec, noise_seed)
    seconds["decode_truth"] += time.perf_counter() - generated
    return heard


def summarise(tallies: dict[str, Tally], truths: list[Truth], about: dict[str, Any]) -> dict[str, Any]:
    """The benchmark's result from its tallies; `about` heads it."""
    alone = np.array([len(truth.kinds) == 1 for truth in truths])
    own, ceiling = tallies["generated"], tallies["ceiling"]
    sharp = np.array([truth.events_s is not None for truth in truths])
    families = [KINDS[truth.kinds[0]].family for truth in truths]
    total_s = sum(about["seconds"].values())
    return {
        **about,
        "seconds": {name: round(value, 2) for name, value in {**about["seconds"], "total": total_s}.items()},
        "tolerance_s": TOLERANCE_S,
        "scenes": {
            "with_events": int(sharp.sum()),
            "events": int(sum(len(truth.events_s) for truth in truths if truth.events_s is not None)),
            "one_source": int(alone.sum()),
            "contradicting": sum(truth.steering is not None for truth in truths),
        },
        "results": {name: tally.report(alone[: len(tally.right)]) for name, tally in tallies.items() if tally.right},
        "of_ceiling": {
            "onset_f1": statistics.ratio_of_f1(own.table()[sharp], ceiling.table()[sharp]).as_dict(),
            "class_accuracy": statistics.ratio_of_means(np.array(own.right), np.array(ceiling.right)).as_dict(),
        },
        "class_accuracy_by_family": {
            family: statistics.mean([right for right, other in zip(own.right, families, strict=True) if other == family]).as_dict()
            for family in dict.fromkeys(families)
        },
    }


def stage_command(
    weights: str | Path = "mini",
    n: int = 500,
    seed: int = 0,
    batch: int = 8,
    chance_n: int | None = None,
    listener: str | Path | None = None,
    bank: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    controls_n: int = 0,
    **settings: Any,
) -> dict[str, Any]:
    """`ta-v2a evaluate stage`: loads the pipeline and the listener and returns the result for JSON.

    With exactly the scenes of the frozen benchmark (n = 1,000, no bank) the result names it, after a check of its hash. `controls_n` scenes
    of two sources are tried with negative prompts and cues as well.

    Raises:
        UserError: if weights are missing or a number is out of range.
    """
    judge = load_listener(listener)
    from ta_v2a.pipeline import FoleyPipeline

    pipeline = FoleyPipeline.from_pretrained(str(weights))
    sounds = None
    if bank is not None:
        from ta_v2a.stage.bank import SoundBank

        try:
            sounds = SoundBank(Path(bank), split="test")
        except ValueError as error:
            raise UserError(str(error)) from error
    from ta_v2a.evaluation import frozen

    bench = frozen.checked_bench() if n == frozen.SCENES and bank is None else None
    result = {"benchmark": bench, **evaluate_stage(pipeline, n, seed, batch, judge, chance_n, sounds, progress=progress, **settings)}
    if controls_n:
        from ta_v2a.evaluation.stage_controls import evaluate_controls

        result["controls"] = evaluate_controls(pipeline, controls_n, seed, judge, bank=sounds, **settings)
    from ta_v2a.evaluation.extractors import folder_sha256
    from ta_v2a.evaluation.listener import WEIGHTS
    from ta_v2a.evaluation.stage_scores import stage_scores

    result["scores"] = [one.as_dict() for one in stage_scores(result, folder_sha256(listener or WEIGHTS))]
    return result
