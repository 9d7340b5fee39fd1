"""Tables of the documentation, written from the results.

    python -m ta_v2a.evaluation.report.tables docs README.md

A page holds, each on a line of its own, `<!-- result: FILE.json [FILE.json ...] table=KIND -->` and
`<!-- end -->`; what stands between them is the table and is written anew. Files are named from the working
folder; `TABLES` has the kinds. A figure that a result does not hold leaves its cell empty.
"""

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.agreement import AGREEMENT
from ta_v2a.evaluation.metrics.av_align import ALIGN
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report.cells import cell, found, table
from ta_v2a.evaluation.report.joint_tables import joint_align_table, joint_table
from ta_v2a.evaluation.report.results import Result, read_result
from ta_v2a.media.writing.atomic import output_file, whole_file

_BLOCK = re.compile(r"^(<!-- result: (.+?) -->\n)(.*?)^(<!-- end -->)$", re.MULTILINE | re.DOTALL)
_BEGIN = re.compile(r"^<!-- result:", re.MULTILINE)
GAIN, F1, SHUFFLED = "gain:100ms", "f1:100ms", "shuffled_f1:100ms"


def _stage(results: Sequence[Result]) -> str:
    """The stage benchmark: every sound that was heard."""
    (result,) = results
    words = {
        "generated": "generated",
        "ceiling": "ceiling: true sound through autoencoder and vocoder",
        "true sound": "true sound",
        "shuffled video": "chance: shuffled video",
        "shuffled text": "chance: shuffled text",
    }
    header = ("sound", "onset F1 at 50 ms", "median timing error", "class accuracy", "text steering")
    rows = []
    for of, name in words.items():
        if (f1 := found(result, "onset F1", of)) is None:
            continue
        error = found(result, "timing error", of)
        timing = "" if error is None or error.value is None else f"{1000 * error.value:.1f} ms"
        measures = (found(result, metric, of) for metric in ("class accuracy", "text steering"))
        rows.append((name, cell(f1), timing, *map(cell, measures)))
    return table(header, rows)


def _stage_weights(results: Sequence[Result]) -> str:
    """The generated sounds of several weights, a row a result."""
    header = ("weights", "onset F1", "of the ceiling", "class", "of the ceiling", "steering")
    metrics = (
        "onset F1",
        "onset F1 of the ceiling",
        "class accuracy",
        "class accuracy of the ceiling",
        "text steering",
    )
    return table(
        header, ((one.subject, *(cell(found(one, metric), n=False) for metric in metrics)) for one in results)
    )


def _stage_rest(results: Sequence[Result]) -> str:
    """What else the stage benchmark told: shares of the ceiling, families, controls."""
    (result,) = results
    shown = ("onset F1 of the ceiling", "class accuracy of the ceiling", "onset precision", "onset recall")
    rows = [(metric, one) for metric in shown if (one := found(result, metric)) is not None]
    for one in result.figures:
        family = one.of.removeprefix("generated: ")
        if one.metric == "class accuracy" and family != one.of:
            rows.append((f"class accuracy: {family}", one))
        elif one.metric in ("leakage", "cue-window energy"):
            what = {"leakage": "a negated source is heard", "cue-window energy": "power in a cue's window"}[
                one.metric
            ]
            if one.variant.endswith("other_source"):
                what = "the other source is heard"
            rows.append((what if one.of == "generated" else f"{what}, {one.of}", one))
    return table(("measure", "value"), ((name, cell(one)) for name, one in rows))


def _retrieval(results: Sequence[Result]) -> str:
    """Retrieval between the three spaces of a CVALP."""
    (result,) = results
    ways = [
        (a, b)
        for x, y in (("audio", "video"), ("audio", "text"), ("video", "text"))
        for a, b in ((x, y), (y, x))
    ]
    rows = []
    for way in (f"{a} to {b}" for a, b in ways):
        recalls = (cell(found(result, "retrieval", way, f"recall@{k}"), n=False) for k in (1, 5, 10))
        rank = cell(found(result, "retrieval", way, "median_rank"), 1, n=False, end_digits=0)
        rows.append((way, *recalls, rank))
    return table(("direction", "recall@1", "recall@5", "recall@10", "median rank"), rows)


