"""How many scenes of the stage one core makes in a second at mini size: 8.192 s, 256 pictures of 80 x 80, 16 kHz.

    .venv/bin/python benchmarks/stage_speed.py --scenes 60

Prints one JSON object and, on standard error, the table. Counted is processor time of this process, whatever else the machine does;
wall-clock seconds stand beside it. The scenes are the first of the test split; one more goes before and does not count.
"""

import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from measuring import begun, keep, number, options, show

from ta_v2a.evaluation.report.results import machine

PARTS = ("plan", "picture", "sound")


def made(seed: int, bank: Any) -> list[tuple[float, float]]:
    """(processor, wall-clock) seconds of every part of one scene."""
    from ta_v2a.stage.picture.render import render_pictures
    from ta_v2a.stage.scene.scene import plan
    from ta_v2a.stage.sound.render import render_sound
    from vocoders.clock import MINI

    marks = [(time.process_time(), time.perf_counter())]

    def mark() -> None:
        marks.append((time.process_time(), time.perf_counter()))

    scene = plan(seed, MINI.duration_s)
    mark()
    render_pictures(scene, MINI.picture_times_s, MINI.picture_px, MINI.picture_px)
    mark()
    render_sound(scene, MINI.sample_rate_hz, bank)
    mark()
    return [(after[0] - before[0], after[1] - before[1]) for before, after in pairwise(marks)]


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=60, help="how many")
    parser.add_argument("--bank", type=Path, help="a folder of recordings to draw from; each is read when first used, within the time")
    given = parser.parse_args()
    noted = begun(given)
    import cv2
    import numpy as np

    from ta_v2a.stage.scene.scene import SPLITS
    from ta_v2a.stage.sound.bank import SoundBank

    cv2.setNumThreads(1)
    bank = None if given.bank is None else SoundBank(given.bank)
    seeds = SPLITS["test"][: given.scenes + 1]
    made(seeds[-1], bank)
    seconds = np.array([made(seed, bank) for seed in seeds[:-1]])  # (scenes, parts, 2)
    means = seconds.mean(axis=0)
    whole = seconds.sum(axis=1)
    rate = 1 / float(whole[:, 0].mean())
    parts = {
        name: {"cpu_ms": round(1e3 * float(cpu), 2), "wall_ms": round(1e3 * float(wall), 2)}
        for name, (cpu, wall) in zip(PARTS, means, strict=True)
    }
    report = {
        "scenes": len(seconds),
        "bank": None if given.bank is None else str(given.bank),
        "machine": machine(1),
        "scenes_per_s_per_core": round(rate, 2),
        "scenes_per_s_wall": round(1 / float(whole[:, 1].mean()), 2),
        "parts": parts,
        "slowest_scene_cpu_ms": round(float(whole[:, 0].max()) * 1e3, 1),
    }
    rows = [(name, part["cpu_ms"], part["wall_ms"]) for name, part in parts.items()]
    rows += [("scene", *(float(value) * 1e3 for value in whole.mean(axis=0)))]
    rows += [("scenes a second", report["scenes_per_s_per_core"], report["scenes_per_s_wall"])]
    show(report, ("part", "CPU ms", "wall ms"), rows)
    rates = (("processor", report["scenes_per_s_per_core"]), ("wall", report["scenes_per_s_wall"]))
    n = len(seconds)
    figures = [number("scenes a second", "whole scene", rate, "1/s", "higher", n, by) for by, rate in rates]
    for name, part in parts.items():
        figures.append(number("time", name, part["cpu_ms"], "ms", n=n, variant="processor:mean"))
    keep(noted, "the stage at mini size", figures, n, details={"bank": report["bank"]})


if __name__ == "__main__":
    main()
