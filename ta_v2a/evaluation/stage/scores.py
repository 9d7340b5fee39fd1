"""What `ta-v2a evaluate stage` measured of the generated sounds, as records."""

from typing import Any

from ta_v2a.evaluation.metrics.records import Better, Score, code_version
from vocoders.clock import MINI

LISTENER, ONSET_READER = "listener", "onsets_superflux"
MEASURES: dict[str, tuple[str, str, Better, str]] = {
    # name in the result: metric, variant, which way is up, what heard it
    "onset_f1": ("onset F1", "stage:50ms", "higher", ONSET_READER),
    "onset_precision": ("onset precision", "stage:50ms", "higher", ONSET_READER),
    "onset_recall": ("onset recall", "stage:50ms", "higher", ONSET_READER),
    "median_timing_error_s": ("timing error", "stage:median_s", "lower", ONSET_READER),
    "class_accuracy": ("class accuracy", "stage:listener", "higher", LISTENER),
    "text_steering": ("text steering", "stage:listener", "higher", LISTENER),
}
CONTROLS: dict[tuple[str, str], tuple[str, str, Better, str]] = {
    ("leakage", "negated"): ("leakage", "stage:listener:negated_source", "lower", LISTENER),
    ("cue_window_energy", "cue"): ("cue-window energy", "stage:middle_third", "higher", ""),
}


def stage_scores(result: dict[str, Any], listener_sha256: str) -> list[Score]:
    """Records of the generated sounds, of the controls too where they were measured.

    Args:
        result: of `evaluate_stage`, with "controls" or without.
        listener_sha256: of the judge's weights.
    """
    rows = [(result["results"]["generated"][name], about) for name, about in MEASURES.items()]
    if "controls" in result:
        rows += [(result["controls"][group][name], about) for (group, name), about in CONTROLS.items()]
    return [_score(row, *about, listener_sha256) for row, about in rows]


def _score(row: dict[str, Any], metric: str, variant: str, better: Better, heard_by: str, listener_sha256: str) -> Score:
    judged = heard_by == LISTENER
    return Score(
        metric=metric,
        variant=variant,
        value=row["value"],
        low=row["low"],
        high=row["high"],
        n=row["n"],
        better=better,
        sample_rates_hz={heard_by: MINI.sample_rate_hz} if heard_by else {},
        embedding=LISTENER if judged else "",
        embedding_sha256=listener_sha256 if judged else "",
        code_version=code_version(),
        flags=() if row["value"] is not None else ("no clip to which it applies",),
    )
