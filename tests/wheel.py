"""What a user gets: the wheel alone, in an empty environment, locked versions and no extra, sounds a clip.

`make wheel` runs this. It builds the wheel, looks at what it holds, installs it, and in an empty folder
renders a scene and sounds it. It prints a line for every step, with its seconds; exit code 1 at a fault.
"""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import soundfile

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")
LARGEST_MB = 80
DURATION_S = 8.192
UV = Path(sys.executable).with_name("uv")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Says what was done, and how long it took."""
    began = time.perf_counter()
    yield
    print(f"{name}: {time.perf_counter() - began:.1f} s", flush=True)


def run(*words: str | Path, cwd: Path, expected: int = 0) -> subprocess.CompletedProcess[str]:
    """A command that knows nothing of this checkout: neither its folder nor its environment."""
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run([str(word) for word in words], cwd=cwd, env=own, capture_output=True, text=True)
    if done.returncode != expected:
        sys.exit(f"{' '.join(map(str, words))}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def check(true: bool, fault: str) -> None:
    """Ends the program with `fault` unless `true`."""
    if not true:
        sys.exit(f"wheel: {fault}")


def check_files(wheel: Path) -> None:
    """All files of the packages and nothing else: weights and configurations in, tests out."""
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
        about = {Path(name).name for name in archive.namelist()} - {Path(name).name for name in inside}
    folders = [ROOT / package for package in PACKAGES]
    ours = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    expected = {path.relative_to(ROOT).as_posix() for path in ours if path.suffix != ".pyc"}
    expected = {name for name in expected if not name.startswith("ta_v2a/studio/web/")}  # the page's sources
    check(inside == expected, f"other files than in the packages: {sorted(inside ^ expected)[:5]}")
    check(any(name.endswith("denoiser/diffusion_pytorch_model.safetensors") for name in inside), "no weights")
    check("ta_v2a/studio/page/index.html" in inside, "no page of the studio")
    check({"LICENSE", "entry_points.txt"} <= about, "no licence, or no command")
    size_mb = wheel.stat().st_size / 1e6
    check(size_mb <= LARGEST_MB, f"{size_mb:.0f} MB are more than {LARGEST_MB}")
    print(f"{wheel.name}: {len(inside)} files, {size_mb:.1f} MB", flush=True)


def picture_s(clip: Path) -> float:
    """How long the picture of a clip lasts, by its pictures and their rate."""
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        count = sum(1 for _ in container.decode(stream))
        return float(count / stream.average_rate)


def sound_s(film: Path) -> float:
    """How long the sound track of a film lasts when it is decoded."""
    with av.open(str(film)) as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.rate


def sound_a_scene(program: Path, folder: Path) -> None:
    """The commands a newcomer types, and what they leave: all of it, as long as the picture."""
    with step("stage"):
        run(program, "stage", "--seed", "30", "--silent", "-o", "scene", cwd=folder)
    with step("foley"):
        done = run(program, "foley", "scene.mp4", "-p", "a knock on wood", "--json", cwd=folder)
    take = json.loads(done.stdout)["takes"][0]
    check((take["film"], take["wav"]) == ("scene.foley.mp4", "scene.foley.wav"), f"other names: {take}")
    film, wav = folder / take["film"], folder / take["wav"]
    lasts_s, info = picture_s(folder / "scene.mp4"), soundfile.info(wav)
    check(abs(lasts_s - DURATION_S) <= 0.04, f"the scene lasts {lasts_s} s")
    check(picture_s(film) == lasts_s, f"the picture lasts {picture_s(film)} s, the scene {lasts_s} s")
    check((info.samplerate, info.subtype) == (48_000, "PCM_24"), f"the WAV is {info}")
    check(info.frames == round(lasts_s * 48_000), f"the WAV has {info.frames} samples for {lasts_s} s")
    check(abs(sound_s(film) - lasts_s) <= 0.001, f"the film's sound lasts {sound_s(film)} s")
    check(soundfile.read(wav)[0].std() > 1e-3, "the WAV is silent")


PIPELINE_AND_DOCTOR = """
import sys
from ta_v2a import FoleyPipeline
from ta_v2a.start import main
FoleyPipeline.from_pretrained("mini")
sys.exit(main(["doctor"]))
"""


def main() -> None:
    """The environment lies in build/, on the checkout's disk (5 GB, linked to uv's cache where it can be)."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=build) as made, TemporaryDirectory(prefix="ta-v2a-") as away:
        folder, empty = Path(made), Path(away)
        with step("built"):
            run(UV, "build", "--quiet", "--wheel", "--out-dir", folder / "dist", ROOT, cwd=folder)
        (wheel,) = (folder / "dist").glob("*.whl")
        check_files(wheel)
        python, program = folder / "venv" / "bin" / "python", folder / "venv" / "bin" / "ta-v2a"
        with step("installed"):
            run(UV, "venv", "--quiet", "--python", sys.executable, folder / "venv", cwd=folder)
            locked = ("--constraint", ROOT / "requirements.lock")
            run(UV, "pip", "install", "--quiet", "--python", python, *locked, wheel, cwd=folder)
        packages = run(UV, "pip", "list", "--python", python, "--format", "json", cwd=folder).stdout
        print(f"packages in the environment: {len(json.loads(packages))}", flush=True)
        sound_a_scene(program, empty)
        with step("pipeline and doctor"):
            run(python, "-c", PIPELINE_AND_DOCTOR, cwd=empty)
        refused = run(program, "train", "cvalp", cwd=empty, expected=2).stderr
        check("'ta-v2a[train]'" in refused and refused.count("\n") == 1, f"train says: {refused}")


if __name__ == "__main__":
    main()
