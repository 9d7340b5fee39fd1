"""`ta-v2a evaluate generate`: films from captions that no training saw, and records of their measures."""

from collections.abc import Callable
from typing import Any, Literal

from ta_v2a.delivery.order import load_engine
from ta_v2a.engine.filming import film_maker
from ta_v2a.engine.parts import load_video_parts
from ta_v2a.evaluation.generate.measured import measure_films
from ta_v2a.evaluation.metrics.records import Better, Score
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.presets.resolve import resolve
from ta_v2a.system.extras import need

_MEASURES: dict[str, tuple[str, str, Better]] = {
    "act": ("act named right", "generate:ridge", "higher"),
    "onset_seen": ("onset seen", "generate:tower", "higher"),
    "count_within_one": ("count told, within one", "generate:tower", "higher"),
    "seen_against_heard_f1": ("onset F1, seen against heard", "generate:50ms", "higher"),
    "memorised": ("nearer to a training scene than the real one", "generate:act_features", "lower"),
}


def generate_command(
    preset: str,
    n: int,
    seed: int,
    steps: int,
    text_scale: float,
    drafts: int | None,
    progress: Callable[[int, int], None] | None = None,
    keep: Begun | None = None,
    jobs: int = 1,
    world: Literal["flat", "solid"] | None = None,
    trained: int | None = None,
) -> dict[str, Any]:
    """Measures films of `n` captions; `keep` is where the result is written as data as well;
    `jobs` processes render the training's scenes; `world` and `trained` as `measure_films` reads them.

    Raises:
        UserError: the preset holds no video head, or the solid world's extra is missing.
    """
    video = load_video_parts(preset)
    engine = load_engine(preset)
    maker = film_maker(engine.parts.cvalp, **video, device=engine.device)
    if (world or maker.world) == "solid":
        need("solid")
    result = measure_films(engine, maker, n, seed, steps, text_scale, progress, trained, drafts, jobs, world)
    scores = [
        Score.of_row(row, metric, variant, better, of=of)
        for name, (metric, variant, better) in _MEASURES.items()
        for of, row in result["results"][name].items()
    ]
    for name, values in result["distances"].items():
        for of, value in values.items():
            row = {"value": value, "low": None, "high": None, "n": n}
            scores.append(Score.of_row(row, name, "generate:E_v", "lower", of=of))
    result["scores"] = [one.as_dict() for one in scores]
    if keep is not None:
        details = {"captions": result["captions"], "settings": result["settings"]}
        write_result(keep, "generate", preset, scores, seed, n, resolve(preset), details)
    return result
