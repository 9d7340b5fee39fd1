"""Which guide? Onset F1, class, Align and cost of none, of the alignment classifier at several gammas, of the
onset guide, and of both, on scenes of the stage.

    PYTHONPATH=. python benchmarks/guide_competition.py --preset FOLDER --scenes 304 --gammas 2 8 32 128
    ... --device cuda --batch 76 --jobs 16

Every arm gets the same scenes, prompts and noise; the test split is left alone. The preset holds a
classifier and a judge (`ta-v2a pack --classifier --judge`). That judge says Align: it learnt from clean
latents, but shares its encoders with the guide. Cost is what an arm adds to a
sampler step of a batch, beside the arm without guides.
"""

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from measuring import begun, keep, number, options, show
from rich.progress import track

from ta_v2a.engine.devices import chosen_device, device_name
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.networks.align_judge import AlignJudge, judge_sha256, load_judge
from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.stage.benchmark import Tally
from ta_v2a.evaluation.stage.heard import HeardSounds, listened, rendered_scenes, tallied
from ta_v2a.evaluation.stage.scores import MEASURES, measure_score
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.scene import SPLITS
from ta_v2a.system.parallel import in_order
from ta_v2a.system.provenance import folder_sha256

NONE, TRUE = "none", "true sound"
MEASURED = ("onset_f1", "onset_precision", "onset_recall", "class_accuracy", "class_accuracy_one_source")


@dataclass
class Arm:
    """One row of the table: settings of a call, and what came of them."""

    settings: dict[str, float]
    tally: Tally = field(default_factory=Tally)
    waves: list[np.ndarray] = field(default_factory=list)
    aligned: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, judge: AlignJudge, heard: np.ndarray, seen: torch.Tensor) -> None:
        """A batch of sounds (B, samples) beside the judge's features of its pictures."""
        self.waves.append(heard)
        self.aligned += [float(p > 0.5) for p in judge.probability(judge.sound(heard), seen)]


def arms(gammas: list[float], onset: float, both: float, span: dict[str, float]) -> dict[str, Arm]:
    """All that compete, by name."""
    found = {NONE: Arm({"align_scale": 0.0, "classifier_scale": 0.0})}
    for gamma in gammas:
        found[f"classifier {gamma:g}"] = Arm({"align_scale": 0.0, "classifier_scale": gamma, **span})
    found["onset guide"] = Arm({"align_scale": onset, "classifier_scale": 0.0})
    found[f"both, classifier {both:g}"] = Arm({"align_scale": onset, "classifier_scale": both, **span})
    return found


def figures_of(
    name: str, arm: Arm, plain: Arm, alone: np.ndarray, steps: int, judged: str, listener: str
) -> list[Score]:
    """An arm's records: the measures, Align, both beside the arm without guides, and the cost."""
    report = arm.tally.report(alone)
    rows = [measure_score(report[measure], MEASURES[measure], name, listener) for measure in MEASURED]
    weights = {"of": name, "embedding": "diff_foley", "embedding_sha256": judged}
    aligned, gained = np.array(arm.aligned), np.array(arm.aligned) - np.array(plain.aligned)
    for variant, row in {
        "diff_foley": statistics.mean(aligned),
        "diff_foley:paired_gain": statistics.mean(gained),
    }.items():
        rows.append(Score.of_row(row.as_dict(), "Align accuracy", variant, "higher", **weights))
    mine, others = arm.tally.table(), plain.tally.table()
    sharp = np.isfinite(mine).all(axis=1) & np.isfinite(others).all(axis=1)
    ratio = statistics.ratio_of_f1(mine[sharp], others[sharp]).as_dict()
    rows.append(Score.of_row(ratio, "onset F1 beside none", "stage:50ms:paired", "higher", of=name))
    if arm.seconds:
        added = 1000 * np.median(np.array(arm.seconds) - np.array(plain.seconds)) / steps
        rows.append(number("time", name, float(added), "ms", n=len(arm.seconds), variant="step:added"))
    return rows