def _encoders(results: Sequence[Result]) -> str:
    """What else is measured of a CVALP: timing, probes, naming."""
    (result,) = results
    rows = [one for one in result.figures if one.metric != "retrieval" and one.of != "chance"]
    chance = {(one.metric, one.variant): one.value for one in result.figures if one.of == "chance"}

    def beside(one: Score) -> str:
        value = chance.get((one.metric, one.variant))
        return "" if value is None or "minus" in one.of else f"{value:.3f}"

    named = {"average_precision": ", average precision", "f1": ", F1"}
    lines = [(one.metric + named.get(one.variant, ""), one.of, cell(one), beside(one)) for one in rows]
    return table(("measure", "of", "value", "chance"), lines)


CONDITIONS = {
    "generated": "generated", "truth": "truth", "split_halves": "halves", "shuffled": "wrong pairs",
    "same_clip": "same clip", "shift_0.1s": "0.1 s late", "shift_0.25s": "0.25 s", "shift_0.5s": "0.5 s",
    "shift_1s": "1 s", "silence": "silence", "white_noise": "noise", "constant_sound": "steady tone",
    "static_video": "static picture",
}  # fmt: skip


def brief(value: float) -> str:
    """Three digits or so of metrics whose scales lie far apart."""
    if value and abs(value) < 0.005:
        return f"{value:.5f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}"


def _sanity(results: Sequence[Result]) -> str:
    """Every metric of two folders beside truth and spoilt truth; several results
    are headed by their subjects."""
    columns = [of for of in CONDITIONS if any(of == one.of for result in results for one in result.figures)]
    rows: list[list[str]] = []
    for result in results:
        if len(results) > 1:
            rows.append([f"**{result.subject}**", *([""] * len(columns))])
        by_place = {(one.id, one.of): one for one in result.figures}
        for name in dict.fromkeys(one.id for one in result.figures):
            row = [name]
            for of in columns:
                one = by_place.get((name, of))
                text = "" if one is None or one.value is None else brief(one.value)
                if one is not None and of == "generated" and one.low is not None and one.high is not None:
                    text += f" ({brief(one.low)} to {brief(one.high)})"
                row.append(text)
            rows.append(row)
    return table(["metric", *(CONDITIONS[of] for of in columns)], rows)


def _films(results: Sequence[Result]) -> str:
    """Onset agreement on real films: a row a result, or a row for everything that a result tells apart."""
    rows = []
    for result in results:
        for gain in (one for one in result.figures if one.variant == GAIN):
            seed = "" if result.seed is None else f"seed {result.seed}"
            name = f"{seed} ({_when(result)})" if gain.of == "generated" else f"{gain.of} ({_when(result)})"
            f1s = (cell(found(result, AGREEMENT, gain.of, variant), n=False) for variant in (F1, SHUFFLED))
            align = found(result, ALIGN, gain.of)
            rows.append((name, *f1s, cell(gain), cell(align, n=False)))
    return table(("sounds", "F1 at 100 ms", "with the other films' sounds", "gain", "AV-Align"), rows)


def _when(result: Result) -> str:
    """By what the figures of a result are known."""
    if result.origin != "measured":
        return f"{result.date}, {result.origin.split()[0]}"
    return f"{result.date}, {(result.commit or 'no commit')[:7]}{', changed' if result.dirty else ''}"


def _speed(results: Sequence[Result]) -> str:
    """Seconds and memory of one clip, cold and warm; the range is that of the runs."""
    (result,) = results
    rows = []
    for one in result.figures:
        if one.value is None:
            continue
        spread = f" ({one.low:.3g} to {one.high:.3g})" if one.low is not None and one.high is not None else ""
        amount = f"{one.value:,.0f} MiB" if one.unit == "MiB" else f"{one.value:.3g} s{spread}"
        rows.append((f"{one.metric}, {one.of}" if one.unit == "MiB" else one.of, amount))
    return table(("what", _when(result)), rows)


