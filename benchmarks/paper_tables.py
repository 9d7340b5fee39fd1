"""Tables I and II of TA-V2A in direction, on scenes of the stage, with trained models of the paper's kind.

    PYTHONPATH=. python benchmarks/paper_tables.py --concat DIR --average DIR --video DIR --text DIR \\
        --judge DIR -n 300 --result results/paper_tables.json
    ... --device cuda --batch 75 --jobs 16

Table I: what the mixing of features brings, for four models of one budget: concat and average hear prompt
and picture, "video" has learnt from pictures alone and "text" from words alone. Table II: what the words
bring, for the model of --concat: prompts as users write them (the scenes' captions; and typed carelessly),
the caption that the picture suggests, none. Every row has the same scenes of the test split and the same
noise; 10 at least, for the ten splits of IS.

IS, FD, FAD and MKL are the listener's (the role that PANNs and VGGish have in the paper); Align accuracy is
that of the judge in the preset --judge, which shares its encoders with the models. Any of the presets may be
left out; --mini adds the preset mini.
"""

import random
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from careless_prompts import SORTS, careless, other_kind
from measuring import begun, keep, options, show

from ta_v2a.engine.captioning import bank_vectors, label_bank, scored
from ta_v2a.engine.devices import chosen_device, device_name
from ta_v2a.engine.encoders import picture_vector
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.distributions import (
    INCEPTION_SPLITS,
    frechet_distance,
    inception_score,
    kl_divergence,
)
from ta_v2a.evaluation.metrics.records import Better, Score
from ta_v2a.evaluation.networks.align_judge import judge_sha256, load_judge
from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.stage.benchmark import Tally, through_decoder
from ta_v2a.evaluation.stage.heard import Ears, HeardSounds, RenderedScene, listened, rendered_scenes, tallied
from ta_v2a.evaluation.stage.scores import LISTENER, MEASURES, measure_score
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.scene import SPLITS
from ta_v2a.system.parallel import in_order
from ta_v2a.system.provenance import folder_sha256

ARMS = ("concat", "average", "video", "text")
MEASURED = ("onset_f1", "class_accuracy", "text_steering")
TRUE = "true sound"


@dataclass
class Way:
    """A row: a model, what it is told, settings of its calls, and the sounds that came of them."""

    of: str
    preset: str
    told: str | None = "caption"
    settings: dict[str, Any] = field(default_factory=dict)
    waves: list[np.ndarray] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(frozen=True)
class Job:
    """What one process measures: sounds, and what the listener hears of the true ones."""

    heard: HeardSounds
    true: Ears


def distances(made: Ears, true: Ears) -> dict[str, statistics.Estimate]:
    """IS, FD, FAD and MKL, by metric and variant."""
    n = len(made.logits)

    def frechet(x: np.ndarray, y: np.ndarray) -> statistics.Estimate:
        def of_rows(i: np.ndarray, j: np.ndarray) -> float:
            return frechet_distance(x[i].reshape(-1, x.shape[-1]), y[j].reshape(-1, y.shape[-1]))

        value = of_rows(np.arange(n), np.arange(n))
        return statistics.centred_bootstrap(value, (n, n), of_rows)

    def score(rows: np.ndarray) -> float:
        return inception_score(made.logits[rows])

    return {
        f"IS/listener:{INCEPTION_SPLITS}splits": statistics.centred_bootstrap(
            score(np.arange(n)), (n,), score
        ),
        "FD/listener": frechet(made.features[:, None], true.features[:, None]),
        "FAD/listener:patches": frechet(made.patches, true.patches),
        "MKL/listener:softmax_eps": statistics.mean(kl_divergence(true.logits, made.logits, "softmax_eps")),
    }


def measured(job: Job) -> tuple[Tally, dict[str, statistics.Estimate]]:
    """Of one way, in a process of its own."""
    return tallied(job.heard), distances(job.heard.ears, job.true)


def ways_of(presets: dict[str, str], table: str) -> list[Way]:
    """The rows of a table ("I", "II" or "both") that the given presets allow."""
    rows = [
        Way("I: concat", "concat"),
        Way("I: average", "average"),
        Way("I: video", "video", told=None),
        Way("I: text", "text", settings={"video_scale": 0.0}),
        Way("I: concat, eq. 11", "concat", settings={"guidance": "double"}),
        Way("I: average, eq. 11", "average", settings={"guidance": "double"}),
        Way("I: mini", "mini"),
        Way("II: caption", "concat"),
        Way("II: typed carelessly", "concat", told="careless"),
        Way("II: automatic caption", "concat", told="automatic"),
        Way("II: none", "concat", told=None),
    ]
    return [row for row in rows if row.preset in presets and table in ("both", row.of.partition(":")[0])]


def automatic(scenes: list[RenderedScene], cvalp: Any) -> list[str]:
    """For every scene the label whose words lie nearest to its picture."""
    bank = label_bank()
    labels, names, scale = bank_vectors(bank, cvalp), list(bank), float(cvalp.scales()[0].detach())
    vectors = [picture_vector(scene.pictures, cvalp) for scene in scenes]
    return [names[int(scored(vector, labels, scale)[1].argmax())] for vector in vectors]


def carelessly(scenes: list[RenderedScene], seed: int) -> list[str]:
    """The captions as `benchmarks/careless_prompts.py` types them, one sort after the other."""
    typed = []
    for index, each in enumerate(scenes):
        rng = random.Random(f"{seed} {each.scene.seed}")
        unwanted = other_kind(each.scene, rng)[1]
        typed.append(careless(each.scene.caption, SORTS[index % len(SORTS)], unwanted, rng))
    return typed