def shown(scores: list[Score]) -> list[str | float]:
    """A row of the table for a reader."""
    by_id = {one.id: one for one in scores}
    wanted = [by_id[f"onset F1/{MEASURES['onset_f1'][1]}"], by_id["class accuracy/stage:listener"]]
    wanted += [by_id["Align accuracy/diff_foley"], by_id["Align accuracy/diff_foley:paired_gain"]]
    cells = [f"{one.value:.3f} ({one.low:.3f}-{one.high:.3f})" for one in wanted]
    cost = by_id.get("time/step:added")
    return [scores[0].of, *cells, "" if cost is None else f"{cost.value:.1f}"]


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=304)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--gammas", type=float, nargs="+", default=[2.0, 8.0, 32.0, 128.0])
    parser.add_argument("--onset", type=float, default=1.0, help="weight of the onset guide")
    parser.add_argument("--both", type=float, help="gamma beside the onset guide; default: the second")
    parser.add_argument("--from", dest="begins", type=float, default=1.0, help="time from which it acts")
    parser.add_argument("--until", type=float, default=0.0, help="time down to which it acts")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, default=0, help="processes that render and look for onsets")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted, device = begun(given), chosen_device(given.device)
    judge = load_judge(given.preset, device)
    pipeline = FoleyPipeline.from_pretrained(given.preset).to(device)
    pipeline.set_progress_bar_config(disable=True)
    if judge is None or pipeline.classifier is None:
        raise SystemExit(f"{given.preset} holds no classifier, or no judge")
    listener = load_listener().to(device)
    span = {"classifier_from": given.begins, "classifier_until": given.until}
    both = given.gammas[min(1, len(given.gammas) - 1)] if given.both is None else given.both
    competing, true = arms(given.gammas, given.onset, both, span), Arm({})
    steps = int(pipeline.config.num_inference_steps)
    scenes = list(rendered_scenes(SPLITS["validation"][: given.scenes], given.jobs))
    alone = [len(each.truth.kinds) == 1 for each in scenes]
    for start in track(range(0, len(scenes), given.batch), "scenes"):
        part = scenes[start : start + given.batch]
        pictures, prompts = np.stack([each.pictures for each in part]), [each.scene.caption for each in part]
        seen = judge.picture(pictures)
        true.add(judge, np.stack([each.sound for each in part]), seen)
        for arm in competing.values():
            generator = torch.Generator().manual_seed(start)
            began = time.perf_counter()
            waves = pipeline.generate(pictures, prompts, generator=generator, **arm.settings)
            arm.seconds.append(time.perf_counter() - began)
            arm.add(judge, np.asarray(waves, dtype=np.float32), seen)
    everyone, truths = {**competing, TRUE: true}, [each.truth for each in scenes]
    heard = []
    for arm in everyone.values():
        together = np.concatenate(arm.waves)
        heard.append(HeardSounds(truths, together, listened(listener, together)))
    for arm, (_, tally) in zip(everyone.values(), in_order(tallied, heard, given.jobs), strict=True):
        arm.tally = tally
    judged, ears = judge_sha256(given.preset), folder_sha256(WEIGHTS)
    rows = {
        name: figures_of(name, arm, competing[NONE], np.array(alone), steps, judged, ears)
        for name, arm in everyone.items()
    }
    header = ["guide", "onset F1", "class", "Align", "Align beside none", "ms a step more"]
    told = {name: [one.as_dict() for one in scores] for name, scores in rows.items()}
    show(told, header, [shown(scores) for scores in rows.values()])
    details = {"split": "validation", "batch": given.batch, "steps": steps, "device": device_name(device)}
    details["settings"] = {name: arm.settings for name, arm in competing.items()}
    figures = [one for scores in rows.values() for one in scores]
    keep(noted, given.preset, figures, given.scenes, weights=resolve(given.preset), details=details)


if __name__ == "__main__":
    main()
