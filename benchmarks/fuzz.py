"""Damaged films and odd words through all that reads them: what ends neither in a result nor in one line.

Small films of ten kinds are made, and each is damaged in seeded ways: bits flipped, bytes inserted, removed
or repeated, blocks swapped, the end cut off, 32-bit fields set to extremes. Every damaged film is probed,
decoded, sounded to a WAV and to a film, and that film is probed; what takes longer than ten seconds is done
once more, and the shorter time counts. Strings go through the cutting of prompts,
the tokeniser, the parser of cues, the refiner (50 ms of processor time each at most, after the first), the
readers of all cue sheets, and every twentieth through the command line.

    PYTHONPATH=. python benchmarks/fuzz.py --films 3000 --strings 10000 --seed 0 --json --result FILE

Prints one JSON object and, without --json, a table on standard error. Ends with 1 if anything went wrong.
`--only N` does one film alone, `--keep FOLDER` keeps the films that went wrong.
"""

import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from damage import KINDS, film_of, make, string_of
from measuring import begun, keep, mebibytes, number, options, show

from ta_v2a.evaluation.report.results import machine

HANG_S = 10.0
KILLED_S = 60.0
MOST_MIB = 1536.0
LONGEST_S = 60.0
"""A damaged clock may promise hours: more than this is not written, as it takes long for a healthy film."""
REFINED_S = 0.05
"""Processor time that the refiner, and each reader of sheets, may take for a string."""
EXAMPLES = 40
TOKENISER = Path(__file__).resolve().parents[1] / "ta_v2a" / "weights" / "mini" / "cvalp" / "spiece.model"


def sound_it(path: Path, rng: random.Random) -> str:
    """The whole way of one film; in a word how it ended.

    Raises:
        UserError: one clear line.
    """
    from ta_v2a.media.reading.frames import luma_blocks
    from ta_v2a.media.reading.probe import probe
    from ta_v2a.media.writing.containers import CONTAINERS
    from ta_v2a.media.writing.mux import ORIGINALS, fitting, mux, rehearse
    from ta_v2a.media.writing.wav import write_wav
    from vocoders.clock import MINI

    original, ending = rng.choice(ORIGINALS), rng.choice((None, None, None, *CONTAINERS))
    clip = probe(path)
    sounding = clip.duration_s <= LONGEST_S
    if sounding:
        if ending is None:
            film, _ = fitting(clip, path.with_name("out"), original)
        else:
            film = rehearse(clip, path.with_name("out" + ending), original)
    for block in luma_blocks(clip, MINI.lasting(min(clip.duration_s, LONGEST_S))):
        assert block.dtype == np.uint8
    if not sounding:
        return "long"
    sound = np.sin(np.arange(round(16_000 * clip.duration_s)) * 0.3).astype(np.float32) * 0.5
    write_wav(path.with_name("out.wav"), sound, 16_000, clip.duration_s)
    encode = film.picture != "copied"
    made = mux(clip, sound, 16_000, film.path, original, encode=encode, further=film.further)
    again = probe(made.path)
    return "sounded" if abs(again.duration_s - clip.duration_s) < 0.1 else "other length"