def records(
    of: str, tally: Tally, far: dict[str, statistics.Estimate], aligned: list[float], hashes: tuple[str, str]
) -> list[Score]:
    """All figures of a row; `hashes`: of the listener and of the judge."""
    report = tally.report(np.ones(len(tally.right), dtype=bool))
    rows = [measure_score(report[name], MEASURES[name], of, hashes[0]) for name in MEASURED]
    for name, estimate in far.items():
        metric, _, variant = name.partition("/")
        better: Better = "higher" if metric == "IS" else "lower"
        about = {"of": of, "embedding": LISTENER, "embedding_sha256": hashes[0]}
        rows.append(Score.of_row(estimate.as_dict(), metric, variant, better, **about))
    if aligned:
        about = {"of": of, "embedding": "diff_foley", "embedding_sha256": hashes[1]}
        estimate = statistics.mean(aligned)
        rows.append(Score.of_row(estimate.as_dict(), "Align accuracy", "diff_foley", "higher", **about))
    return rows


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    for name in ARMS:
        parser.add_argument(f"--{name}", metavar="DIR", help=f"preset of the {name} model")
    parser.add_argument("--mini", action="store_true", help="the preset mini, too")
    parser.add_argument("--table", choices=("I", "II", "both"), default="both")
    parser.add_argument("--judge", metavar="DIR", help="preset that holds a judge of Align")
    parser.add_argument("-n", type=int, default=300, help="scenes of the test split")
    parser.add_argument("--seed", type=int, default=0, help="of noise and carelessness")
    parser.add_argument("--batch", type=int, default=8, help="scenes at a time")
    parser.add_argument("--steps", type=int, help="sampler steps; default: the presets' own")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, default=0, help="processes that render and measure")
    given = parser.parse_args()
    noted, device = begun(given), chosen_device(given.device)
    presets = {name: getattr(given, name) for name in ARMS if getattr(given, name)}
    presets |= {"mini": "mini"} if given.mini else {}
    ways = ways_of(presets, given.table)
    presets = {name: folder for name, folder in presets.items() if any(way.preset == name for way in ways)}
    if not ways:
        raise SystemExit("give a preset at least: --concat, --average, --video, --text or --mini")
    judge = None if given.judge is None else load_judge(given.judge, device)
    listener = load_listener().to(device)
    began = time.perf_counter()
    scenes = list(rendered_scenes(SPLITS["test"][: given.n], given.jobs))
    took = {"render": time.perf_counter() - began}
    parts = [range(at, min(at + given.batch, given.n)) for at in range(0, given.n, given.batch)]
    pictures = [np.stack([scenes[index].pictures for index in part]) for part in parts]
    sounds = np.stack([each.sound for each in scenes])
    told: dict[str, list[str]] = {"caption": [each.scene.caption for each in scenes]}
    told["careless"] = carelessly(scenes, given.seed)
    heard: dict[str, np.ndarray] = {TRUE: sounds}
    for name, folder in presets.items():
        pipeline = FoleyPipeline.from_pretrained(folder).to(device)
        pipeline.set_progress_bar_config(disable=True)
        if name == "concat":
            told["automatic"] = automatic(scenes, pipeline.cvalp)
        for way in (each for each in ways if each.preset == name):
            began = time.perf_counter()
            settings = dict(way.settings)
            settings |= {} if given.steps is None else {"num_inference_steps": given.steps}
            for part, shown_ones in zip(parts, pictures, strict=True):
                words = [None if way.told is None else told[way.told][index] for index in part]
                noise = torch.Generator().manual_seed((given.seed * 1_000_003 + part[0]) % 2**63)
                made = pipeline.generate(shown_ones, words, generator=noise, **settings)
                way.waves.append(np.asarray(made, dtype=np.float32))
            way.seconds = time.perf_counter() - began
            heard[way.of] = np.concatenate(way.waves)
        if name in ("concat", "mini"):
            decoded = [through_decoder(pipeline, sounds[part.start : part.stop]) for part in parts]
            heard[f"true sound through the decoder of {name}"] = np.concatenate(decoded)
    took |= {way.of: way.seconds for way in ways}
    aligned: dict[str, list[float]] = {of: [] for of in heard}
    if judge is not None:
        for part, shown_ones in zip(parts, pictures, strict=True):
            seen = judge.picture(shown_ones)
            for of, waves in heard.items():
                found = judge.probability(judge.sound(waves[part.start : part.stop]), seen)
                aligned[of] += [float(p > 0.5) for p in found]
    began, truths = time.perf_counter(), [each.truth for each in scenes]
    ears = {of: listened(listener, waves) for of, waves in heard.items()}
    jobs = [Job(HeardSounds(truths, waves, ears[of]), ears[TRUE]) for of, waves in heard.items()]
    hashes = folder_sha256(WEIGHTS), "" if given.judge is None else judge_sha256(given.judge)
    found = zip(heard, in_order(measured, jobs, given.jobs), strict=True)
    rows = {of: records(of, *result, aligned[of], hashes) for of, (_, result) in found}
    took["measure"] = time.perf_counter() - began
    names = [one.metric for one in next(iter(rows.values()))]
    table = [
        [of, *(f"{one.value:.3f}" if one.value is not None else "" for one in row)]
        for of, row in rows.items()
    ]
    show({of: [one.as_dict() for one in row] for of, row in rows.items()}, ["row", *names], table)
    details = {
        "split": "test",
        "batch": given.batch,
        "device": device_name(device),
        "weights_sha256": {name: folder_sha256(resolve(folder)) for name, folder in presets.items()},
        "settings": {way.of: way.settings for way in ways},
        "seconds": {name: round(value, 2) for name, value in took.items()},
    }
    figures = [one for row in rows.values() for one in row]
    keep(noted, ", ".join(presets.values()), figures, given.n, given.seed, details=details)


if __name__ == "__main__":
    main()