def _long_clips(results: Sequence[Result]) -> str:
    """Seconds and memory against the length of the clip."""
    (result,) = results
    rows = []
    for of in dict.fromkeys(one.of for one in result.figures):
        time, slope, memory = (
            found(result, metric, of) for metric in ("time", "time of a further second", "peak memory")
        )
        seconds = f"{time.value:.3g} s" if time is not None and time.value is not None else ""
        rows.append((of, seconds, cell(slope, 3, n=False), cell(memory, 0, n=False)))
    return table(("clip", "from command to file", "seconds a further second", "peak memory, MiB"), rows)


def _vocoders(results: Sequence[Result]) -> str:
    """Vocoders by groups of sounds."""
    (result,) = results
    columns = {
        "STFT distance": 3,
        "log-mel distance": 2,
        "level difference": 2,
        "onset error": 1,
        "onset F1": 3,
    }
    header = (
        "vocoder",
        "sounds",
        "STFT distance",
        "log-mel, dB",
        "level, dB",
        "onset, ms",
        "onset F1",
        "speed",
        "MiB",
    )
    rows = []
    for of in dict.fromkeys(one.of for one in result.figures if one.metric == "STFT distance"):
        name, group = of.split(": ")
        first = result.figure("STFT distance", of)
        cells = [cell(found(result, metric, of), digits, n=False) for metric, digits in columns.items()]
        once = ("seconds of sound a second", "peak memory") if group == "all" else ()
        amounts = [found(result, metric, name) for metric in once]
        shown = [f"{one.value:g}" if one is not None and one.value is not None else "" for one in amounts]
        rows.append((name, f"{group} ({first.n})", *cells, *(shown or ["", ""])))
    return table(header, rows)


def _over_wavegrad(results: Sequence[Result]) -> str:
    """Distances over those of plain WaveGrad with the same schedule, on sounds of unseen kinds."""
    (result,) = results
    rows = []
    for of in dict.fromkeys(one.of for one in result.figures if one.metric.endswith("over plain WaveGrad's")):
        name, group = of.split(": ")
        if group == "unseen kinds":
            ratios = (
                found(result, f"{metric} over plain WaveGrad's", of)
                for metric in ("STFT distance", "log-mel distance")
            )
            rows.append((name, *(cell(one, n=False) for one in ratios)))
    return table(("vocoder", "STFT", "log-mel"), rows)


def _summary(results: Sequence[Result]) -> str:
    """How good and how fast, in six rows: of a stage benchmark, films of one or several seeds,
    `foley_speed` and `long_clip`."""
    by_name = {one.name: one for one in results}
    quick, long = by_name["foley_speed"], by_name["long_clip"]
    bench = by_name.get("stage-bench-v1") or by_name["stage"]  # all scenes of the benchmark, or the first
    seeds = [one for one in results if one.name == "films"]
    gains = [one.figure(AGREEMENT, variant=GAIN) for one in seeds]

    def mean(variant: str) -> str:
        values = [one.figure(AGREEMENT, variant=variant).value or 0.0 for one in seeds]
        return f"{sum(values) / len(values):.3f}"

    def at(metric: str, of: str) -> str:
        return cell(bench.figure(metric, of), n=False)

    longest = max(
        (one for one in long.figures if one.metric == "time"), key=lambda one: float(one.of.split()[0])
    )
    memory = long.figure("peak memory", longest.of).value or 0.0
    cold, warm = quick.figure("time", "cold: whole command"), quick.figure("time", "warm: whole clip")
    intervals = ", ".join(cell(one, n=False) for one in gains)
    gain = f"{mean(GAIN)} more than with another film's sound (by seed {intervals})"
    ceiling, other = "through the same decoder", "of another clip"
    rows = [
        (f"hits when the picture hits: onset F1 at 50 ms, {bench.n:,} unseen rendered "
         "scenes", cell(bench.figure("onset F1")),
         f"true sound {ceiling} {at('onset F1', 'ceiling')}; picture {other} "
         f"{at('onset F1', 'shuffled video')}"),
        ("sounds like what the text says: class accuracy, the same "
         "scenes", cell(bench.figure("class accuracy")),
         f"true sound {ceiling} {at('class accuracy', 'ceiling')}; text {other} "
         f"{at('class accuracy', 'shuffled text')}"),
        ("follows a text that contradicts the picture", cell(bench.figure("text steering")),
         f"true sound {ceiling} {at('text steering', 'ceiling')}"),
        (f"{gains[0].n} real films: onset F1 at 100 ms with the films' own sound", mean(F1), gain),
        ("a clip of 8.2 s, from command to finished file", f"{cold.value:.1f} s",
         f"once loaded {warm.value:.2f} s"),
        (f"a clip of {longest.of}", f"{longest.value:.0f} s", f"peak memory {memory:,.0f} MiB"),
    ]  # fmt: skip
    return table(("what", "`mini`", "beside it"), rows)


