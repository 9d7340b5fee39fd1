"""Real films: sound for every clip of a folder, compared with the clip's own sound where it has one."""

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation.films.scores import film_scores
from ta_v2a.evaluation.films.sounds import SoundedClip, generate_sounds
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.agreement import (
    AGREEMENT_TOLERANCE_S,
    SoundOnsets,
    librosa_onsets,
    onset_agreement,
    read_sound,
)
from ta_v2a.evaluation.metrics.av_align import (
    ALIGN_VARIANT,
    flow_curve,
    flow_peaks,
    intersection_over_union,
    sound_peaks,
)
from ta_v2a.evaluation.metrics.onsets import ONSET_RATE_HZ
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.presets.resolve import resolve
from ta_v2a.system.extras import need
from ta_v2a.system.on_ray import Run
from ta_v2a.system.parallel import in_order
from ta_v2a.system.user_files import is_folder

CLIP_SUFFIXES = (".mp4", ".avi", ".mkv", ".mov", ".webm", ".m4v")
ALIGN_HEIGHT_PX = 180


def list_clips(folder: str | Path) -> list[Path]:
    """The clips directly in a folder, by name.

    Raises:
        UserError: if there is no such folder, no clip in it, or two clips whose
            names differ only in their ending.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"{folder}: no such folder")
    clips = sorted(path for path in folder.iterdir() if path.suffix.lower() in CLIP_SUFFIXES)
    if not clips:
        raise UserError(f"{folder}: holds no clip ({' '.join(CLIP_SUFFIXES)})")
    stems = [clip.stem for clip in clips]
    if len(set(stems)) < len(stems):
        raise UserError(
            f"{folder}: two clips share a name but for the ending, so their sounds would overwrite each other"
        )
    return clips


def read_prompts(table: str | Path) -> dict[str, str]:
    """Prompts by clip name (without folder and ending) from a CSV.

    It has a column path, file or name, and one called prompt, description or caption.

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
        raise UserError(
            f"{table}: needs a column path, file or name and a column prompt, description or caption"
        )
    return {Path(row[name]).stem: (row[words] or "").strip() for row in rows if row[name]}


def compare_clips(
    clips: list[SoundedClip],
    tolerance_s: float = AGREEMENT_TOLERANCE_S,
    align_height_px: int | None = ALIGN_HEIGHT_PX,
    figures: Path | None = None,
) -> dict[str, Any]:
    """Onset agreement and AV-Align of generated wavs, over the clips that have a sound of their own.

    Args:
        clips: as `generate_sounds` gives them; others' outputs may be measured by naming their wavs.
        tolerance_s: of onset agreement.
        align_height_px: clips are reduced to this height for the optical flow, None keeps their own; 0 leaves
            AV-Align out.
        figures: folder of the PNGs; None draws none.

    Raises:
        UserError: if a clip or wav cannot be read, no clip has sound, or without the extra "eval".
    """
    need("eval")
    read = {clip.path: read_sound(clip.path) for clip in clips}
    true_waves = {path: wave for path, wave in read.items() if wave is not None}
    voiced = [clip for clip in clips if clip.path in true_waves]
    if not voiced:
        raise UserError("none of the clips has a sound of its own to compare with")
    generated_waves: dict[Path, np.ndarray] = {}
    for clip in clips:
        wave = read_sound(clip.wav) if clip.wav.is_file() else None
        if wave is None:
            raise UserError(f"{clip.wav}: no generated sound for {clip.path.name}")
        generated_waves[clip.path] = wave
    true: list[SoundOnsets] = [librosa_onsets(true_waves[clip.path]) for clip in voiced]
    generated: list[SoundOnsets] = [librosa_onsets(generated_waves[clip.path]) for clip in voiced]
    result: dict[str, Any] = {"onset_agreement": onset_agreement(true, generated, tolerance_s)}
    if align_height_px != 0:
        pairs = [(clip.path, true_waves[clip.path], generated_waves[clip.path]) for clip in voiced]
        result["av_align"] = _align(pairs, align_height_px)
    result["films"] = [
        {
            "name": clip.path.name,
            "prompt": clip.prompt,
            "duration_s": round(t.duration_s, 3),
            "true_onsets": len(t.onsets_s),
            "generated_onsets": len(g.onsets_s),
            "f1": onset_agreement([t], [g], tolerance_s)["f1"],
        }
        for clip, t, g in zip(voiced, true, generated, strict=True)
    ]
    result["without_sound"] = [clip.path.name for clip in clips if clip.path not in true_waves]
    if figures is not None:
        from ta_v2a.evaluation.report.figure import clip_figure

        for clip in clips:
            title = f"“{clip.prompt}”" if clip.prompt else clip.path.stem
            png = figures / f"{clip.path.stem}.png"
            clip_figure(clip.path, generated_waves[clip.path], png, true_waves.get(clip.path), title=title)
    return result


