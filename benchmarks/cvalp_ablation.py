"""What each term of eq. 5 does: small CVALPs from the same random start on the same clips, told apart on the stage's test split.

    OMP_NUM_THREADS=1 PYTHONPATH=. python benchmarks/cvalp_ablation.py render
    OMP_NUM_THREADS=1 PYTHONPATH=. python benchmarks/cvalp_ablation.py run
    PYTHONPATH=. python benchmarks/cvalp_ablation.py table

`render` makes every clip once, for training and test; all variants read those. `run` trains (one core, 250 steps of 16 clips) and measures
variant after variant, as `--variants` names them; a finished one is not run again, a training that was ended goes on from its last epoch.
`table` prints what there is. Everything is below `--folder`: clips (5 GB), checkpoints, `results/VARIANT.jsonl` with one line each.

Configuration: `cvalp/configs/ablation.yaml`, pictures of 64 x 64 and a video tower three quarters as wide as mini's. Of 80 x 80 and mini's
widths the same core-minutes would buy half of the steps. The loss is the paper's alone (`activity_weight` 0) except in the variants named
`activity`, where the scene's truth teaches the picture its onsets as in mini. The intervals are over test clips; what another random
start would change shows between `full` and `full-again`.
"""

import json
import os
from pathlib import Path
from typing import Any

from measuring import begun, keep, options, show

from ta_v2a.evaluation.report.results import Begun, machine

os.environ.setdefault("OMP_NUM_THREADS", "1")

BASE = "ablation"
MODEL = "--model.init_args."
VARIANTS: dict[str, list[str]] = {
    "full": [],
    "audio-video only": [f"{MODEL}text_weight", "0"],
    "no temporal": [f"{MODEL}mu", "0"],
    "lambda 0.3": [f"{MODEL}lambda_", "0.3"],
    "lambda 3": [f"{MODEL}lambda_", "3"],
    "mu 0.3": [f"{MODEL}mu", "0.3"],
    "mu 3": [f"{MODEL}mu", "3"],
    "activity": [f"{MODEL}activity_weight", "4"],
    "activity, no temporal": [f"{MODEL}activity_weight", "4", f"{MODEL}mu", "0"],
    "full-again": ["--seed_everything", "1"],
}
"""Overrides of the base configuration; the most telling first."""


def base() -> dict[str, Any]:
    """The base configuration as it is written."""
    import yaml

    from ta_v2a.training.stages import config_file

    return yaml.safe_load(config_file("cvalp", BASE).read_text())


def clock_of_test() -> Any:
    """The clock of the test clips: 8.192 s at the training's picture size."""
    from dataclasses import replace

    from vocoders.clock import MINI

    return replace(MINI, picture_px=base()["data"]["init_args"]["picture_px"])


def render(folder: Path, steps: int, n: int, workers: int) -> None:
    """Makes the clips that are missing."""
    from dataclasses import replace

    from rich.progress import track
    from torch.utils.data import DataLoader

    from ta_v2a.data.stage_clips import StageClips, split_seeds
    from ta_v2a.system.processes import follow_parent

    data = base()["data"]["init_args"]
    training = split_seeds("train", steps * data["batch_size"], data["first_seed"])
    short = replace(clock_of_test(), duration_s=data["duration_s"])
    for words, seeds, spec in (("training", training, short), ("test", split_seeds("test", n), clock_of_test())):
        clips = StageClips(seeds, spec, cache=folder / "clips")
        for _ in track(DataLoader(clips, None, num_workers=workers, worker_init_fn=follow_parent), f"{words} clips", total=len(seeds)):
            pass


def trained(name: str, folder: Path, steps: int) -> Path:
    """The checkpoint of a variant after `steps` steps."""
    from ta_v2a.training.stages import run_stage

    home = folder / "checkpoints" / f"{result_file(folder, name).stem}-{steps}"
    options = ["--trainer.max_steps", str(steps), f"{MODEL}max_steps", str(steps)]
    options += ["--trainer.callbacks.init_args.dirpath", str(home), "--trainer.logger.init_args.save_dir", str(home)]
    options += ["--data.init_args.cache", str(folder / "clips")]
    last = home / "last.ckpt"
    going_on = ["--ckpt_path", str(last), "--weights_only", "false"] if last.is_file() else []
    run_stage("cvalp", [BASE], [*options, *VARIANTS[name], *going_on])
    return last


def result_file(folder: Path, name: str) -> Path:
    return folder / "results" / f"{name.replace(' ', '-').replace(',', '')}.jsonl"


def finished(folder: Path, name: str, steps: int, n: int) -> dict[str, Any] | None:
    """The result of a variant with this budget and so many test clips, if there is one."""
    file = result_file(folder, name)
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []
    return next((row for row in reversed(rows) if (row["steps"], row["n"]) == (steps, n)), None)


