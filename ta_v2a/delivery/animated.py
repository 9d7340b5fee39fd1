"""Films of joint models: from a sound to a film that shows it (`ta-v2a animate`), from words to both."""

import shutil
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import cv2
import numpy as np

from ta_v2a.engine.aligned import AlignedFilms
from ta_v2a.engine.filming import film_maker
from ta_v2a.engine.joint import PICTURES_PER_S, AnimateSystem, JointEngine, load_joint
from ta_v2a.engine.parts import load_parts, load_video_parts
from ta_v2a.errors import UserError
from ta_v2a.library.analysis import Unreadable, decoded_recording
from ta_v2a.media.sound import resampled
from ta_v2a.media.writing.atomic import output_file
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux
from ta_v2a.system.user_files import is_file

LONGEST_SOUND_S = 600.0
JOINT_SYSTEMS = {"two-stream": "TwoStreams", "uniform": "UniformTransformer"}
"""What makes sound and picture at once, and the class of its denoiser."""
JOINT_FILM_PX = 256
"""Side of a film's pictures by default; they are enlarged to it."""


def animate_sound(
    sound: str,
    output: str,
    model: str,
    prompt: str = "",
    system: AnimateSystem = "uniform",
    seed: int = 0,
    steps: int = 25,
    text_scale: float | None = None,
    size: int = JOINT_FILM_PX,
    preset: str = "mini",
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Writes a film of as many pictures as the sound lasts, with the sound itself.

    Args:
        sound: a sound file of up to ten minutes.
        output: the film; its ending names the container.
        model: folder of a joint model; without one, "aligner" moves the pictures of the preset's video head.
        system: how the sound steers the pictures.
        text_scale: None: 2 of a joint model, or the head's own.
        size: side of the pictures.

    Returns:
        {"film", "duration_s", "pictures", "system", "seed", and of the aligner "distance": at first and
        last}.

    Raises:
        UserError: a file cannot be read or written, or the model is none, or none of that system.
    """
    if not is_file(sound):
        raise UserError(f"no such sound: {sound}")
    out = output_file(output, sound)
    try:
        wave, rate_hz, duration_s = decoded_recording(Path(sound), length_s=LONGEST_SOUND_S)
    except Unreadable as error:
        raise UserError(f"{sound} {error}") from None
    if duration_s > LONGEST_SOUND_S:
        raise UserError(f"{sound} lasts {duration_s:.0f} s; ten minutes are the longest")

    def at(heard_hz: int) -> np.ndarray:
        samples = max(1, round(len(wave) * heard_hz / rate_hz))
        return np.concatenate([*resampled(wave.mean(1), rate_hz, heard_hz, samples)]).reshape(-1)

    if system == "aligner" and not model:
        films = aligned_films(preset, steps, text_scale)
        frames = films.animated(at(films.parts.clock.sample_rate_hz), prompt, seed, advance)
        history, fps = films.history, films.maker.fps
    else:
        engine = JointEngine(load_joint(model, preset), steps, 2.0 if text_scale is None else text_scale)
        mono = at(engine.parts.sound.clock.sample_rate_hz)
        frames = engine.animated(mono, prompt, seed, system, advance)
        history, fps = engine.history, PICTURES_PER_S
    write_audible_film(frames, wave.T, rate_hz, out, size, fps)
    report: dict[str, Any] = {
        "film": str(out),
        "duration_s": round(len(wave) / rate_hz, 4),
        "pictures": len(frames),
        "system": system,
        "seed": seed,
    }
    if history:
        report["distance"] = [round(history[index]["loss"], 4) for index in (0, -1)]
    return report


def aligned_films(preset: str, steps: int, text_scale: float | None) -> AlignedFilms:
    """What an aligner makes of a preset's networks.

    Raises:
        UserError: it holds no video head, or a published one.
    """
    parts = load_parts(preset)[0]
    maker = film_maker(parts.cvalp, **load_video_parts(preset))
    return AlignedFilms(maker, parts, steps, text_scale)


def aligned_film(
    prompt: str,
    output: str,
    seed: int = 0,
    steps: int = 25,
    text_scale: float | None = None,
    size: int = JOINT_FILM_PX,
    preset: str = "mini",
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Writes a film and its sound for words, drawn side by side by a preset's own networks and moved to each
    other and to the words.

    Returns:
        as `joint_film`, and "distance", summed over the three pairs, at first and last.

    Raises:
        UserError: the film cannot be written, or the preset holds no video head.
    """
    out = output_file(output)
    films = aligned_films(preset, steps, text_scale)
    frames, wave = films.generate(prompt, seed, advance)
    write_audible_film(frames, wave, films.parts.clock.sample_rate_hz, out, size, films.maker.fps)
    return {
        "film": str(out),
        "duration_s": round(len(frames) / films.maker.fps, 4),
        "pictures": len(frames),
        "system": "aligner",
        "seed": seed,
        "distance": [round(films.history[index]["loss"], 4) for index in (0, -1)],
    }


def joint_film(
    prompt: str,
    output: str,
    model: str,
    seed: int = 0,
    steps: int = 25,
    text_scale: float = 2.0,
    size: int = JOINT_FILM_PX,
    preset: str = "mini",
    system: str = "",
) -> dict[str, Any]:
    """Writes a film of one window (4.1 s) and its sound for words, both by one joint model.

    Args:
        system: "two-stream" or "uniform", where it has to be that; "": whichever it is.

    Returns:
        {"film", "duration_s", "pictures", "system": the model's class, "seed"}.

    Raises:
        UserError: the film cannot be written, or the model is none, or makes pictures alone.
    """
    out = output_file(output)
    engine = JointEngine(load_joint(model, preset), steps, text_scale)
    kind = type(engine.parts.denoiser).__name__
    if system and kind != JOINT_SYSTEMS[system]:
        raise UserError(f"--system {system} wants a {JOINT_SYSTEMS[system]}, and {model} holds a {kind}")
    frames, wave = engine.generate(prompt, seed)
    rate_hz = engine.parts.sound.clock.sample_rate_hz
    write_audible_film(frames, wave, rate_hz, out, size)
    return {
        "film": str(out),
        "duration_s": round(len(frames) / PICTURES_PER_S, 4),
        "pictures": len(frames),
        "system": kind,
        "seed": seed,
    }


def write_audible_film(
    frames: np.ndarray,
    wave: np.ndarray,
    rate_hz: int,
    out: Path,
    size: int = JOINT_FILM_PX,
    fps: float = PICTURES_PER_S,
) -> None:
    """Pictures (n, px, px, 3) at `fps`, enlarged, and their sound, as one film.

    Raises:
        UserError: the film cannot be written.
    """
    pictures = (cv2.resize(frame, (size, size), interpolation=cv2.INTER_CUBIC) for frame in frames)
    folder = Path(tempfile.gettempdir()) / f"ta-v2a-{uuid4().hex}"
    try:
        folder.mkdir(mode=0o700)
        rate = Fraction(fps).limit_denominator(1001)
        write_film(folder / "picture.mp4", pictures, rate, options={"preset": "veryfast", "crf": "18"})
        mux(folder / "picture.mp4", wave, rate_hz, out)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
