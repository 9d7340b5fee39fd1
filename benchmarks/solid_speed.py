"""How many pictures a second one core draws of the solid world, and what its bodies cost.

    .venv/bin/python benchmarks/solid_speed.py --scenes 12

Prints one JSON object and, on standard error, the table. Counted is processor time of this process, whatever
else the machine does; wall-clock seconds stand beside it. Scenes are the first of the test split, wild and
clean in turn; one more goes before and does not count. Needs the extra `solid`, and EGL (`ta-v2a doctor`).
"""

import time
from collections import defaultdict
from functools import partial

from measuring import begun, keep, number, options, show

from ta_v2a.evaluation.report.results import machine

SIZES = ((80, 80), (128, 96), (320, 240))
SECONDS = 4.096


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=12, help="how many")
    parser.add_argument("--pictures", type=int, default=40, help="of each scene and size")
    given = parser.parse_args()
    noted = begun(given)
    import cv2
    import numpy as np

    from ta_v2a.stage.scene.scene import SPLITS
    from ta_v2a.stage.solid.render import render_solid
    from ta_v2a.stage.solid.scene import Setting, solid_scene

    cv2.setNumThreads(1)
    spent: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def timed(name: str, work):
        cpu, wall = time.process_time(), time.perf_counter()
        result = work()
        spent[name].append((time.process_time() - cpu, time.perf_counter() - wall))
        return result

    seeds = SPLITS["test"][: given.scenes + 1]
    times_s = (np.arange(given.pictures) + 0.5) * SECONDS / given.pictures
    for index, seed in enumerate([seeds[-1], *seeds[:-1]]):
        setting: Setting = "clean" if index % 2 else "wild"
        clip = timed("bodies", partial(solid_scene, seed, SECONDS, setting))
        for width, height in SIZES:
            timed(f"{width} x {height}", partial(render_solid, clip, times_s, height, width))
    figures, rows, report = [], [], {"scenes": given.scenes, "machine": machine(1)}
    for name, both in spent.items():
        cpu, wall = np.array(both[1:]).sum(0)
        if name == "bodies":
            value, unit, better = 1e3 * cpu / (given.scenes * SECONDS), "ms", "lower"
            slow = 1e3 * wall / (given.scenes * SECONDS)
            label = "bodies, a second of film"
        else:
            shown = given.scenes * given.pictures
            value, unit, better, slow = shown / cpu, "1/s", "higher", shown / wall
            label = f"pictures of {name}"
        report[label] = {"cpu": round(float(value), 2), "wall": round(float(slow), 2), "unit": unit}
        rows.append((f"{label} ({unit})", float(value), float(slow)))
        figures.append(number("speed", label, float(value), unit, better, given.scenes, "processor"))
    show(report, ("part", "processor", "wall"), rows)
    keep(noted, "the solid world, pictures and bodies", figures, given.scenes)


if __name__ == "__main__":
    main()
