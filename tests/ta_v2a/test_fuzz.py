"""A short, seeded part of `benchmarks/fuzz.py`: all ends in a result or in one clear line."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_damaged_films_and_odd_words_end_cleanly():
    command = [
        sys.executable,
        ROOT / "benchmarks" / "fuzz.py",
        "--films",
        "40",
        "--strings",
        "400",
        "--seed",
        "0",
        "--json",
    ]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=300)
    report = json.loads(ended.stdout)
    assert report["wrong"] == 0 and ended.returncode == 0, report
    films = report["films"]
    assert films["count"] == 40 and report["strings"]["count"] == 400
    # Both ways are gone: a damage that always or never matters would test nothing.
    assert films["outcomes"]["sounded"] > 8 and films["outcomes"]["refused"] > 8
    assert report["strings"]["outcomes"]["refused"] > 100