def _align(pairs: list[tuple[Path, np.ndarray, np.ndarray]], height_px: int | None) -> dict[str, Any]:
    """AV-Align of the generated sounds, of the true ones, and of the true ones each
    beside the next clip's picture."""
    pictures = []
    for path, _, _ in pairs:
        flow, fps = flow_curve(path, height_px)
        pictures.append((flow_peaks(flow, fps), fps))
    true = [sound_peaks(wave, ONSET_RATE_HZ) for _, wave, _ in pairs]
    generated = [sound_peaks(wave, ONSET_RATE_HZ) for _, _, wave in pairs]

    def score(sounds: list[np.ndarray], shift: int) -> list[float]:
        return [
            intersection_over_union(sounds[(i + shift) % len(sounds)], *picture)
            for i, picture in enumerate(pictures)
        ]

    report = {
        "generated": statistics.mean(score(generated, 0)).as_dict(),
        "true": statistics.mean(score(true, 0)).as_dict(),
    }
    if len(pairs) > 1:
        report["generated_shuffled"] = statistics.mean(score(generated, 1)).as_dict()
        report["true_shuffled"] = statistics.mean(score(true, 1)).as_dict()
    return {"variant": ALIGN_VARIANT + (f", films at {height_px} rows" if height_px else ""), **report}


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
    keep: Begun | None = None,
    library: str | Path | None = None,
    run: Run = in_order,
    **settings: Any,
) -> dict[str, Any]:
    """`ta-v2a evaluate films DIR -o OUT [--prompts CSV]`: wavs and figures into `out`, the result for JSON.

    Args:
        folder: clips, with or without sound.
        out: folder for <stem>.wav, <stem>.json and figures/<stem>.png.
        prompts: CSV with a prompt per clip; clips it does not name get the empty prompt. None takes the
            captions of the stage's JSON beside the clips, and the empty prompt without one.
        weights: preset or pipeline folder.
        seed: of the noise, the same for every clip.
        limit: only the first clips by name.
        compare: measure them against the clips' own sound; False only writes the
            sounds, however many, at flat memory.
        figures: draw them.
        align_height_px: see `compare_clips`.
        jobs: processes that generate.
        progress: called with (clips done, all clips).
        keep: where the result is written as data as well; it needs `compare`.
        library: a folder of recordings, or its index, that sound in place of the vocoder.
        run: where they are generated (`ta_v2a.system.on_ray.executor`).
        settings: handed to the pipeline (steps, scales, negative prompt).

    Raises:
        UserError: for a folder, clip, table or weights that cannot be read, or without the extra "eval".
    """
    if keep is not None and not compare:
        raise UserError("--result needs a comparison: without one there is no figure to keep")
    if compare:
        need("eval")
    clips = list_clips(folder)[:limit]
    words = read_prompts(prompts) if prompts is not None else None
    out = Path(out)
    began = time.perf_counter()
    made, new = generate_sounds(weights, clips, words, out, seed, jobs, progress, library, run, **settings)
    seconds = round(time.perf_counter() - began, 2)
    result: dict[str, Any] = {
        "films_generated": len(made),
        "new": new,
        "seed": seed,
        "settings": settings if library is None else {**settings, "library": Path(library).name},
        "generation_seconds": seconds,
    }
    if compare:
        result |= compare_clips(
            made, align_height_px=align_height_px, figures=out / "figures" if figures else None
        )
    if keep is not None:
        told = ("settings", "generation_seconds", "new", "films", "without_sound")
        compared, scores = result["onset_agreement"]["n"], film_scores(result)
        details = {name: result[name] for name in told}
        write_result(keep, "films", str(weights), scores, seed, compared, resolve(weights), details)
    return result
