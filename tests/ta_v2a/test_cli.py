"""The command line: fast help, one line for a mistake, stages by name, nothing left where it is stopped."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ta_v2a.__main__ import main

ROOT = Path(__file__).parents[2]


def command(*arguments, **options):
    """The command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, **options
    )


def test_help_is_fast_and_imports_nothing_heavy():
    run = command("-X", "importtime", "-m", "ta_v2a", "--help")
    assert run.returncode == 0 and "foley" in run.stdout
    rows = [line.split("|") for line in run.stderr.splitlines() if line.startswith("import time:")]
    modules = {row[2].strip() for row in rows}
    assert not {"torch", "numpy", "transformers", "diffusers", "lightning", "matplotlib", "av"} & modules
    assert min(processor_seconds("-m", "ta_v2a", "--help") for _ in range(3)) < 0.5


def processor_seconds(*arguments):
    """What a command costs, whatever else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_every_command_has_help(capsys):
    for words in (
        ["foley"],
        ["generate"],
        ["stage"],
        ["train"],
        ["pack"],
        ["evaluate"],
        ["evaluate", "stage"],
        ["evaluate", "films"],
        ["evaluate", "generate"],
        ["doctor"],
    ):
        assert main([*words, "--help"]) == 0
        assert "--json" in capsys.readouterr().out or words == ["evaluate"]


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ta-v2a ")


def test_no_such_preset(silent_clip, capsys):
    assert main(["foley", str(silent_clip), "--preset", "nonesuch"]) == 2
    assert "no preset" in capsys.readouterr().err


def test_unknown_training_stage_and_configuration(capsys):
    for arguments, message in (
        (["opera"], "no training stage"),
        (["vae", "--config", "nonesuch.yaml"], "no configuration"),
    ):
        assert main(["train", *arguments]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stage", "module"),
    [
        ("cvalp", "cvalp.training.cvalp.CvalpTraining"),
        ("vae", "ldm.training.vae.VaeTraining"),
        ("ldm", "ldm.training.diffusion.LdmTraining"),
        ("classifier", "ldm.training.alignment.AlignmentTraining"),
        ("vocoder", "vocoders.training.vocoder.VocoderTraining"),
        ("bandwidth", "vocoders.training.bandwidth.BandwidthTraining"),
        ("listener", "ta_v2a.evaluation.networks.listener_training.ListenerTraining"),
        ("video-vae", "ldm.training.picture_vae.PictureVaeTraining"),
        ("video-head", "ldm.training.video.VideoHeadTraining"),
    ],
)
def test_every_stage_has_a_packaged_configuration_for_its_own_module(stage, module):
    import yaml

    from ta_v2a.training.stages import config_file

    config = yaml.safe_load(config_file(stage, "mini").read_text())
    assert config["model"]["class_path"] == module


def test_stage_writes_film_sound_and_truth(tmp_path, capsys):
    from ta_v2a.media.reading.probe import probe

    assert (
        main(
            [
                "stage",
                "--seed",
                "7",
                "--duration",
                "0.64",
                "--width",
                "48",
                "--height",
                "32",
                "-o",
                str(tmp_path / "s"),
                "--json",
            ]
        )
        == 0
    )
    report = json.loads(capsys.readouterr().out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s.json", "s.mp4", "s.wav"]
    clip = probe(report["film"])
    assert clip.has_sound and (clip.width, clip.height, clip.frames) == (48, 32, 16)
    truth = json.loads((tmp_path / "s.json").read_text())
    assert (
        truth["caption"] == report["caption"]
        and [source["kind"] for source in truth["sources"]] == report["kinds"]
    )
    assert (
        main(["stage", "--seed", "7", "--duration", "0.64", "--silent", "-o", str(tmp_path / "q.mp4")]) == 0
    )
    assert not probe(tmp_path / "q.mp4").has_sound


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_stopped_at_work_it_leaves_nothing(tmp_path, number, code):
    """A long scene is stopped as soon as its process has begun to write (Python tries the folder before)."""
    arguments = [sys.executable, "-m", "ta_v2a", "stage", "--duration", "300", "-o", str(tmp_path / "s")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    # A shell's background jobs ignore SIGINT, and their children inherit that.
    heeds = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    process = subprocess.Popen(
        arguments, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heeds
    )
    while process.poll() is None and not any(tmp_path.glob("ta-v2a-*")):
        os.sched_yield()
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
