"""`ta-v2a evaluate stage`: the stage benchmark of a preset, with its controls, and both as records."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ta_v2a.engine.devices import chosen_device
from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.evaluation.stage import frozen
from ta_v2a.evaluation.stage.benchmark import evaluate_stage
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
    **settings: Any,
) -> dict[str, Any]:
    """`ta-v2a evaluate stage`: loads the pipeline and the listener and returns the result for JSON.

    With exactly the scenes of the frozen benchmark (n = 1,000, no bank) the result names it, after a check of
    its hash. `controls_n` scenes of two sources are tried with negative prompts and cues as well.
    `keep` is where the result is written as data as well. Networks run on `device`.

    Raises:
        UserError: if weights are missing or a number is out of range.
    """
    place = chosen_device(device)
    judge = load_listener(listener).to(place)
    from ta_v2a.pipelines.foley import FoleyPipeline

    pipeline = FoleyPipeline.from_pretrained(str(weights)).to(place)
    sounds = None
    if bank is not None:
        from ta_v2a.stage.sound.bank import SoundBank

        try:
            sounds = SoundBank(Path(bank), split="test")
        except ValueError as error:
            raise UserError(str(error)) from error
    bench = frozen.checked_bench() if n == frozen.SCENES and bank is None else None
    measured = evaluate_stage(
        pipeline, n, seed, batch, judge, chance_n, sounds, progress=progress, **settings
    )
    result = {"benchmark": bench, **measured}
    if controls_n:
        result["controls"] = evaluate_controls(pipeline, controls_n, seed, judge, bank=sounds, **settings)
    scores = stage_scores(result, folder_sha256(listener or WEIGHTS))
    result["scores"] = [one.as_dict() for one in scores]
    if keep is not None:
        told = ("settings", "batch", "scenes", "seconds", "tolerance_s")
        details = {"benchmark": bench, "bank": None if bank is None else str(bank)}
        details |= {name: result[name] for name in told}
        name = "stage" if bench is None else bench["name"]
        write_result(keep, name, str(weights), scores, seed, n, resolve(weights), details)
    return result
