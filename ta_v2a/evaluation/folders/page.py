"""The HTML report: one file with everything in it, no address outside it."""

import base64
import html
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.folders.baselines import SANITY_CONDITIONS
from ta_v2a.evaluation.folders.measured import MeasuredInput
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics.agreement import AGREEMENT_TOLERANCE_S
from ta_v2a.media.writing.atomic import whole_file

SHOWN = 3  # worst and best clips, each
PLOTTED = 40  # rows of the onset plot
FIGURE_PX = 1200
HIT_ON_WHITE, MISS_ON_WHITE = "#12a584", "#c0392b"
RANKED_BY = ("onset F1/stage:50ms", "onset agreement/f1:100ms", "CLIPSIM/cvalp", "VT-align/cvalp:cosine", "AVHScore/cvalp")
STYLE = """body{font:15px/1.5 system-ui,sans-serif;color:#1f2430;max-width:1240px;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;margin:1em 0;font-size:13px}td,th{padding:3px 8px;border-bottom:1px solid #e3e5ea;text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}.seen{background:#dff5ea}.missed{background:#fbdcdc;font-weight:600}
.blind{background:#f3f0e2}.wide{overflow-x:auto}img{max-width:100%}small{color:#6b7180}h2{margin-top:2em}"""


def write_report(place: Path, result: dict[str, Any], view: View) -> None:
    """Writes the report of `evaluate_folders`' result.

    Args:
        place: the file, as `output_file` gives it.
        result: what `evaluate_folders` returned.
        view: likewise; its references and generated files are drawn.

    Raises:
        UserError: if the file cannot be written.
    """
    parts = [
        f"<h1>{_text(result['task'])}: {_text(Path(result['generated']).name)} against {_text(Path(result['reference']).name)}</h1>",
        f"<p>{result['n']} clips, {result['bad']['count']} left out. Code {_text(result['code_version'])}.</p>",
        _scores(result["scores"]),
        _sanity(result),
        _left_out(result),
        _onset_plot(result, view),
        _clips(result),
    ]
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>ta-v2a evaluate</title><style>{STYLE}</style>"
    with whole_file(place) as part:
        Path(part).write_text(head + "\n".join(parts) + "</html>\n", encoding="utf-8")


def _text(value: Any) -> str:
    return html.escape(str(value))


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _table(header: list[str], rows: list[str]) -> str:
    head = "".join(f"<th>{_text(name)}</th>" for name in header)
    return f"<div class=wide><table><tr>{head}</tr>{''.join(rows)}</table></div>"


def _scores(scores: list[dict[str, Any]]) -> str:
    rows = []
    for row in scores:
        arrow = "↑" if row["better"] == "higher" else "↓"
        interval = f"{_number(row['low'])} to {_number(row['high'])}"
        network = f"{row['embedding']} {row['embedding_sha256'][:12]}".strip()
        cells = f"<td>{_text(row['metric'])} {arrow}<td>{_text(row['variant'])}<td class=n>{_number(row['value'])}<td>{interval}"
        rows.append(f"<tr>{cells}<td class=n>{row['n']}<td>{_text(network)}<td><small>{_text('; '.join(row['flags']))}</small></tr>")
    return "<h2>Scores</h2>" + _table(["metric", "variant", "value", "95 %", "n", "network", ""], rows)


def _sanity(result: dict[str, Any]) -> str:
    """Green: ranked below the truth. Red: should be and is not. Sand: is not, and nobody says it should."""
    if not result["sanity"]:
        return ""
    names = [name for name in SANITY_CONDITIONS if any(name in row["values"] for row in result["sanity"])]
    rows = []
    for row in result["sanity"]:
        cells = []
        for name in names:
            value, seen = row["values"].get(name), row["seen"].get(name)
            shade = "" if seen is None else "seen" if seen else "missed" if name in row["expected"] else "blind"
            cells.append(f'<td class="n {shade}">{_number(value["value"]) if value else ""}')
        rows.append(f"<tr><td>{_text(row['metric'])}{''.join(cells)}</tr>")
    flags = "".join(f"<li>{_text(metric)} {_text('; '.join(flags))}</li>" for metric, flags in result["flagged"].items())
    blind = ", ".join(result["blind_to_shift_0.25s"]) or "none"
    words = (
        f"<p>The references' own sounds and pictures, {result['baseline_clips']} clips, and the same spoilt, in place of the generated. "
        "Green: ranked below the truth (95 %). Red: claims to see it and does not. Sand: does not see it and need not.</p>"
    )
    shift = f"<p>Blind to a shift of 0.25 s: {_text(blind)}.</p>"
    return "<h2>Sanity</h2>" + words + _table(["metric", *names], rows) + (f"<ul>{flags}</ul>" if flags else "") + shift


