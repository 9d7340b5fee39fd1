"""The stage benchmark: unseen scenes with exact truth, beside what the decoder could reach
at best and what chance reaches.

Every scene of the test split is heard five times: as generated, as rendered (`true_sound`), as rendered
and then passed through the mel autoencoder and the vocoder (`ceiling`), generated from another scene's
picture (`shuffled_video`), and with another scene's prompt (`shuffled_text`); the last two are what chance
gives for timing and for class.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch

from ta_v2a.engine.arguments import LAST_SEED
from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.onsets import match, onsets
from ta_v2a.evaluation.networks.listener import Listener
from ta_v2a.evaluation.stage.truth import STAGE_TOLERANCE_S, Truth
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import SPLITS, Scene, plan
from ta_v2a.system.parallel import Crashed, in_order
from vocoders.clock import MINI, ClipSpec
from vocoders.mel import LogMel

STAGE_CONDITIONS = ("generated", "ceiling", "true_sound", "shuffled_video", "shuffled_text")


@dataclass(frozen=True)
class Subject:
    """What is measured, and how.

    Attributes:
        pipeline: has `generate(pictures, prompts, generator=..., **settings) -> (B, samples)`, `autoencoder`
            and `vocoder`.
        listener: judge of the class.
        bank: a sound bank that the scenes draw from; None: synthesis.
        spec: the clock of the pipeline.
    """

    pipeline: Any
    listener: Listener
    bank: Any = None
    spec: ClipSpec = MINI


@dataclass
class Tally:
    """Measurements of one condition, one entry per scene in the order of the seeds; nan or no row
    where a measure does not apply."""

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
            matching = match(onsets(wave, rate)[0], truth.events_s, STAGE_TOLERANCE_S)
            self.counts.append(matching.counts)
            self.errors_s.append(np.abs(matching.errors_s))
        self.right.append(truth.named(logits))
        self.steered.append(truth.follows_text(logits))

    def join(self, following: "Tally") -> None:
        """Add the scenes that follow."""
        self.counts += following.counts
        self.errors_s += following.errors_s
        self.right += following.right
        self.steered += following.steered

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


def render_scenes(
    scenes: list[Scene], spec: ClipSpec = MINI, bank: Any = None
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (B, N, H, W) uint8 and sounds (B, samples) float32 of some scenes at the clip's own rates."""
    from ta_v2a.stage.picture.render import render_pictures
    from ta_v2a.stage.sound.render import render_sound

    size = spec.picture_px
    pictures = np.stack([render_pictures(scene, spec.picture_times_s, size, size) for scene in scenes])
    sounds = np.zeros((len(scenes), spec.samples), dtype=np.float32)
    for row, scene in zip(sounds, scenes, strict=True):
        wave = render_sound(scene, spec.sample_rate_hz, bank)[: spec.samples]
        row[: len(wave)] = wave
    return pictures, sounds


