"""Onset F1, class and steering on validation scenes of the stage for several weights of guidance: how a preset's weights are chosen.

    PYTHONPATH=. python benchmarks/guidance_grid.py --scenes 96 --video 2 3 4 --text 3 5 7 --until 0 0.88 --align 0 1

Every setting gets the same scenes and the same noise. The test split is left alone.
"""

import json
from itertools import product

import numpy as np
import torch
from measuring import begun, keep, options
from rich.progress import track

from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.stage.benchmark import Tally, listener_logits, render_scenes
from ta_v2a.evaluation.stage.scores import MEASURES, measure_score
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.scene import SPLITS, plan
from ta_v2a.system.provenance import folder_sha256
from vocoders.clock import MINI

BATCH = 8


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=96)
    parser.add_argument("--video", type=float, nargs="+", default=[3.0])
    parser.add_argument("--text", type=float, nargs="+", default=[5.0])
    parser.add_argument("--until", type=float, nargs="+", default=[0.0], help="time below which the text weighs 1")
    parser.add_argument("--align", type=float, nargs="+", default=[0.0], help="weight of the alignment guide")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted, figures = begun(given), []
    pipeline, listener = FoleyPipeline.from_pretrained(given.preset), load_listener()
    settings = list(product(given.video, given.text, given.until, given.align))
    tallies = {setting: Tally() for setting in settings}
    alone = []
    for start in track(range(0, given.scenes, BATCH), "scenes"):
        scenes = [plan(SPLITS["validation"][i], MINI.duration_s) for i in range(start, min(start + BATCH, given.scenes))]
        pictures, _ = render_scenes(scenes)
        truths = [Truth.of(scene) for scene in scenes]
        alone += [len(truth.kinds) == 1 for truth in truths]
        for setting in settings:
            video, text, until, align = setting
            pipeline.register_to_config(text_scale_until=until)
            generator = torch.Generator().manual_seed(start)
            captions = [scene.caption for scene in scenes]
            waves = pipeline.generate(pictures, captions, generator=generator, video_scale=video, text_scale=text, align_scale=align)
            waves = np.asarray(waves, dtype=np.float32)
            for truth, wave, logits in zip(truths, waves, listener_logits(listener, waves), strict=True):
                tallies[setting].add(truth, wave, logits, MINI.sample_rate_hz)
    for (video, text, until, align), tally in tallies.items():
        report = tally.report(np.array(alone))
        row = {name: report[name] for name in ("onset_f1", "onset_precision", "onset_recall", "class_accuracy", "text_steering")}
        of = f"video {video:g}, text {text:g} until {until:g}, align {align:g}"
        figures += [measure_score(report[name], MEASURES[name], of, folder_sha256(WEIGHTS)) for name in row]
        print(json.dumps({"video": video, "text": text, "until": until, "align": align, **row}))
    details = {"split": "validation", "batch": BATCH}
    keep(noted, given.preset, figures, given.scenes, weights=resolve(given.preset), details=details)


if __name__ == "__main__":
    main()
