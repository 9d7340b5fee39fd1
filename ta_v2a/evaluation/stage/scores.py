"""What `ta-v2a evaluate stage` measured, as records."""

from typing import Any

from ta_v2a.evaluation.metrics.records import Better, Score
from vocoders.clock import MINI

LISTENER, ONSET_READER = "listener", "onsets_superflux"
About = tuple[str, str, Better, str, str]
MEASURES: dict[str, About] = {
    # name in the result: metric, variant, which way is up, what heard it, unit
    "onset_f1": ("onset F1", "stage:50ms", "higher", ONSET_READER, ""),
    "onset_precision": ("onset precision", "stage:50ms", "higher", ONSET_READER, ""),
    "onset_recall": ("onset recall", "stage:50ms", "higher", ONSET_READER, ""),
    "median_timing_error_s": ("timing error", "stage:median_s", "lower", ONSET_READER, "s"),
    "class_accuracy": ("class accuracy", "stage:listener", "higher", LISTENER, ""),
    "class_accuracy_one_source": ("class accuracy, one source", "stage:listener", "higher", LISTENER, ""),
    "text_steering": ("text steering", "stage:listener", "higher", LISTENER, ""),
}
OF_CEILING: dict[str, About] = {
    "onset_f1": ("onset F1 of the ceiling", "stage:50ms:paired", "higher", ONSET_READER, ""),
    "class_accuracy": ("class accuracy of the ceiling", "stage:listener:paired", "higher", LISTENER, ""),
}
NEGATED: About = ("leakage", "stage:listener:negated_source", "lower", LISTENER, "")
KEPT: About = ("leakage", "stage:listener:other_source", "higher", LISTENER, "")
GONE: About = ("gone", "stage:listener:negated_source:half", "higher", LISTENER, "")
KEPT_RATE: About = ("kept", "stage:listener:other_source:half", "higher", LISTENER, "")
GONE_HEARD: About = ("gone", "stage:listener:negated_source:half:where_heard", "higher", LISTENER, "")
KEPT_HEARD: About = ("kept", "stage:listener:other_source:half:where_heard", "higher", LISTENER, "")
BOTH: About = ("both cues heard", "stage:listener:overlapping:half", "higher", LISTENER, "")
ALONE: About = ("onset F1 of a source alone", "stage:50ms:own_words", "higher", ONSET_READER, "")
INSIDE: About = ("energy in the cue's window", "stage:middle_third:100ms", "higher", "", "")
WINDOW: About = ("cue-window energy", "stage:middle_third", "higher", "", "")
CONTROLS: dict[tuple[str, str], tuple[About, str]] = {
    # place in the result: what it is, and of which sound
    ("leakage", "negated"): (NEGATED, "generated"),
    ("leakage", "not_negated"): (NEGATED, "without the negative prompt"),
    ("leakage", "true_sound"): (NEGATED, "true sound"),
    ("leakage", "other_negated"): (KEPT, "generated"),
    ("leakage", "other_not_negated"): (KEPT, "without the negative prompt"),
    ("leakage", "other_true_sound"): (KEPT, "true sound"),
    ("rates", "gone_negated"): (GONE, "generated"),
    ("rates", "gone_not_negated"): (GONE, "without the negative prompt"),
    ("rates", "gone_true_sound"): (GONE, "true sound"),
    ("rates", "kept_negated"): (KEPT_RATE, "generated"),
    ("rates", "kept_not_negated"): (KEPT_RATE, "without the negative prompt"),
    ("rates", "kept_true_sound"): (KEPT_RATE, "true sound"),
    ("rates", "gone_negated_where_heard"): (GONE_HEARD, "generated"),
    ("rates", "gone_not_negated_where_heard"): (GONE_HEARD, "without the negative prompt"),
    ("rates", "kept_negated_where_heard"): (KEPT_HEARD, "generated"),
    ("rates", "kept_not_negated_where_heard"): (KEPT_HEARD, "without the negative prompt"),
    ("rates", "both_of_overlapping_cues"): (BOTH, "generated"),
    ("share_inside", "cue"): (INSIDE, "generated"),
    ("share_inside", "whole_clip"): (INSIDE, "the text for the whole clip"),
    ("cue_window_energy", "cue"): (WINDOW, "generated"),
    ("cue_window_energy", "whole_clip"): (WINDOW, "the text for the whole clip"),
    ("onset_f1_alone", "own"): (ALONE, "generated"),
    ("onset_f1_alone", "other"): (ALONE, "generated, against the other source's events"),
}


def stage_scores(result: dict[str, Any], listener_sha256: str) -> list[Score]:
    """Records of every sound that was heard (`of`: "generated", "ceiling", "true sound", ...), and of the
    controls where they were measured; those of the generated sounds come first.

    Args:
        result: of `evaluate_stage`, with "controls" or without.
        listener_sha256: of the judge's weights.
    """
    heard = {name.replace("_", " "): rows for name, rows in result["results"].items()}
    rows = [
        (heard[of][name], about, of) for of in heard for name, about in MEASURES.items() if name in heard[of]
    ]
    rows += [(result["of_ceiling"][name], about, "generated") for name, about in OF_CEILING.items()]
    for family, row in result["class_accuracy_by_family"].items():
        rows.append((row, MEASURES["class_accuracy"], f"generated: {family}"))
    for (group, name), (about, of) in CONTROLS.items():
        if "controls" in result:
            rows.append((result["controls"][group][name], about, of))
    return [measure_score(row, about, of, listener_sha256) for row, about, of in rows]


def measure_score(row: dict[str, Any], about: About, of: str, listener_sha256: str) -> Score:
    """The record of one estimate of `Tally.report` or of the controls."""
    metric, variant, better, heard_by, unit = about
    judged = heard_by == LISTENER
    return Score.of_row(
        row,
        metric,
        variant,
        better,
        of=of,
        unit=unit,
        sample_rates_hz={heard_by: MINI.sample_rate_hz} if heard_by else {},
        embedding=LISTENER if judged else "",
        embedding_sha256=listener_sha256 if judged else "",
    )