def through_decoder(pipeline: Any, sounds: np.ndarray, spec: ClipSpec = MINI, seed: int = 0) -> np.ndarray:
    """Sounds (B, samples) by way of log mel, autoencoder and vocoder: the best that the
    generator's own decoder allows."""
    device = next(pipeline.autoencoder.parameters()).device
    with torch.inference_mode(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        mel = LogMel(spec).to(device)(torch.from_numpy(sounds).to(device))
        latents = pipeline.autoencoder.encode(mel).mean
        waves = pipeline.vocoder(pipeline.autoencoder.decode(latents)).float().cpu().numpy()
    return waves[:, : sounds.shape[1]]


def listener_logits(listener: Listener, sounds: np.ndarray, spec: ClipSpec = MINI) -> np.ndarray:
    """The listener's logits (B, kinds) for sounds (B, samples)."""
    device = next(listener.parameters()).device
    with torch.inference_mode():
        return (
            listener(LogMel(spec).to(device)(torch.from_numpy(np.ascontiguousarray(sounds)).to(device)))
            .float()
            .cpu()
            .numpy()
        )


def evaluate_stage(
    subject: Callable[[], Subject],
    n: int = 500,
    seed: int = 0,
    batch: int = 8,
    chance_n: int | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Measures a pipeline on the first `n` scenes of the test split.

    Args:
        subject: gives what is measured, once a process; importable where there are several.
        n: number of scenes, at least 2.
        seed: of the generator's noise; the scenes are always the same.
        batch: scenes generated at once (a few more in uneven parts); noise depends on it.
        chance_n: scenes generated with shuffled video and text as well; None takes all, fewer saves time.
        jobs: processes; 1 works in this one. The figures are the same.
        progress: called with (scenes done, n).
        settings: handed to `generate` (steps, scales).

    Returns:
        A dict for JSON: per condition every measure as {value, low, high, n} with 95 % bootstrap
            intervals over scenes, `of_ceiling`
        (generated over ceiling, paired), counts, seconds (of all processes).

    Raises:
        UserError: if n or the batch is too small, or a process was killed.
    """
    if n < 2 or batch < 2 or n > len(SPLITS["test"]):
        most = len(SPLITS["test"])
        raise UserError(
            f"the stage benchmark takes 2 to {most} scenes in batches of at least 2, not {n} in batches of "
            f"{batch}"
        )
    work = partial(_measured, subject, n if chance_n is None else min(chance_n, n), seed, settings)
    tallies = {name: Tally() for name in STAGE_CONDITIONS}
    truths: list[Truth] = []
    seconds = dict.fromkeys(("render", "generate", "decode_truth", "measure"), 0.0)
    # Even parts: the last one has at least two scenes, so that it can be shuffled within itself.
    parts = [part.tolist() for part in np.array_split(np.arange(n), max(1, n // batch))]
    for _, found in in_order(work, parts, jobs if jobs > 1 else 0):
        if isinstance(found, Crashed):
            raise UserError("a process of the benchmark was killed: run again with fewer --jobs")
        for name, tally in found.tallies.items():
            tallies[name].join(tally)
        for name, value in found.seconds.items():
            seconds[name] += value
        truths += found.truths
        if progress is not None:
            progress(len(truths), n)
    return summarise(
        tallies, truths, {"n": n, "seed": seed, "batch": batch, "settings": settings, "seconds": seconds}
    )


@dataclass(frozen=True)
class _Measured:
    """Some scenes: a tally of each condition, their truth, and what each step took."""

    tallies: dict[str, Tally]
    truths: list[Truth]
    seconds: dict[str, float]


def _measured(
    subject: Callable[[], Subject], chance_n: int, seed: int, settings: dict[str, Any], part: list[int]
) -> _Measured:
    """Scenes of these numbers, generated at once."""
    given, seconds = subject(), dict.fromkeys(("render", "generate", "decode_truth", "measure"), 0.0)
    scenes = [plan(SPLITS["test"][number], given.spec.duration_s) for number in part]
    noise_seed = (seed * 1_000_003 + part[0]) % (LAST_SEED + 1)
    heard = _sounds(given, scenes, noise_seed, part[0] < chance_n, seconds, settings)
    began = time.perf_counter()
    truths = [Truth.of(scene) for scene in scenes]
    tallies = {name: Tally() for name in heard}
    for name, waves in heard.items():
        logits = listener_logits(given.listener, waves, given.spec)
        for truth, wave, each in zip(truths, waves, logits, strict=True):
            tallies[name].add(truth, wave, each, given.spec.sample_rate_hz)
    seconds["measure"] += time.perf_counter() - began
    return _Measured(tallies, truths, seconds)


def _sounds(
    given: Subject,
    scenes: list[Scene],
    noise_seed: int,
    chance: bool,
    seconds: dict[str, float],
    settings: dict[str, Any],
) -> dict[str, np.ndarray]:
    """Sounds (B, samples) of some scenes under every condition; adds to `seconds` what each step took."""
    began = time.perf_counter()
    pictures, true = render_scenes(scenes, given.spec, given.bank)
    prompts = [scene.caption for scene in scenes]
    seconds["render"] += (rendered := time.perf_counter()) - began

    def generate(pictures: np.ndarray, prompts: list[str]) -> np.ndarray:
        # The same noise under every condition: only the picture or the prompt differs.
        generator = torch.Generator().manual_seed(noise_seed)
        return np.asarray(
            given.pipeline.generate(pictures, prompts, generator=generator, **settings), dtype=np.float32
        )

    heard = {"true_sound": true, "generated": generate(pictures, prompts)}
    if chance:
        heard["shuffled_video"] = generate(np.roll(pictures, 1, axis=0), prompts)
        heard["shuffled_text"] = generate(pictures, prompts[-1:] + prompts[:-1])
    seconds["generate"] += (generated := time.perf_counter()) - rendered
    heard["ceiling"] = through_decoder(given.pipeline, true, given.spec, noise_seed)
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
        "tolerance_s": STAGE_TOLERANCE_S,
        "scenes": {
            "with_events": int(sharp.sum()),
            "events": int(sum(len(truth.events_s) for truth in truths if truth.events_s is not None)),
            "one_source": int(alone.sum()),
            "contradicting": sum(truth.steering is not None for truth in truths),
        },
        "results": {
            name: tally.report(alone[: len(tally.right)]) for name, tally in tallies.items() if tally.right
        },
        "of_ceiling": {
            "onset_f1": statistics.ratio_of_f1(own.table()[sharp], ceiling.table()[sharp]).as_dict(),
            "class_accuracy": statistics.ratio_of_means(
                np.array(own.right), np.array(ceiling.right)
            ).as_dict(),
        },
        "class_accuracy_by_family": {
            family: statistics.mean(
                [right for right, other in zip(own.right, families, strict=True) if other == family]
            ).as_dict()
            for family in dict.fromkeys(families)
        },
    }
