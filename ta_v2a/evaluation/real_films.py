"""Real films: sound for every film of a folder, compared with the film's own sound where it has one."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation import statistics
from ta_v2a.evaluation.agreement import RATE_HZ, Heard, hear, need_librosa, onset_agreement, read_sound
from ta_v2a.evaluation.av_align import VARIANT, flow_curve, flow_peaks, intersection_over_union, sound_peaks
from ta_v2a.evaluation.film_sounds import Film, generate_films
from ta_v2a.user_files import is_folder

SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v")
ALIGN_HEIGHT_PX = 180


def list_films(folder: str | Path) -> list[Path]:
    """The films directly in a folder, by name.

    Raises:
        UserError: if there is no such folder, no film in it, or two films whose names differ only in their ending.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"{folder}: no such folder")
    films = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not films:
        raise UserError(f"{folder}: holds no film ({' '.join(SUFFIXES)})")
    stems = [film.stem for film in films]
    if len(set(stems)) < len(stems):
        raise UserError(f"{folder}: two films share a name but for the ending, so their sounds would overwrite each other")
    return films


def read_prompts(table: str | Path) -> dict[str, str]:
    """Prompts by film name (without folder and ending) from a CSV with a column path, file or name and one prompt, description or caption.

    Raises:
        UserError: if the file cannot be read or lacks the columns.
    """
    try:
        with Path(table).open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{table}: cannot be read ({one_line(error)})") from error
    columns = rows[0].keys() if rows else ()
    name = next((c for c in ("path", "file", "name") if c in columns), None)
    words = next((c for c in ("prompt", "description", "caption") if c in columns), None)
    if name is None or words is None:
        raise UserError(f"{table}: needs a column path, file or name and a column prompt, description or caption")
    return {Path(row[name]).stem: (row[words] or "").strip() for row in rows if row[name]}


def compare_films(
    films: list[Film], tolerance_s: float = 0.1, align_height_px: int | None = ALIGN_HEIGHT_PX, figures: Path | None = None
) -> dict[str, Any]:
    """Onset agreement and AV-Align of generated wavs, over the films that have a sound of their own; a figure per film into `figures`.

    Args:
        films: as `generate_films` gives them; others' outputs may be measured by naming their wavs.
        tolerance_s: of onset agreement.
        align_height_px: films are reduced to this height for the optical flow, None keeps their own; 0 leaves AV-Align out.
        figures: folder of the PNGs; None draws none.

    Raises:
        UserError: if a film or wav cannot be read, no film has sound, or librosa is not installed.
    """
    need_librosa()
    true_waves = {film.path: read_sound(film.path) for film in films}
    voiced = [film for film in films if true_waves[film.path] is not None]
    if not voiced:
        raise UserError("none of the films has a sound of its own to compare with")
    generated_waves: dict[Path, np.ndarray] = {}
    for film in films:
        wave = read_sound(film.wav) if film.wav.is_file() else None
        if wave is None:
            raise UserError(f"{film.wav}: no generated sound for {film.path.name}")
        generated_waves[film.path] = wave
    true: list[Heard] = [hear(true_waves[film.path]) for film in voiced]
    generated: list[Heard] = [hear(generated_waves[film.path]) for film in voiced]
    result: dict[str, Any] = {"onset_agreement": onset_agreement(true, generated, tolerance_s)}
    if align_height_px != 0:
        pairs = [(film.path, true_waves[film.path], generated_waves[film.path]) for film in voiced]
        result["av_align"] = _align(pairs, align_height_px)
    result["films"] = [
        {"name": film.path.name, "prompt": film.prompt, "duration_s": round(t.duration_s, 3), "true_onsets": len(t.onsets_s),
         "generated_onsets": len(g.onsets_s), "f1": onset_agreement([t], [g], tolerance_s)["f1"]}
        for film, t, g in zip(voiced, true, generated, strict=True)
    ]  # fmt: skip
    result["without_sound"] = [film.path.name for film in films if true_waves[film.path] is None]
    if figures is not None:
        from ta_v2a.evaluation.figure import film_figure

        for film in films:
            title = f"“{film.prompt}”" if film.prompt else film.path.stem
            film_figure(film.path, generated_waves[film.path], figures / f"{film.path.stem}.png", true_waves[film.path], title=title)
    return result


def _align(pairs: list[tuple[Path, np.ndarray, np.ndarray]], height_px: int | None) -> dict[str, Any]:
    """AV-Align of the generated sounds, of the true ones, and of the true ones each beside the next film's picture."""
    pictures = []
    for path, _, _ in pairs:
        flow, fps = flow_curve(path, height_px)
        pictures.append((flow_peaks(flow, fps), fps))
    true = [sound_peaks(wave, RATE_HZ) for _, wave, _ in pairs]
    generated = [sound_peaks(wave, RATE_HZ) for _, _, wave in pairs]

    def score(sounds: list[np.ndarray], shift: int) -> list[float]:
        return [intersection_over_union(sounds[(i + shift) % len(sounds)], *picture) for i, picture in enumerate(pictures)]

    report = {"generated": statistics.mean(score(generated, 0)).as_dict(), "true": statistics.mean(score(true, 0)).as_dict()}
    if len(pairs) > 1:
        report["generated_shuffled"] = statistics.mean(score(generated, 1)).as_dict()
        report["true_shuffled"] = statistics.mean(score(true, 1)).as_dict()
    return {"variant": VARIANT + (f", films at {height_px} rows" if height_px else ""), **report}


def films_command(
    folder: str | Path,
    out: str | Path,
    prompts: str | Path | None = None,
    weights: str | Path = "mini",
    seed: int = 0,
    limit: int | None = None,
    compare: bool = True,
    figures: bool = True,
    align_height_px: int | None = ALIGN_HEIGHT_PX,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **settings: Any,
) -> dict[str, Any]:
    """`ta-v2a evaluate films DIR -o OUT [--prompts CSV]`: wavs and figures into `out`, the result for JSON.

    Args:
        folder: films, with or without sound.
        out: folder for <stem>.wav, <stem>.json and figures/<stem>.png.
        prompts: CSV with a prompt per film; films it does not name get the empty prompt. None takes the captions of the stage's JSON beside
            the films, and the empty prompt without one.
        weights: preset or pipeline folder.
        seed: of the noise, the same for every film.
        limit: only the first films by name.
        compare: measure them against the films' own sound; False only writes the sounds, however many, at flat memory.
        figures: draw them.
        align_height_px: see `compare_films`.
        jobs: processes that generate.
        progress: called with (films done, all films).
        settings: handed to the pipeline (steps, scales).

    Raises:
        UserError: for a folder, film, table or weights that cannot be read, or without librosa.
    """
    if compare:
        need_librosa()
    films = list_films(folder)[:limit]
    words = read_prompts(prompts) if prompts is not None else None
    out = Path(out)
    began = time.perf_counter()
    made, new = generate_films(weights, films, words, out, seed, jobs, progress, **settings)
    seconds = round(time.perf_counter() - began, 2)
    result = {"films_generated": len(made), "new": new, "seed": seed, "settings": settings, "generation_seconds": seconds}
    if compare:
        result |= compare_films(made, align_height_px=align_height_px, figures=out / "figures" if figures else None)
    return result