def _left_out(result: dict[str, Any]) -> str:
    rows = [f"<tr><td>{_text(r['name'])}<td>{_text(r['side'])}<td>{_text(r['reason'])}</tr>" for r in result["bad"]["files"]]
    out = "<h2>Left out</h2>" + _table(["clip", "side", "reason"], rows) if rows else ""
    for key, words in (("silent", "Silent"), ("lengths_differ", "Lengths differ by more than 0.1 s")):
        if result[key]:
            out += f"<p>{words}: {_text(', '.join(result[key]))}.</p>"
    return out


def _ranked(result: dict[str, Any]) -> tuple[str | None, list[str]]:
    """The metric clips are ranked by, and their names, worst first."""
    known = result["clips"][0] if result["clips"] else {}
    by = next((name for name in RANKED_BY if name in known), None)
    rows = [clip for clip in result["clips"] if by is not None and clip[by] is not None]
    return by, [clip["name"] for clip in sorted(rows, key=lambda clip: clip[by])]


def _clips(result: dict[str, Any]) -> str:
    """Frames over spectrograms of the worst and best clips, and the table of all."""
    by, names = _ranked(result)
    if by is None:
        return ""
    values = {clip["name"]: clip[by] for clip in result["clips"]}
    worst, best = names[:SHOWN], [name for name in names[::-1][:SHOWN] if name not in names[:SHOWN]]
    out = [f"<h2>Worst and best clips by {_text(by)}</h2>"]
    for name in worst + best:
        out.append(f"<h3>{_text(name)}: {_number(values[name])}</h3>{_figure(result, name)}")
    columns = [key for key in result["clips"][0] if key != "name"]
    rows = [
        f"<tr><td>{_text(clip['name'])}" + "".join(f"<td class=n>{_number(clip[column])}" for column in columns) + "</tr>"
        for clip in result["clips"]
    ]
    return "".join(out) + "<h2>All clips</h2>" + _table(["clip", *columns], rows)


def _figure(result: dict[str, Any], name: str) -> str:
    """The clip's frames over its spectrograms as an image inside the page."""
    import cv2

    from ta_v2a.evaluation.folders.pairs import clip_files
    from ta_v2a.evaluation.report.figure import clip_figure

    made, true = clip_files(result["generated"])[0][name], clip_files(result["reference"])[0][name]
    picture = true.picture if result["task"] == "v2a" else made.picture
    if picture is None:
        return "<p><small>no picture</small></p>"
    sound = true.heard if result["task"] == "a2v" else made.heard
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as folder:
        png = Path(folder) / "figure.png"
        try:
            clip_figure(picture, sound, png, None if result["task"] == "a2v" else true.heard)
        except UserError as error:
            return f"<p><small>no figure: {_text(error)}</small></p>"
        drawn = cv2.imread(str(png))
    assert drawn is not None  # it was written just now
    height = round(drawn.shape[0] * FIGURE_PX / drawn.shape[1])
    small = cv2.resize(drawn, (FIGURE_PX, height), interpolation=cv2.INTER_AREA)
    code = base64.b64encode(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()).decode()
    return f'<img alt="{_text(name)}" src="data:image/jpeg;base64,{code}">'


def _onset_plot(result: dict[str, Any], view: View) -> str:
    """One row a clip: onsets of the true sound above the line, of the generated below; green where within 100 ms."""
    if result["task"] == "a2v" or not view.has("true_sound", "onsets_librosa"):
        return ""
    rows, wide, high = min(view.n, PLOTTED), 1000, 22
    longest_s = max(float(view.get("true_sound", "onsets_librosa", "duration_s", row)) for row in range(rows))
    marks = []
    for row in range(rows):
        true, made = (view.get(column, "onsets_librosa", "onsets_s", row) for column in ("true_sound", "sound"))
        middle = row * high + high / 2
        marks.append(f'<line x1=0 x2={wide} y1={middle} y2={middle} stroke="#e3e5ea"/>')
        marks.append(f"<text x={wide + 6} y={middle + 4} font-size=10>{_text(_name(view.columns['sound'][row]))}</text>")
        for times, others, up in ((true, made, -8), (made, true, 8)):
            for time_s in times:
                near = len(others) > 0 and float(np.abs(others - time_s).min()) <= AGREEMENT_TOLERANCE_S
                x, ink = f"{time_s / longest_s * wide:.1f}", HIT_ON_WHITE if near else MISS_ON_WHITE
                marks.append(f'<line x1={x} x2={x} y1={middle} y2={middle + up} stroke="{ink}" stroke-width=1.6 />')
    words = f"True sound above each line, generated below ({rows} clips, {longest_s:.1f} s); green: an onset of the other within 100 ms."
    svg = f'<svg viewBox="0 0 {wide + 240} {rows * high}" width="100%" role=img>{"".join(marks)}</svg>'
    return f"<h2>Onsets</h2><p>{words}</p>{svg}"


def _name(source: MeasuredInput) -> str:
    return source.name if len(source.name) <= 34 else source.name[:33] + "…"