def _arms(results: Sequence[Result]) -> str:
    """`benchmarks/paper_tables.py` or `benchmarks/guide_competition.py`: every sound that was heard, by all
    that was measured of any."""
    (result,) = results
    digits = {"FD": 2, "FAD": 2, "IS": 2, "MKL": 2, "time": 1}
    ids = dict.fromkeys((one.metric, one.variant) for one in result.figures if one.metric not in _LEFT_OUT)
    twice = [metric for metric, _ in ids]
    header = [metric if twice.count(metric) == 1 else f"{metric}, {variant}" for metric, variant in ids]
    rows = []
    for of in dict.fromkeys(one.of for one in result.figures):
        found_ones = (found(result, metric, of, variant) for metric, variant in ids)
        cells = (cell(one, digits.get(m, 3), n=False) for one, (m, _) in zip(found_ones, ids, strict=True))
        rows.append((of, *cells))
    return table(("sound", *header), rows)


_LEFT_OUT = ("onset precision", "onset recall", "class accuracy, one source")


TABLES: dict[str, Callable[[Sequence[Result]], str]] = {
    "stage": _stage,
    "stage-weights": _stage_weights,
    "stage-rest": _stage_rest,
    "arms": _arms,
    "joint-align": joint_align_table,
    **{f"joint-{task}": partial(joint_table, task=task) for task in ("t2av", "v2a", "a2v")},
    "retrieval": _retrieval,
    "encoders": _encoders,
    "sanity": _sanity,
    "films": _films,
    "speed": _speed,
    "long-clips": _long_clips,
    "vocoders": _vocoders,
    "over-wavegrad": _over_wavegrad,
    "summary": _summary,
}


def regenerated(text: str, root: Path) -> str:
    """A page with all its tables written anew.

    Args:
        text: of the page.
        root: folder from which its results are named.

    Raises:
        UserError: if a marker names no kind of table, a file is no result or lacks what the table needs, or a
            marker has no end.
    """

    def block(match: re.Match[str]) -> str:
        begin, words, _, end = match.groups()
        *files, kind = words.split()
        render = TABLES.get(kind.removeprefix("table="))
        if render is None or not kind.startswith("table="):
            raise UserError(
                f"a marker of a result ends with table=KIND, of {', '.join(TABLES)}: {begin.strip()}"
            )
        results = [read_result(root / file) for file in files]
        try:
            return f"{begin}\n{render(results)}\n\n{end}"
        except (KeyError, ValueError) as error:
            raise UserError(
                f"no table of these results ({error.__class__.__name__}: {error}): {begin.strip()}"
            ) from error

    if len(_BEGIN.findall(text)) != len(_BLOCK.findall(text)):
        raise UserError("a marker of a result has no <!-- end --> on a line of its own")
    return _BLOCK.sub(block, text)


def pages_of(names: Iterable[str | Path]) -> list[Path]:
    """The pages, and those below the folders, by name."""
    found: list[Path] = []
    for path in map(Path, names):
        found += sorted(path.rglob("*.md")) if path.is_dir() else [path]
    return found


def write_tables(names: Sequence[str]) -> int:
    """Writes the tables of the pages; names the pages that changed. Returns the exit code."""
    try:
        for page in pages_of(names):
            text = page.read_text(encoding="utf-8")
            if (new := regenerated(text, Path.cwd())) != text:
                with whole_file(output_file(page)) as part:
                    Path(part).write_text(new, encoding="utf-8")
                print(page)
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(write_tables(sys.argv[1:]))
