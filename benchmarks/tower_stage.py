"""What the video tower alone knows of stage scenes: F1 at 50 ms of its onset probabilities'
peaks, by what makes a scene hard.

    PYTHONPATH=. python benchmarks/tower_stage.py --scenes 200 [--world close|solid] [--cvalp TRAINED]

Validation scenes with events; counts are pooled over scenes. `by_action` is recall (by motion in the world of
close motions). Scenes without events say how many onsets a minute the tower invents.
"""

import json
from collections import defaultdict

import numpy as np
import torch
from measuring import begun, keep, number, options
from tower_onsets import MINI_CVALP, ONSETS_PER_COLUMN, peaks_s, subject

from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.evaluation.metrics.onsets import f1_score, match
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.scene.close import close_plan
from ta_v2a.stage.scene.scene import Scene, plan
from ta_v2a.stage.solid.scene import solid_scene
from vocoders.clock import MINI

TOLERANCE_S = 0.05


def told(world: str, seed: int) -> Scene:
    """The scene of a seed: what happens in it, and when."""
    if world == "solid":
        return solid_scene(seed, MINI.duration_s).scene
    return (close_plan if world == "close" else plan)(seed, MINI.duration_s)


def camera(fps: float) -> str:
    """Rough class of a camera's rate."""
    return "up to 15" if fps <= 15 else "16 to 26" if fps <= 26 else "29 and more"


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=200)
    parser.add_argument("--world", choices=("flat", "close", "solid"), default="flat")
    parser.add_argument("--threshold", type=float, default=0.25)
    parser.add_argument("--cvalp", default=str(MINI_CVALP))
    given = parser.parse_args()
    noted = begun(given)
    cvalp = mini_cvalp(given.cvalp, MINI_CVALP / "spiece.model")
    groups: dict[str, list[np.ndarray]] = defaultdict(list)
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    seeds = split_seeds("validation", given.scenes)
    shares = {given.world: 1.0} if given.world != "flat" else {}
    clips, invented = StageClips(seeds, MINI, **shares), []
    for row, seed in enumerate(seeds):
        scene = told(given.world, seed)
        sources = scene.sources
        events = sorted(
            (e.time_s, source.motion or source.action) for source in sources for e in source.events
        )
        onsets = cvalp.onsets(cvalp.encode_video(clips[row]["frames"][None].float() / 255))[0].numpy()
        peaks = peaks_s(onsets, given.threshold, MINI.column_s / ONSETS_PER_COLUMN)
        if not events:
            invented.append(len(peaks))
            continue
        matching = match(peaks, np.array([time_s for time_s, _ in events]), TOLERANCE_S)
        sounding = sum(bool(source.events) for source in scene.sources)
        for name in (
            "all",
            f"sources with events: {sounding}",
            f"pictures a second: {camera(scene.source_fps)}",
        ):
            groups[name].append(matching.counts)
        for time_s, action in events:
            found[action][0] += bool(len(peaks)) and bool(np.abs(peaks - time_s).min() <= TOLERANCE_S)
            found[action][1] += 1
    f1 = {
        name: {"f1": round(float(f1_score(np.sum(rows, axis=0))), 3), "scenes": len(rows)}
        for name, rows in sorted(groups.items())
    }
    recall = {
        action: {"recall": round(hit / n, 2), "events": n} for action, (hit, n) in sorted(found.items())
    }
    a_minute = round(60 * float(np.mean(invented)) / MINI.duration_s, 1) if invented else None
    silent = {"onsets a minute": a_minute, "scenes": len(invented)}
    print(json.dumps({"threshold": given.threshold, **f1, "by_action": recall, "without events": silent}))
    figures = []
    if a_minute is not None:
        n = len(invented)
        figures.append(number("onsets a minute", "without events", a_minute, "", "lower", n, "mean"))
    for of, row in f1.items():
        figures.append(number("onset F1", of, row["f1"], "", "higher", row["scenes"], "50ms:pooled"))
    for of, row in recall.items():
        figures.append(
            number("onset recall", of, row["recall"], "", "higher", row["events"], "50ms:by action")
        )
    details = {"split": "validation", "world": given.world, "threshold": given.threshold}
    keep(noted, subject(given.cvalp), figures, len(groups["all"]), weights=given.cvalp, details=details)


if __name__ == "__main__":
    main()