def one_film(number: int, seed: int, wholes: dict[str, bytes], folder: Path) -> dict[str, Any]:
    """How film `number` ended, and what it left."""
    from ta_v2a.errors import UserError

    kind, content, rng = film_of(number, seed, wholes)
    path = folder / f"film{KINDS[kind].ending}"
    path.write_bytes(content)
    known = {path.name, "out.wav"}
    began = time.monotonic()
    try:
        outcome, why = sound_it(path, rng), ""
        known |= {f"out{ending}" for ending in (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi")}
    except UserError as error:
        outcome, why = "refused", str(error)
        if len(why.splitlines()) != 1:
            outcome = "traceback"
    except BaseException:
        outcome, why = "traceback", traceback.format_exc()
    seconds = time.monotonic() - began
    left = sorted(found.name for found in folder.iterdir() if found.name not in known)
    return {
        "kind": kind,
        "outcome": outcome,
        "why": why.replace(str(folder), ""),
        "seconds": seconds,
        "left": left,
        "peak_mib": _peak_mib(),
    }


def _peak_mib() -> float:
    """Peak memory of this process and of each that it has ended or has, in MiB: the largest."""
    ended = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    running = []
    with suppress(OSError):
        for task in Path("/proc/self/task").iterdir():
            for child in (task / "children").read_text().split():
                status = Path(f"/proc/{child}/status").read_text()
                running += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")]
    return mebibytes(max(ended + running))


def refine_it(text: str) -> float:
    """The refiner on a text; seconds of processor time."""
    from prompts.refining.rules import RuleRefiner

    began = time.process_time()
    found = RuleRefiner().refine(text)
    took_s = time.process_time() - began
    assert isinstance(found.text, str) and all(
        cue.end_s > cue.start_s >= 0 and cue.text for cue in found.cues
    )
    assert all("\n" not in finding.name for finding in found.trace)
    return took_s


def read_as_sheets(text: str) -> float:
    """All readers of sheets on a text; the most seconds of processor time of one."""
    from fractions import Fraction

    from ta_v2a.errors import UserError
    from ta_v2a.sheets.clocked import Counting
    from ta_v2a.sheets.reading import SHEET_FORMS, read_sheet_text
    from ta_v2a.sheets.sheet import cues_of

    slowest = 0.0
    for form in SHEET_FORMS:
        began = time.process_time()
        try:
            cues_of(read_sheet_text(text, form, Counting(Fraction(25))))
        except UserError as error:
            assert len(str(error).splitlines()) == 1 and len(str(error)) < 500
        slowest = max(slowest, time.process_time() - began)
    return slowest


def type_it(text: str) -> None:
    """A text as a prompt, a cue and a sheet on the command line, which ends at a film
    that is not there."""
    import io
    from contextlib import redirect_stderr, redirect_stdout

    from ta_v2a.cli.main import run_command

    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = run_command(["foley", "no such film.mp4", "-p", text, f"--cue={text}", f"--cues={text}"])
    assert code == 2 and "Traceback" not in said.getvalue()


def one_string(number: int, seed: int, tokenizer: Any) -> dict[str, Any]:
    """How text `number` ended."""
    from ta_v2a.engine.cues import cut_prompt, parse_cue, read_cues
    from ta_v2a.errors import UserError

    text = string_of(number, seed)
    began = time.monotonic()
    outcome, why, took_s = "read", "", 0.0
    try:
        cut, _ = cut_prompt(text)
        tokenizer.was_cut(cut or "")
        assert all(0 <= token < tokenizer.size for token in tokenizer.encode([cut or ""])[0])
        try:
            read_cues([parse_cue(text)], 1e9)
        except UserError as error:
            outcome = "refused" if len(str(error).splitlines()) == 1 else "traceback"
        took_s = max(refine_it(text), read_as_sheets(text))
        if took_s > REFINED_S:  # the machine may have had other work
            took_s = min(took_s, max(refine_it(text), read_as_sheets(text)))
        if number % 20 == 0:
            type_it(text)
    except BaseException:
        outcome, why = "traceback", traceback.format_exc()
    return {
        "kind": "string",
        "refined_s": took_s,
        "outcome": outcome,
        "why": why,
        "seconds": time.monotonic() - began,
        "left": [],
        "peak_mib": _peak_mib(),
    }


def work(line: Connection, seed: int, wholes: dict[str, bytes], folder: Path) -> None:
    """In a process of its own: does what it is told, ("film" or "string", number), until None."""
    from prompts.tokenizer import Tokenizer

    tempfile.tempdir = str(folder / "temporary")
    tokenizer = Tokenizer(TOKENISER)
    refine_it("a dog brak, a bell rang, 3x knock, at 3 s rain, no music")  # the refiner makes its tables once
    while (told := line.recv()) is not None:
        what, number = told
        if what == "string":
            line.send(one_string(number, seed, tokenizer))
            continue
        place = folder / "film"
        place.mkdir()
        answer = one_film(number, seed, wholes, place)
        answer["left"] += sorted(path.name for path in Path(tempfile.tempdir).iterdir())
        shutil.rmtree(place)
        line.send(answer)


class Worker:
    """The process in work; a new one after it hung, crashed or used too much memory."""

    def __init__(self, seed: int, wholes: dict[str, bytes], folder: Path) -> None:
        self._given = (seed, wholes, folder)
        self._folder = folder
        self._start()

    def _start(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "temporary").mkdir(parents=True)
        self._line, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=work, args=(theirs, *self._given), daemon=True
        )
        self._process.start()
        theirs.close()

    def do(self, what: str, number: int) -> dict[str, Any]:
        """How it ended."""
        self._line.send((what, number))
        try:
            if self._line.poll(KILLED_S):
                answer = self._line.recv()
                if answer["peak_mib"] > MOST_MIB:
                    self.end()
                    self._start()
                return answer
            outcome, why = "hang", f"no end within {KILLED_S:g} s"
        except (EOFError, OSError):
            self._process.join()
            outcome, why = "traceback", f"the process ended with {self._process.exitcode}"
        self.end()
        self._start()
        return {
            "kind": what,
            "outcome": outcome,
            "why": why,
            "seconds": KILLED_S,
            "left": [],
            "peak_mib": 0.0,
        }

    def end(self) -> None:
        """Ends it."""
        with suppress(OSError):
            self._line.send(None)
        self._process.join(2.0)
        self._process.kill()
        self._process.join()
        self._line.close()


@dataclass
class Tally:
    """What was counted."""

    outcomes: Counter = field(default_factory=Counter)
    tracebacks: int = 0
    hangs: int = 0
    over_memory: int = 0
    leftovers: int = 0
    slow_words: int = 0
    slowest_words_s: float = 0.0
    peak_mib: float = 0.0
    slowest_s: float = 0.0
    examples: list[dict[str, Any]] = field(default_factory=list)

    def add(self, number: int, answer: dict[str, Any]) -> bool:
        """Counts one; whether something was wrong with it."""
        wrong = {
            "tracebacks": answer["outcome"] == "traceback",
            "hangs": answer["seconds"] > HANG_S or answer["outcome"] == "hang",
            "over_memory": answer["peak_mib"] > MOST_MIB,
            "leftovers": bool(answer["left"]),
            "slow_words": answer.get("refined_s", 0.0) > REFINED_S,
        }
        for name, is_so in wrong.items():
            setattr(self, name, getattr(self, name) + is_so)
        self.outcomes[answer["outcome"]] += 1
        self.peak_mib = max(self.peak_mib, round(answer["peak_mib"], 1))
        self.slowest_words_s = max(self.slowest_words_s, round(answer.get("refined_s", 0.0), 4))
        self.slowest_s = max(self.slowest_s, round(answer["seconds"], 3))
        if any(wrong.values()) and len(self.examples) < EXAMPLES:
            what = [name for name, is_so in wrong.items() if is_so]
            self.examples.append(
                {"number": number, "wrong": what, **answer, "seconds": round(answer["seconds"], 2)}
            )
        return any(wrong.values())

    @property
    def wrong(self) -> int:
        """All that must not be."""
        return self.tracebacks + self.hangs + self.over_memory + self.leftovers + self.slow_words


def films(numbers: range | list[int], seed: int, keep: Path | None) -> Tally:
    """Damaged films through the whole way."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="ta-v2a-fuzz-") as name:
        wholes = {}
        for kind, made in KINDS.items():
            path = Path(name) / f"whole{made.ending}"
            make(made, path)
            wholes[kind] = path.read_bytes()
        worker = Worker(seed, wholes, Path(name) / "work")
        for number in numbers:
            answer = worker.do("film", number)
            if (
                HANG_S < answer["seconds"] < KILLED_S
            ):  # the machine may have had other work: the film is done once more
                answer = min(answer, worker.do("film", number), key=lambda one: one["seconds"])
            if tally.add(number, answer) and keep is not None:
                kind, content, _ = film_of(number, seed, wholes)
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{number}{KINDS[kind].ending}").write_bytes(content)
        worker.end()
    return tally


def strings(count: int, seed: int) -> Tally:
    """Odd texts through prompts, tokeniser, cues, refiner, sheets and command line."""
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="ta-v2a-fuzz-") as name:
        worker = Worker(seed, {}, Path(name) / "work")
        for number in range(count):
            tally.add(number, worker.do("string", number))
        worker.end()
    return tally


def main() -> int:
    """Does and prints; 1 if something was wrong."""
    parser = options(__doc__)
    parser.add_argument("--films", type=int, default=3000, help="damaged films")
    parser.add_argument("--strings", type=int, default=10_000, help="texts")
    parser.add_argument("--seed", type=int, default=0, help="of all chance")
    parser.add_argument("--only", type=int, nargs="+", help="these films alone, and no texts")
    parser.add_argument("--keep", type=Path, help="folder for the films that went wrong")
    parser.add_argument("--json", action="store_true", help="no table")
    given = parser.parse_args()
    noted = begun(given)
    began = time.monotonic()
    done = {
        "films": films(given.only or range(given.films), given.seed, given.keep),
        "strings": strings(0 if given.only else given.strings, given.seed),
    }
    report = {
        "seed": given.seed,
        "kinds": list(KINDS),
        **{
            name: {"count": sum(tally.outcomes.values()), **asdict(tally), "outcomes": dict(tally.outcomes)}
            for name, tally in done.items()
        },
        "wrong": sum(tally.wrong for tally in done.values()),
        "seconds": round(time.monotonic() - began, 1),
        "machine": machine(),
    }
    if given.json:
        print(json.dumps(report), flush=True)
    else:
        columns = ("tracebacks", "hangs", "over_memory", "leftovers", "slow_words", "peak_mib", "slowest_s")
        show(
            report,
            ("", "count", *columns),
            [(name, report[name]["count"], *(report[name][c] for c in columns)) for name in done],
        )
    keep(noted, "reading", figures(done), sum(row["count"] for row in counted(report)), given.seed)
    return 1 if report["wrong"] else 0


def counted(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of films and strings."""
    return [report["films"], report["strings"]]


def figures(done: dict[str, Tally]) -> list[Any]:
    """What went wrong, of how many, and how long the slowest took."""
    found = []
    for name, tally in done.items():
        count = sum(tally.outcomes.values())
        if not count:
            continue
        for fault in ("tracebacks", "hangs", "over_memory", "leftovers", "slow_words"):
            value = float(getattr(tally, fault))
            found.append(number(fault.replace("_", " "), name, value, n=count, variant="count"))
        found.append(number("time", name, tally.slowest_s, "s", n=count, variant="wall:slowest"))
    if done["strings"].slowest_words_s:
        found.append(
            number(
                "time of refiner or reader",
                "strings",
                done["strings"].slowest_words_s,
                "s",
                n=sum(done["strings"].outcomes.values()),
                variant="process:slowest",
            )
        )
    return found


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
