"""The doctor tells what is installed and what is wrong; panns-inference is imported with its
labels and without network."""

import os
import subprocess
import sys

from cvalp.paper import panns
from ta_v2a import doctor
from ta_v2a.system.extras import EXTRAS


def test_panns_has_all_labels_and_home_is_untouched(tmp_path):
    # A fresh interpreter whose HOME holds the empty table that an offline import leaves behind.
    table = tmp_path / "panns_data" / "class_labels_indices.csv"
    table.parent.mkdir()
    table.write_text("")
    code = (
        "import os; from cvalp.paper.panns import import_panns; m = import_panns(); "
        "print(len(m.labels), m.labels[0], os.environ['HOME'])"
    )
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": "",
    }  # an empty PATH: nothing could be fetched by a command
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert run.stdout.split() == ["527", "Speech", str(tmp_path)], run.stderr
    assert table.read_text() == ""


def test_every_package_of_the_mission_imports():
    modules = doctor.PACKAGES | {name: each for extra in EXTRAS.values() for name, each in extra.items()}
    rows = {name: doctor.check_package(name, module) for name, module in modules.items()}
    assert {name: row["problem"] for name, row in rows.items() if not row["ok"]} == {}
    assert all(row["version"] for row in rows.values())
    assert len(panns.import_panns().labels) == 527


def test_a_missing_and_a_broken_package_are_named():
    missing = doctor.check_package("no-such-distribution", "no_such_module")
    assert (missing["ok"], missing["problem"]) == (False, "not installed")
    optional = doctor.check_package("no-such-distribution", "no_such_module", ("train",))
    assert (optional["ok"], optional["version"]) == (True, None)
    assert optional["problem"] == "not installed (extra train)"
    broken = doctor.check_package("numpy", "numpy.no_such_part")
    assert not broken["ok"] and broken["problem"].startswith("ModuleNotFoundError")


def test_advice_on_mixed_builds():
    rows = [
        {
            "name": "torchvision",
            "ok": False,
            "problem": "RuntimeError: operator torchvision::nms does not exist",
        }
    ]
    assert "different builds" in doctor._advice(rows)[0]