def run(name: str, folder: Path, steps: int, n: int) -> None:
    """Trains and measures one variant and adds its line."""
    import time

    import torch
    from rich.progress import Progress

    from cvalp.mini.model import CVALP
    from ta_v2a.evaluation.encoders.retrieval import embed_stage, measure_embedded
    from ta_v2a.packing import pack

    torch.set_num_threads(1)
    began = time.process_time()
    checkpoint = trained(name, folder, steps)
    taught_s = time.process_time() - began
    cvalp = pack.trained(CVALP(**base()["model"]["init_args"]["model"]["init_args"]), checkpoint, "model.")
    with Progress() as bar, torch.autocast("cpu", torch.bfloat16):
        task = bar.add_task(f"test clips, {name}", total=n)
        embedded = embed_stage(cvalp, n, 8, 0, lambda done, _: bar.update(task, completed=done), clock_of_test(), folder / "clips")
    row = {"variant": name, "options": VARIANTS[name], "steps": steps, **measure_embedded(embedded)}
    row |= {"training_cpu_s": round(taught_s, 1), "cpu_s": round(time.process_time() - began, 1), "machine": machine(1)}
    file = result_file(folder, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write(json.dumps(row) + "\n")


def interval(estimate: dict[str, Any], digits: int = 3) -> str:
    """As a cell: the value with the bounds of its interval."""
    value, low, high = (estimate[key] for key in ("value", "low", "high"))
    return f"{value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]" if value is not None else "-"


COLUMNS: dict[str, tuple[str, ...]] = {
    "A>V R@1": ("retrieval", "audio to video", "recall@1"),
    "A>V R@10": ("retrieval", "audio to video", "recall@10"),
    "V>A R@10": ("retrieval", "video to audio", "recall@10"),
    "A>T R@10": ("retrieval", "audio to text", "recall@10"),
    "T>A R@10": ("retrieval", "text to audio", "recall@10"),
    "V>T R@10": ("retrieval", "video to text", "recall@10"),
    "T>V R@10": ("retrieval", "text to video", "recall@10"),
    "time, V>A": ("temporal_top1", "video to audio"),
    "kind, video": ("class_probe", "video"),
    "kind, audio": ("class_probe", "audio"),
    "onset AP, audio": ("onset_probe", "audio", "average_precision"),
    "onset AP, video": ("onset_probe", "video", "average_precision"),
    "AP, concat": ("onset_probe", "video and text, concatenated", "average_precision"),
    "AP, average": ("onset_probe", "video and text, averaged", "average_precision"),
    "concat - average": ("onset_probe", "concatenated minus averaged"),
}
"""What the table shows of a result; the lines of results/ hold all of it."""


def cell(row: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = row
    for key in path:
        value = value[key]
    return interval(value)


def table(folder: Path, steps: int, n: int, noted: Begun | None) -> None:
    """A metric a line, a variant a column."""
    from dataclasses import replace

    from ta_v2a.evaluation.encoders.scores import encoder_scores

    rows = {name: row for name in VARIANTS if (row := finished(folder, name, steps, n)) is not None}
    if not rows:
        raise SystemExit(f"no results of {steps} steps on {n} clips in {folder / 'results'}")
    lines = [[title, *(cell(row, path) for row in rows.values())] for title, path in COLUMNS.items()]
    first = next(iter(rows.values()))
    show({"steps": steps, "n": n, "chance": first["chance"], "onset_chance": first["onset_probe"]["chance"]}, ["", *rows], lines)
    scores = {name: encoder_scores(row) for name, row in rows.items()}
    figures = [replace(one, of=f"{name}: {one.of}") for name, found in scores.items() for one in found]
    keep(noted, "small CVALPs", figures, n, details={"steps": steps, "variants": list(rows)})


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__)
    parser.add_argument("action", choices=("render", "run", "table"))
    names = list(VARIANTS)
    parser.add_argument("--variants", nargs="+", choices=names, default=names, metavar="VARIANT", help="; ".join(names))
    parser.add_argument("-n", type=int, default=1000, help="test clips")
    parser.add_argument("--steps", type=int, default=None, help="of training; those of the configuration by default")
    parser.add_argument("--workers", type=int, default=0, help="processes that render")
    parser.add_argument("--folder", type=Path, default=Path("runs/ablation"))
    given = parser.parse_args()
    noted = begun(given)
    steps = given.steps or base()["trainer"]["max_steps"]
    if given.action == "render":
        render(given.folder, steps, given.n, given.workers)
    elif given.action == "table":
        table(given.folder, steps, given.n, noted)
    for name in given.variants if given.action == "run" else ():
        if finished(given.folder, name, steps, given.n) is None:
            run(name, given.folder, steps, given.n)


if __name__ == "__main__":
    main()
