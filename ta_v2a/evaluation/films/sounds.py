"""The preset's sound for every clip of a folder, one WAV a clip; what is there already is not made again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.system.on_ray import Run
from ta_v2a.system.user_files import made_folder


@dataclass(frozen=True)
class SoundedClip:
    """A clip, the prompt it is given, and the wav that was generated for it."""

    path: Path
    prompt: str
    wav: Path


def caption_beside(clip: Path) -> str | None:
    """The caption in the stage's JSON beside a clip, None where there is no such file or no caption in it.

    Raises:
        UserError: if it cannot be read.
    """
    truth = clip.with_suffix(".json")
    if not truth.is_file():
        return None
    try:
        held = json.loads(truth.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{truth}: cannot be read ({one_line(error)})") from error
    caption = held.get("caption") if isinstance(held, dict) else None
    if caption is not None and not isinstance(caption, str):
        raise UserError(f"{truth}: its caption is no text")
    return caption


def generate_sounds(
    weights: str | Path,
    clips: list[Path],
    prompts: dict[str, str] | None,
    out: Path,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
    library: str | Path | None = None,
    run: Run | None = None,
    **settings: Any,
) -> tuple[list[SoundedClip], int]:
    """Writes `out`/<stem>.wav (24 bit, the pipeline's own rate; mono, or stereo where a library's recordings
    are) for every clip; each gets the same seed.

    Beside each wav stands <stem>.json: clip and weights by their SHA-256, prompt, seed, settings, and what
    code they went through. A clip whose wav is there with a JSON that says what this call would say is left
    as it is, so a second run goes on where the first stopped.

    Args:
        weights: preset or pipeline folder.
        prompts: by stem; clips it does not name get the empty prompt. None takes the captions of the
            stage's JSON beside the clips.
        jobs: processes, each with the pipeline and one thread of its own; 1 works in this one.
        progress: called with (clips done, clips).
        library: a folder of recordings, or its index, that sound in place of the vocoder.
        run: where the work is done (`ta_v2a.system.on_ray.executor`); None: in processes of this machine.
        settings: handed to the pipeline (steps, scales).

    Returns:
        The clips, and how many were generated now.

    Raises:
        UserError: as the pipeline does, for a clip or weights that cannot be read, or a
            folder that cannot be written.
    """
    from ta_v2a.library.library import library_sha256
    from ta_v2a.presets.resolve import resolve
    from ta_v2a.system.parallel import Crashed, in_order
    from ta_v2a.system.provenance import code_digest, folder_sha256

    made_folder(out)
    if any(path.parent.resolve() == out.resolve() for path in clips):
        raise UserError(
            f"{out}: holds the clips; name another folder for the sounds, which are called as the clips are"
        )
    words = {path: caption_beside(path) if prompts is None else prompts.get(path.stem) for path in clips}
    made = [SoundedClip(path, words[path] or "", output_file(out / f"{path.stem}.wav")) for path in clips]
    order = {"weights_sha256": folder_sha256(resolve(weights)), "seed": seed, "settings": settings}
    if library is not None:
        order["library_sha256"] = library_sha256(library)
    order["code"] = code_digest(["ta_v2a.pipelines.foley"], alone=["ta_v2a.evaluation.films.sounds"])
    missing = [
        clip
        for clip in made
        if _read(clip.wav.with_suffix(".json")) != _account(clip, order) or not clip.wav.is_file()
    ]
    there = len(made) - len(missing)
    progress(there, len(made))
    told = None if library is None else str(library)
    work = in_order if run is None else run
    write = partial(_write_sound, weights=str(weights), library=told, order=order, one_thread=jobs > 1)
    for done, (clip, result) in enumerate(work(write, missing, jobs if jobs > 1 else 0), there + 1):
        if isinstance(result, Crashed):
            raise UserError(
                f"{clip.path.name}: its process was killed; run again with fewer --jobs, it goes on where it "
                f"stopped"
            )
        progress(done, len(made))
    return made, len(missing)


def _account(clip: SoundedClip, order: dict[str, Any]) -> dict[str, Any]:
    from ta_v2a.system.provenance import file_sha256

    return {"film_sha256": file_sha256(clip.path), "prompt": clip.prompt, **order}


def _write_sound(
    clip: SoundedClip, weights: str, library: str | None, order: dict[str, Any], one_thread: bool
) -> None:
    """In a worker: one clip's wav and its JSON."""
    import soundfile
    import torch

    if one_thread:
        torch.set_num_threads(1)
    noise = torch.Generator().manual_seed(order["seed"])
    output = _pipeline(weights, library)(
        video=str(clip.path), prompt=clip.prompt, generator=noise, **order["settings"]
    )
    account = clip.wav.with_suffix(".json")
    account.unlink(missing_ok=True)  # a new wav never stands beside an old account
    with whole_file(clip.wav) as part:
        soundfile.write(
            part,
            np.asarray(output.audios[0].T, dtype=np.float32),
            output.sampling_rate,
            subtype="PCM_24",
            format="WAV",
        )
    with whole_file(account) as part:
        Path(part).write_text(
            json.dumps(_account(clip, order), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


@lru_cache(maxsize=1)
def _pipeline(weights: str, library: str | None) -> Any:
    """The pipeline of this process, loaded when the first sound is wanted."""
    from diffusers.utils import logging

    from ta_v2a.pipelines.foley import FoleyPipeline

    logging.disable_progress_bar()  # several processes would draw over each other
    pipeline = FoleyPipeline.from_pretrained(weights, library=library)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
