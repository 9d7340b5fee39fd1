"""Does Align accuracy see what it should? The judge of a preset on the true sounds of stage scenes, and on
the same spoilt: late, of another scene, silence, noise, a steady tone, a picture that stands still.

    PYTHONPATH=. python benchmarks/align_sanity.py --preset FOLDER -n 200 --result results/align_sanity.json
    ... --device cuda --jobs 16

The scenes are the first of the test split. Beside the share that is taken for aligned stands what it loses
against the truth, clip by clip: the metric sees a fault whose whole interval lies below 0.
"""

from typing import Any

import numpy as np
import torch
from measuring import begun, keep, options, show
from rich.progress import track

from ta_v2a.engine.devices import chosen_device, device_name
from ta_v2a.evaluation.folders.baselines import ALTERATIONS, STATIC
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.networks.align_judge import judge_sha256, load_judge
from ta_v2a.evaluation.stage.heard import RenderedScene, rendered_scenes
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.scene import SPLITS
from vocoders.clock import MINI

TRUTH = "truth"


def spoilt(scenes: list[RenderedScene], others: list[RenderedScene], first: int) -> dict[str, np.ndarray]:
    """(scenes, samples) under every condition; `others` are wrong scenes for them, `first` is the place of
    the first, which seeds its noise."""
    found = {TRUTH: [each.sound for each in scenes], "shuffled": [each.sound for each in others]}
    for name, alter in ALTERATIONS.items():
        rows = enumerate(scenes, first)
        found[name] = [alter(each.sound, MINI.sample_rate_hz, row) for row, each in rows]
    return {name: np.stack(rows).astype(np.float32) for name, rows in found.items()}


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--preset", default="mini", help="holds the judge")
    parser.add_argument("-n", type=int, default=200, help="scenes of the test split")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--jobs", type=int, default=0, help="processes that render")
    given = parser.parse_args()
    noted, device = begun(given), chosen_device(given.device)
    judge = load_judge(given.preset, device)
    if judge is None:
        raise SystemExit(f"{given.preset} holds no judge")
    scenes = list(rendered_scenes(SPLITS["test"][: given.n], given.jobs))
    aligned: dict[str, list[float]] = {}
    for start in track(range(0, len(scenes), given.batch), "scenes"):
        rows = range(start, min(start + given.batch, len(scenes)))
        part, others = [scenes[row] for row in rows], [scenes[row - 1] for row in rows]
        pictures = np.stack([each.pictures for each in part])
        seen = judge.picture(pictures)
        for name, waves in spoilt(part, others, start).items():
            aligned.setdefault(name, []).extend(judged(judge, judge.sound(waves), seen))
        still = judge.picture(np.repeat(pictures[:, :1], pictures.shape[1], axis=1))
        true = judge.sound(np.stack([each.sound for each in part]))
        aligned.setdefault(STATIC, []).extend(judged(judge, true, still))
    about: dict[str, Any] = {"embedding": "diff_foley", "embedding_sha256": judge_sha256(given.preset)}
    scores, table, truth = [], [], np.array(aligned[TRUTH])
    for name, found in aligned.items():
        share, lost = statistics.mean(found), statistics.mean(np.array(found) - truth)
        scores += [
            Score.of_row(one.as_dict(), "Align accuracy", variant, "higher", of=name, **about)
            for variant, one in (("diff_foley", share), ("diff_foley:paired_gain", lost))
        ]
        told = "" if name == TRUTH else "yes" if lost.high < 0 else "no"
        table.append((name, share.value, share.low, share.high, lost.value, lost.low, lost.high, told))
    header = ("sound", "aligned", "low", "high", "beside the truth", "low", "high", "seen")
    show({"scores": [one.as_dict() for one in scores]}, header, table)
    details = {"split": "test", "batch": given.batch, "device": device_name(device)}
    keep(noted, given.preset, scores, given.n, weights=resolve(given.preset), details=details)


def judged(judge: Any, latents: torch.Tensor, seen: torch.Tensor) -> list[float]:
    """1 for every pair that is taken for aligned, else 0."""
    return [float(chance > 0.5) for chance in judge.probability(latents, seen)]


if __name__ == "__main__":
    main()
