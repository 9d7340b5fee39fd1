"""`ta-v2a evaluate stage`: the stage benchmark of a preset, with its controls, and both as records."""

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ta_v2a.engine.devices import chosen_device
from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.evaluation.stage import frozen
from ta_v2a.evaluation.stage.benchmark import Subject, evaluate_stage
from ta_v2a.evaluation.stage.controls import evaluate_controls
from ta_v2a.evaluation.stage.scores import stage_scores
from ta_v2a.presets.resolve import resolve
from ta_v2a.system.provenance import folder_sha256


def stage_command(
    weights: str | Path = "mini",
    n: int = 500,
    seed: int = 0,
    batch: int = 8,
    chance_n: int | None = None,
    listener: str | Path | None = None,
    bank: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    controls_n: int = 0,
    keep: Begun | None = None,
    device: str = "cpu",
    jobs: int = 1,
    **settings: Any,
) -> dict[str, Any]:
    """`ta-v2a evaluate stage`: loads the pipeline and the listener and returns the result for JSON.

    With exactly the scenes of the frozen benchmark (n = 1,000, no bank) the result names it, after a check of
    its hash. `controls_n` scenes of two sources are tried with negative prompts and cues as well.
    `keep` is where the result is written as data as well. Networks run on `device`; `jobs` are processes,
    each with one thread.

    Raises:
        UserError: if weights are missing or a number is out of range.
    """
    if jobs > 1 and chosen_device(device).type != "cpu":
        raise UserError("--jobs are processes of the CPU: leave out one of --jobs and --device")
    told = (str(weights), None if listener is None else str(listener), None if bank is None else str(bank))
    subject = partial(_subject, *told, device, jobs > 1)
    load_listener(listener)  # what is missing is said before anything is loaded or rendered
    bench = frozen.checked_bench() if n == frozen.SCENES and bank is None else None

    def scenes(before: int, done: int, total: int) -> None:
        if progress is not None:
            progress(before + done, n + controls_n)

    measured = evaluate_stage(subject, n, seed, batch, chance_n, jobs, partial(scenes, 0), **settings)
    result = {"benchmark": bench, **measured}
    if controls_n:
        tried = evaluate_controls(subject, controls_n, seed, jobs, partial(scenes, n), **settings)
        result["controls"] = tried
    scores = stage_scores(result, folder_sha256(listener or WEIGHTS))
    result["scores"] = [one.as_dict() for one in scores]
    if keep is not None:
        named = ("settings", "batch", "scenes", "seconds", "tolerance_s")
        details = {"benchmark": bench, "bank": None if bank is None else str(bank)}
        details |= {name: result[name] for name in named}
        name = "stage" if bench is None else bench["name"]
        write_result(keep, name, str(weights), scores, seed, n, resolve(weights), details)
    return result


@lru_cache(maxsize=1)
def _subject(weights: str, listener: str | None, bank: str | None, device: str, one_thread: bool) -> Subject:
    """What this process measures, loaded once."""
    import torch
    from diffusers.utils import logging

    from ta_v2a.pipelines.foley import FoleyPipeline
    from ta_v2a.stage.sound.bank import SoundBank

    logging.disable_progress_bar()  # several processes would draw over each other
    if one_thread:
        torch.set_num_threads(1)
    place = chosen_device(device)
    judge = load_listener(listener).to(place)
    pipeline = FoleyPipeline.from_pretrained(weights).to(place)
    pipeline.set_progress_bar_config(disable=True)
    try:
        sounds = None if bank is None else SoundBank(Path(bank), split="test")
    except ValueError as error:
        raise UserError(str(error)) from error
    return Subject(pipeline, judge, sounds)
