"""Do hits sound where they are asked for, not where the picture shows them?

    PYTHONPATH=. python benchmarks/moved_hits.py -n 40 --seeds 3 --result results/moved_hits.json

The scenes are the first of the test split with one source that hits, and the first with one that goes on.
Every scene is asked for hits at 3 to 5 random moments, half a second apart and 0.15 s from its own onsets,
in the words of its caption, with several seeds of noise. Onset F1 at 100 ms of what sounds against what was
asked, and, as its floor, against what the picture shows.
"""

import random

import numpy as np
import torch
from measuring import begun, keep, options, show
from rich.progress import track

from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.onsets import match, onsets
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.stage.heard import rendered_scene
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import SPLITS, plan
from vocoders.clock import MINI

TOLERANCE_S, APART_S, OFF_S = 0.1, 0.5, 0.15


def scenes_of(continuous: bool, n: int) -> list[int]:
    """Seeds of the first n test scenes whose only source hits, or goes on."""
    found = []
    for seed in SPLITS["test"]:
        sources = plan(seed, MINI.duration_s).sources
        if len(sources) == 1 and KINDS[sources[0].kind].continuous == continuous:
            found.append(seed)
        if len(found) == n:
            break
    return found


def asked(seed: int, own_s: list[float]) -> list[float]:
    """Times of hits, away from each other and from the scene's own."""
    rng, found = random.Random(seed), list[float]()
    wanted = rng.randint(3, 5)
    for _ in range(200):
        time_s = rng.uniform(0.3, MINI.duration_s - 0.4)
        if all(abs(time_s - each) > APART_S for each in found) and all(
            abs(time_s - each) > OFF_S for each in own_s
        ):
            found.append(time_s)
        if len(found) == wanted:
            break
    return sorted(found)


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--preset", default="mini")
    parser.add_argument("-n", type=int, default=40, help="scenes that hit, and as many that go on")
    parser.add_argument("--seeds", type=int, default=3, help="of the noise")
    given = parser.parse_args()
    noted = begun(given)
    pipeline = FoleyPipeline.from_pretrained(given.preset)
    pipeline.set_progress_bar_config(disable=True)
    scores, table = [], []
    for group, continuous in (("hits", False), ("goes on", True)):
        counts = {"asked": list[np.ndarray](), "the picture's own": list[np.ndarray]()}
        for scene in track(scenes_of(continuous, given.n), group):
            rendered = rendered_scene(scene)
            own = [event.time_s for source in rendered.scene.sources for event in source.events]
            times = asked(scene, own)
            for seed in range(given.seeds):
                generator = torch.Generator().manual_seed(seed)
                made = pipeline.generate(
                    rendered.pictures[None], [rendered.scene.caption], generator=generator, hits=times
                )
                heard = onsets(np.asarray(made, dtype=np.float32)[0], MINI.sample_rate_hz)[0]
                for name, true in (("asked", times), ("the picture's own", own)):
                    counts[name].append(match(heard, np.array(true), TOLERANCE_S).counts)
        for name, rows in counts.items():
            # a scene's seeds are one draw
            summed = np.array(rows).reshape(given.n, given.seeds, -1).sum(1)
            estimate = statistics.pooled_f1(summed)
            of = f"picture {group}: against {name}"
            scores.append(Score.of_row(estimate.as_dict(), "onset F1", "100ms", "higher", of=of))
            table.append((of, estimate.value, estimate.low, estimate.high))
    show({"scores": [one.as_dict() for one in scores]}, ("sound", "onset F1", "low", "high"), table)
    details = {"split": "test", "seeds": given.seeds}
    keep(noted, given.preset, scores, 2 * given.n, weights=resolve(given.preset), details=details)


if __name__ == "__main__":
    main()
