"""`ta-v2a data annotate` on real films, ended by SIGKILL on its way and run again: what TAVGBench's Table 1
says of a data set, and whether the second run kept what the first had written.

    python benchmarks/annotate_films.py ../shared/real/manifest.csv --result results/annotate_films.json

Details hold every caption.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import begun, keep, number, options, show, ta_v2a


def killed(words: list[str], output: Path, lines: int) -> bytes:
    """Runs the command until so many lines are there, then kills it; what it left."""
    child = subprocess.Popen([sys.executable, "-m", "ta_v2a", *words], stdout=subprocess.DEVNULL)
    while child.poll() is None and (not output.exists() or output.read_bytes().count(b"\n") < lines):
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    return output.read_bytes()


def main() -> None:
    """Reads the command line."""
    parser = options(__doc__)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--kill-after", type=int, default=12, help="lines, the settings among them")
    parser.add_argument("--duration", type=float, default=4.096, help="seconds of a clip that are read")
    given = parser.parse_args()
    noted = begun(given)
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as folder:
        output = Path(folder) / "annotations.jsonl"
        words = [
            "data",
            "annotate",
            str(given.manifest),
            "-o",
            str(output),
            "--duration",
            str(given.duration),
        ]
        left = killed([*words, "--json"], output, given.kill_after)
        run = ta_v2a(*words)
        whole = output.read_bytes()
    report = run.report
    before = left[: left.rfind(b"\n") + 1]
    entries = [json.loads(line) for line in whole.splitlines()[1:]]
    kept = before.count(b"\n") - 1
    told = {
        "kept": whole.startswith(before) and report["new"] == len(entries) - kept,
        "written_before_the_kill": kept,
        **{
            name: report[name]
            for name in ("clips", "hours", "audio", "video", "method", "sentences", "words")
        },
        "problems": {row["clip"]: row["status"] for row in report["problems"]},
    }
    rows = [(name, str(value)) for name, value in told.items() if name != "problems"]
    show(told, ("of the annotations", "value"), rows)
    n = report["clips"]
    figures = [
        number(
            "sentences a caption", "real films", report["sentences"], better="higher", n=n, variant="mean"
        ),
        number("words a caption", "real films", report["words"], better="higher", n=n, variant="mean"),
        number("length", "real films", report["hours"], "h", better="higher", n=n, variant="sum"),
    ]
    captions = {entry["clip"]: entry["caption"] for entry in entries if entry["status"] == "ok"}
    details = {**told, "captions": captions}
    keep(noted, "annotations of real films", figures, n, seed=None, details=details)
    if not told["kept"]:
        raise SystemExit("the second run did not go on where the first was killed")


if __name__ == "__main__":
    main()
