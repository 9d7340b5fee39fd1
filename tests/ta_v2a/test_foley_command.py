"""`ta-v2a foley` on the tiny preset: one object of JSON, one line for a mistake, whole files or none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.__main__ import main

ROOT = Path(__file__).parents[2]


def command(*arguments, **options):
    """The command in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, **options
    )


@pytest.fixture
def foley(pipeline_folder, capsys):
    """Runs `ta-v2a foley` on the tiny preset; gives (exit code, standard output, standard error)."""

    def run(*arguments):
        code = main(["foley", *map(str, arguments), "--preset", str(pipeline_folder)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_foley_writes_film_and_wav_beside_the_clip(foley, silent_clip, tmp_path):
    clip = tmp_path / "my clip.mp4"
    clip.write_bytes(silent_clip.read_bytes())
    code, out, err = foley(clip, "-p", "a knock")
    film, wav = tmp_path / "my clip.foley.mp4", tmp_path / "my clip.foley.wav"
    assert code == 0 and out.split("\n")[:2] == [str(film), str(wav)]
    assert err.startswith("ta-v2a: loudness: ") and err.count("\n") == 1
    info = soundfile.info(wav)
    assert (info.samplerate, info.subtype, info.frames) == (48_000, "PCM_24", round(2.56 * 48_000))
    from ta_v2a.media.reading.probe import probe

    sounded = probe(film)
    assert sounded.has_sound and sounded.duration_s == pytest.approx(2.56)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "my clip.foley.mp4",
        "my clip.foley.wav",
        "my clip.mp4",
    ]


def test_without_a_prompt_the_pictures_own_label_is_taken_where_it_is_sure(
    pipeline, silent_clip, tmp_path, capsys
):
    from ta_v2a import FoleyPipeline

    parts, found = dict(pipeline.components), {}
    for name, share in {"never": 2.0, "unsure": 1.0, "always": 0.0}.items():
        FoleyPipeline(**parts, num_inference_steps=1, caption_share=share).save_pretrained(tmp_path / name)
        command = [
            "foley",
            str(silent_clip),
            "-o",
            str(tmp_path / f"{name}.wav"),
            "--preset",
            str(tmp_path / name),
            "--json",
        ]
        assert main(command) == 0
        captured = capsys.readouterr()
        found[name] = json.loads(captured.out)
        assert ("no prompt: the picture suggests" in captured.err) == (name != "never")
    assert found["never"]["suggested"] is None and found["never"]["prompt"] == ""
    assert not found["unsure"]["suggested"]["taken"] and found["unsure"]["prompt"] == ""
    label, suggested = found["always"]["prompt"], found["always"]["suggested"]
    assert suggested == {**found["unsure"]["suggested"], "taken": True} and label == suggested["label"]
    assert (
        (tmp_path / "unsure.wav").read_bytes()
        == (tmp_path / "never.wav").read_bytes()
        != (tmp_path / "always.wav").read_bytes()
    )
    said = [
        "foley",
        str(silent_clip),
        "-p",
        label,
        "-o",
        str(tmp_path / "said.wav"),
        "--preset",
        str(tmp_path / "always"),
        "--json",
    ]
    assert main(said) == 0 and json.loads(capsys.readouterr().out)["suggested"] is None
    assert (tmp_path / "said.wav").read_bytes() == (tmp_path / "always.wav").read_bytes()


def test_json_is_one_object_and_the_same_seed_gives_the_same_bytes(foley, silent_clip, tmp_path):
    reports = []
    for name in ("a", "b"):
        code, out, _ = foley(
            silent_clip, "-p", "rain", "--seed", 5, "--steps", 2, "--json", "-o", tmp_path / f"{name}.mp4"
        )
        assert code == 0 and out.count("\n") == 1
        reports.append(json.loads(out))
    assert (
        reports[0]["takes"][0]["seed"] == 5
        and reports[0]["settings"]["steps"] == 2
        and reports[0]["original"] == "none"
    )
    for ending in ("wav", "mp4"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def test_the_last_seeds_of_64_bits_are_seeds(foley, silent_clip, tmp_path):
    last = 2**64 - 1
    words = ("--takes", 2, "--seed", last - 1, "--steps", 1, "--json", "-o", tmp_path / "t.wav")
    code, out, _ = foley(silent_clip, *words)
    assert code == 0 and [take["seed"] for take in json.loads(out)["takes"]] == [last - 1, last]
    assert main(["stage", "--seed", str(last), "--duration", "0.6", "-o", str(tmp_path / "s")]) == 0
    assert json.loads((tmp_path / "s.json").read_text())["seed"] == last


def test_takes_are_what_their_seeds_give_alone(foley, silent_clip, tmp_path):
    plain = ("--loudness", "none")
    assert foley(silent_clip, *plain, "--takes", 2, "--seed", 7, "-o", tmp_path / "t.mp4")[0] == 0
    assert foley(silent_clip, *plain, "--seed", 8, "--no-wav", "-o", tmp_path / "alone.mp4")[0] == 0
    assert foley(silent_clip, *plain, "--seed", 8, "-o", tmp_path / "alone.wav")[0] == 0
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["alone.mp4", "alone.wav", "t.take1.mp4", "t.take1.wav", "t.take2.mp4", "t.take2.wav"]
    first, second, alone = (
        soundfile.read(tmp_path / name)[0] for name in ("t.take1.wav", "t.take2.wav", "alone.wav")
    )
    np.testing.assert_array_equal(second, alone)
    assert np.abs(first - second).max() > 1e-3


def test_sound_is_brought_to_its_loudness_and_takes_share_one_gain(foley, silent_clip, tmp_path):
    from ta_v2a.media.loudness import measured

    reports, waves = {}, {}
    for target in ("none", "-40", "-23"):
        given = () if target == "-23" else ("--loudness", target)
        code, out, err = foley(silent_clip, "--takes", 2, *given, "--json", "-o", tmp_path / f"{target}.wav")
        assert code == 0 and ("loudness" in err) == (target != "none")
        reports[target] = report = json.loads(out)
        waves[target] = [soundfile.read(take["wav"], dtype="float32")[0] for take in report["takes"]]
        for take, wave in zip(report["takes"], waves[target], strict=True):
            found = measured([wave[:, None]])
            assert take["loudness_after_lufs"] == pytest.approx(found.integrated_lufs, abs=0.02)
            assert take["true_peak_dbtp"] == pytest.approx(found.true_peak_dbtp, abs=0.05)
    for target in ("-40", "-23"):
        after = [take["loudness_after_lufs"] for take in reports[target]["takes"]]
        assert (
            np.mean(after)
            == pytest.approx(reports[target]["loudness"]["target_lufs"], abs=0.05)
            == float(target)
        )
    gain = 10 ** ((reports["-40"]["loudness"]["gain_db"] - reports["-23"]["loudness"]["gain_db"]) / 20)
    for loud, quiet in zip(waves["-23"], waves["-40"], strict=True):  # this far down no peak is held
        np.testing.assert_allclose(quiet, gain * loud, rtol=2e-3, atol=1e-6)
    assert reports["none"]["loudness"] == {"target_lufs": None, "gain_db": 0.0}
    assert all(take["true_peak_dbtp"] <= -0.5 for take in reports["none"]["takes"])


def test_what_is_not_understood_is_said_and_left_out(foley, silent_clip, tmp_path):
    belfry = ("--cue", "0-1: a bell in the belfry")
    given = ("-p", "ladridos de perro", "-n", "🐕", "--cue", "1-2: asdf", *belfry)
    code, out, err = foley(silent_clip, *given, "--json", "-o", tmp_path / "a.wav")
    report = json.loads(out)
    assert code == 0 and report["prompt"] == report["negative_prompt"] == ""
    assert [(row["of"], row["words"], row["left_out"]) for row in report["not_understood"]] == [
        ("prompt", ["ladridos", "perro"], True),
        ("negative prompt", ["🐕"], True),
        ("cue", ["asdf"], True),
        ("cue", ["belfry"], False),
    ]
    assert [cue["text"] for cue in report["cues"]] == ["a bell in the belfry"]
    assert len(report["warnings"]) == 4 and all(f"ta-v2a: {line}\n" in err for line in report["warnings"])
    assert foley(silent_clip, *belfry, "-o", tmp_path / "b.wav")[0] == 0
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_clips_with_sound_and_the_choices_for_it(foley, silent_clip, tmp_path):
    assert foley(silent_clip, "-o", tmp_path / "sounded.mp4")[0] == 0
    reports = {}
    for choice in ("replace", "mix", "keep"):
        code, out, err = foley(
            tmp_path / "sounded.mp4", "--original", choice, "--json", "-o", tmp_path / f"{choice}.mp4"
        )
        assert code == 0, err
        reports[choice] = json.loads(out)["original"], "replaced" in err
    assert reports == {"replace": ("replace", True), "mix": ("mix", False), "keep": ("keep", False)}


def test_long_prompts_are_cut_with_a_notice_and_cues_are_reported(foley, silent_clip, tmp_path):
    given = ("-p", "knock " * 2000, "--raw-prompt", "--cue", "0.5-: 🔔 a bell")
    code, out, err = foley(silent_clip, *given, "--json", "-o", tmp_path / "x.wav")
    assert code == 0 and "the prompt is long" in err and "not understood in the cue: 🔔\n" in err
    assert len(err.splitlines()) == 3
    report = json.loads(out)
    assert (
        report["cues"]
        == [{"start_s": 0.5, "end_s": 2.56, "text": "🔔 a bell", "strength": 1.0, "negative": ""}]
        and report["takes"][0]["film"] is None
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no such.mp4"], "no such file"),
        (["{clip}", "-o", "{clip}"], "never overwritten"),
        (["{clip}", "-o", "{tmp}/nowhere/x.mp4"], "folder does not exist"),
        (["{clip}", "-o", "{tmp}/x.xyz"], "ending"),
        (["{clip}", "-o", "{tmp}/x.wav", "--no-wav"], "nothing to write"),
        (["{clip}", "--cue", "soon: a bell"], "cue"),
        (["{clip}", "--cue", "5-6: a bell"], "lasts 2.560 s"),
        (["{clip}", "--seed", "-1"], "seed"),
        (["{clip}", "--seed", str(2**64)], "less than or equal to 18446744073709551615"),
        (["{clip}", "--seed", str(2**64 - 2), "--takes", "3"], "begin at 18446744073709551613 at most"),
        (["{clip}", "--steps", "0"], "steps"),
        (["{clip}", "--takes", "x"], "takes"),
        (["{clip}", "--text-scale", "nan", "-o", "{tmp}/x.mp4"], "text_scale"),
        (["{clip}", "--original", "loud"], "original"),
        (["{clip}", "--loudness", "loud"], "loudness"),
        (["{clip}", "--loudness", "nan"], "loudness"),
        (["{clip}", "--colour", "red"], "--colour"),
        ([], "CLIP"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2_and_leave_nothing(
    foley, silent_clip, tmp_path, arguments, message
):
    before = silent_clip.read_bytes()
    code, out, err = foley(*(word.format(clip=silent_clip, tmp=tmp_path) for word in arguments))
    assert (
        (code, out) == (2, "")
        and err.count("\n") == 1
        and message.lower() in err.lower()
        and "Traceback" not in err
    )
    assert list(tmp_path.iterdir()) == [] and silent_clip.read_bytes() == before


def test_a_gif_becomes_a_film_that_plays_and_that_is_said(foley, tmp_path):
    from ta_v2a.media.reading.probe import probe
    from ta_v2a.media.writing.film import write_film

    pictures = (np.full((48, 64), shade, np.uint8) for shade in range(0, 240, 12))
    clip = write_film(tmp_path / "a.gif", pictures, 10, codec="gif", pixel_format="gray", muxer="gif")
    code, out, err = foley(clip, "-p", "rain", "--json")
    report = json.loads(out)
    assert code == 0 and err.startswith(
        "ta-v2a: hardly any player shows a film in gif: the picture is encoded anew, as H.264\n"
    )
    assert report["takes"][0]["picture"] == "h264" and report["takes"][0]["film"] == str(
        tmp_path / "a.foley.mp4"
    )
    assert probe(tmp_path / "a.foley.mp4").codec == "h264" and "encoded anew" in report["warnings"][0]
    code, out, err = foley(clip, "-p", "rain", "--json", "-o", tmp_path / "b.mov")
    assert (
        code == 0
        and "encoded" not in err
        and json.loads(out)["takes"][0]["picture"] == "copied"
        and probe(tmp_path / "b.mov").codec == "gif"
    )
    code, out, _ = foley(clip, "-p", "rain", "--json", "--encode", "h264", "-o", tmp_path / "c.mov")
    assert (
        code == 0
        and json.loads(out)["takes"][0]["picture"] == "h264"
        and probe(tmp_path / "c.mov").codec == "h264"
    )


def test_what_the_film_leaves_out_is_said_before_the_work_and_reported(foley, silent_clip, tmp_path):
    import av

    with av.open(str(silent_clip)) as source, av.open(str(tmp_path / "in.mkv"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0], opaque=True)
        target.add_attachment("font.ttf", "font/ttf", b"abc")
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                target.mux(packet)
    code, out, err = foley(tmp_path / "in.mkv", "-p", "rain", "--json", "-o", tmp_path / "out.mp4")
    assert code == 0 and err.startswith("ta-v2a: .mp4 cannot hold and leaves out: attachment font.ttf\n")
    assert json.loads(out)["left_out"] == ["attachment font.ttf"]


MAY_BE_IMPORTED = {
    *("cvalp", "ldm", "prompts", "ta_v2a", "vocoders"),
    *(
        "av",
        "cv2",
        "einops",
        "jaxtyping",
        "numpy",
        "safetensors",
        "sentencepiece",
        "soundfile",
        "soxr",
        "torch",
        "torchaudio",
        "typer",
    ),
    # what these bring along
    *(
        "_cffi_backend",
        "_soundfile",
        "_soundfile_data",
        "annotated_doc",
        "annotated_types",
        "cffi",
        "cuda",
        "packaging",
    ),
    *(
        "psutil",
        "pydantic",
        "pydantic_core",
        "rich",
        "shellingham",
        "torchgen",
        "tqdm",
        "typing_extensions",
        "typing_inspection",
    ),
    "wadler_lindig",
}
"""Top-level packages outside the standard library that one `foley` may import."""


def test_a_foley_run_imports_what_it_uses_and_nothing_else(tmp_path, silent_clip):
    """The bundled preset, from file to files: neither diffusers nor transformers, nor what
    training and measuring need."""
    run = f"""
import sys, json
before = set(sys.modules)
from ta_v2a.__main__ import main
output = {str(tmp_path / "out.mp4")!r}
code = main(["foley", {str(silent_clip)!r}, "-p", "a knock", "--steps", "1", "-o", output, "--json"])
new = [name for name in set(sys.modules) - before if getattr(sys.modules[name], "__file__", None)]
names = {{name.partition(".")[0] for name in new}}
print(json.dumps([code, sorted(names - sys.stdlib_module_names), "torch._dynamo" in sys.modules]))
"""
    done = command("-c", run)
    code, names, compiler = json.loads(done.stdout.splitlines()[-1])
    assert code == 0, done.stderr
    others = {name for name in names if name not in MAY_BE_IMPORTED and not name.startswith("_sysconfigdata")}
    assert not others, others
    assert {"av", "cv2", "torch", "safetensors", "sentencepiece"} <= set(names) and not compiler


def test_a_process_of_its_own_gives_the_same_sound(foley, pipeline_folder, silent_clip, tmp_path):
    places = ("--preset", str(pipeline_folder), "-o", str(tmp_path / "own.wav"))
    run = command("-m", "ta_v2a", "foley", str(silent_clip), "-p", "rain", *places)
    assert run.returncode == 0, run.stderr
    assert foley(silent_clip, "-p", "rain", "-o", tmp_path / "plain.wav")[0] == 0
    own, plain = (soundfile.read(tmp_path / f"{name}.wav")[0] for name in ("own", "plain"))
    np.testing.assert_allclose(own, plain, atol=2e-3)
