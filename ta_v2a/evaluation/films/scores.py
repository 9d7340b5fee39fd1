"""What `ta-v2a evaluate films` measured, as records."""

from typing import Any

from ta_v2a.evaluation.metrics.agreement import AGREEMENT
from ta_v2a.evaluation.metrics.av_align import ALIGN, ALIGN_RATE_HZ
from ta_v2a.evaluation.metrics.onsets import ONSET_RATE_HZ
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.networks.extractors import RESAMPLER

_HEARD: dict[str, Any] = {"sample_rates_hz": {"onsets_librosa": ONSET_RATE_HZ}, "resampler": RESAMPLER}
_ALIGN_HEARD: dict[str, Any] = {"sample_rates_hz": {"peaks_22050": ALIGN_RATE_HZ}, "resampler": RESAMPLER}


def film_scores(result: dict[str, Any]) -> list[Score]:
    """Records of `films_command`'s result: F1, that with the other clips' sounds,
    the gain between them, AV-Align.

    Only the gain has an interval: it is drawn clip by clip with both F1 in it. Without clips to compare with
    there is no record.
    """
    found = result.get("onset_agreement")
    if found is None:
        return []
    tolerance = f"{round(1000 * found['tolerance_s'])}ms"

    def row(value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
        return {"value": value, "low": low, "high": high, "n": found["n"]}

    scores = [
        Score.of_row(row(found["f1"]), AGREEMENT, f"f1:{tolerance}", "higher", **_HEARD),
        Score.of_row(row(found["shuffled_f1"]), AGREEMENT, f"shuffled_f1:{tolerance}", "higher", **_HEARD),
        Score.of_row(
            row(found["gain"], *found["gain_95"]), AGREEMENT, f"gain:{tolerance}", "higher", **_HEARD
        ),
    ]
    align = dict(result.get("av_align", {}))
    variant = align.pop("variant", "")
    names = {"true": "true sound", "generated_shuffled": "shuffled", "true_shuffled": "true sound, shuffled"}
    return scores + [
        Score.of_row(each, ALIGN, variant, "higher", of=names.get(name, name), **_ALIGN_HEARD)
        for name, each in align.items()
    ]


def difference_score(found: dict[str, Any]) -> Score:
    """The record of `gain_difference`'s result."""
    low, high = found["difference_95"]
    row = {"value": found["difference"], "low": low, "high": high, "n": found["n"]}
    variant = f"gain difference:{round(1000 * found['tolerance_s'])}ms:paired"
    return Score.of_row(row, AGREEMENT, variant, "higher", **_HEARD)
