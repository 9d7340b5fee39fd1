"""`ta-v2a data prepare`: the clips of a manifest as WebDataset shards, decoded once for all trainings.

A clip is `KEY.frames.jpg` (all pictures below each other), `KEY.mel.npy` (float16, (128, frames) in [0, 1]),
`KEY.json` (caption, split, clip) and, where asked for, `KEY.wave.npy` (int16) and the frozen features
`KEY.video.npy`, `KEY.audio.npy`, `KEY.text.npy` (float16).

Shard i holds what is usable of the rows [i n, (i + 1) n). It appears whole or not at all, and a second run
makes the missing ones: nothing is lost or doubled whenever the first was killed.
"""

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.data.film_clips import ClipProblem, read_clip, to_strip
from ta_v2a.data.manifests import Row
from ta_v2a.errors import UserError
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.system.on_ray import Run
from ta_v2a.system.parallel import Crashed, in_order
from ta_v2a.system.user_files import made_folder
from vocoders.clock import ClipSpec

SETTINGS_FILE, SHARDS_INDEX_FILE = "prepare.json", "index.json"
FORMAT = 2


def shard_file(folder: Path, number: int) -> Path:
    """shard-000000.tar, ...; beside it the .json says what went in and what did not."""
    return folder / f"shard-{number:06d}.tar"


def _read(row: Row, spec: ClipSpec, colour: bool, wave_hz: int | None) -> dict[str, Any] | tuple[str, str]:
    """In a worker: a clip's strip and its sound at the clock's rate and at `wave_hz`, or (status, why)."""
    try:
        frames, wave = read_clip(row.path, row.start_s, spec, colour)
        read: dict[str, Any] = {"strip": to_strip(frames), "wave": wave}
        if wave_hz is not None:
            read["further"] = (
                wave
                if wave_hz == spec.sample_rate_hz
                else read_clip(row.path, row.start_s, spec, colour, wave_hz)[1]
            )
        return read
    except ClipProblem as problem:
        return problem.status, problem.why


class Encoder:
    """Turns what the workers read into the members of a shard: the mel, and features of a
    frozen CVALP if there is one."""

    def __init__(self, spec: ClipSpec, colour: bool, features: str | None):
        import torch

        from vocoders.mel import LogMel

        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.log_mel, self.cvalp = LogMel(spec).to(self.device), None
        if features is not None:
            from ta_v2a.engine.encoders import load_encoders

            self.cvalp = load_encoders(features).to(self.device)
            if self.cvalp.wants_colour != colour:
                raise UserError(
                    f"{features} reads pictures of another clock: give --clock "
                    f"{'mini' if colour else 'paper'}"
                )
            if self.cvalp.config.get("sound", "mel128") != "mel128":
                raise UserError(
                    f"{features} hears {self.cvalp.config.sound}, the shards hold the log-mel of 128 bands"
                )

    def __call__(self, row: Row, read: dict[str, Any]) -> dict[str, Any]:
        """The sample of one clip, ready for the shard."""
        import torch

        from cvalp.features import as_input, film_features
        from ta_v2a.data.film_clips import from_strip

        with torch.inference_mode():
            wave = torch.from_numpy(read["wave"])[None].to(self.device)
            mel = self.log_mel(wave)
            sample = {"frames.jpg": read["strip"], "mel.npy": mel[0].half().cpu().numpy()}
            if "further" in read:
                sample["wave.npy"] = np.round(32767 * read["further"]).astype(np.int16)
            if self.cvalp is not None:
                frames = as_input(torch.from_numpy(from_strip(read["strip"]))[None].to(self.device))
                found = {"video": film_features(self.cvalp, frames), "audio": self.cvalp.encode_audio(mel)}
                found["text"] = self.cvalp.encode_text([row.caption])
                sample |= {f"{name}.npy": value[0].half().cpu().numpy() for name, value in found.items()}
        facts = {"caption": row.caption, "split": row.split, "clip": row.named, "start_s": row.start_s}
        return {"__key__": row.key, **sample, "json": facts}


def _write_shard(path: Path, samples: list[dict[str, Any]], problems: list[dict[str, Any]]) -> None:
    """The account first, the shard last: a shard that is there is done."""
    from webdataset import TarWriter

    account = {"clips": len(samples), "problems": problems}
    with whole_file(path.with_suffix(".json")) as temporary:
        Path(temporary).write_text(json.dumps(account))
    memory = io.BytesIO()
    with TarWriter(memory, mtime=0) as tar:
        for sample in samples:
            tar.write(sample)
    with whole_file(path) as temporary, open(temporary, "wb") as stream:
        stream.write(memory.getbuffer())


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    """Makes the folder, or finds it made by the same order.

    Raises:
        UserError: it holds shards of another order.
    """
    made_folder(folder)
    file = folder / SETTINGS_FILE
    if file.is_file():
        before = read_account(file)
        changed = sorted(
            name for name in settings.keys() | before.keys() if settings.get(name) != before.get(name)
        )
        if changed:
            raise UserError(
                f"{folder} holds shards that were made with another {', '.join(changed)}: name a new folder"
            )
    elif any(folder.glob("*.tar")):
        raise UserError(f"{folder} holds other files: name a new folder")
    else:
        with whole_file(file) as temporary:
            Path(temporary).write_text(json.dumps(settings, indent=2))


def read_account(file: Path, names: tuple[str, ...] = ()) -> dict[str, Any]:
    """What an earlier run wrote down.

    Raises:
        UserError: somebody else changed it.
    """
    try:
        account = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(account, dict) and all(name in account for name in names):
            return account
    except (OSError, ValueError):
        pass
    raise UserError(f"{file} is damaged: remove it and the shard of its name, if there is one, and run again")


def rows_digest(rows: list[Row]) -> str:
    """What the shards depend on, in 16 hexadecimal digits; where the films lie does not count."""
    lines = [f"{row.key}\t{row.named}\t{row.start_s}\t{row.caption}\t{row.split}" for row in rows]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def prepare(
    rows: list[Row],
    folder: Path,
    spec: ClipSpec,
    colour: bool,
    *,
    shard_clips: int = 256,
    wave_hz: int | None = None,
    features: str | None = None,
    workers: int = 1,
    run: Run = in_order,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Writes the shards that are not there yet, then the index.

    Args:
        rows: the manifest.
        folder: where the shards go; one order a folder.
        spec, colour: what pictures and sound are read, see `read_clip`.
        shard_clips: rows of a shard.
        wave_hz: keep the sound itself too, at this rate (PANNs' own front end needs it).
        features: preset or folder of a CVALP whose frozen features are kept too; it must
            read what `spec` and `colour` say.
        workers: decoding processes.
        run: where the decoding is done (`ta_v2a.system.on_ray.executor`).

    Returns:
        {"folder", "clips": rows, "written": usable clips in all shards, "shards", "now": rows read in this
        run, "seconds", "clips_per_s", "problems"}.

    Raises:
        UserError: the folder is another order's, or cannot be written.
    """
    from ta_v2a.engine.encoders import cvalp_folder
    from ta_v2a.system.provenance import code_digest, folder_sha256

    settings = {
        "format": FORMAT,
        "rows": rows_digest(rows),
        "duration_s": spec.duration_s,
        "picture_px": spec.picture_px,
        "fps": spec.fps,
        "colour": colour,
        "shard_clips": shard_clips,
        "wave_hz": wave_hz,
        "features": None if features is None else folder_sha256(cvalp_folder(features)),
        "code": code_digest(["ta_v2a.data.prepare"]),
    }
    _claim(folder, settings)
    shards = [rows[i : i + shard_clips] for i in range(0, len(rows), shard_clips)]
    missing = [number for number in range(len(shards)) if not shard_file(folder, number).exists()]
    began, todo = time.perf_counter(), sum(len(shards[number]) for number in missing)
    done, before = 0, len(rows) - todo
    advance(before, len(rows))
    if missing:
        encode = Encoder(spec, colour, features)
        reader = partial(_read, spec=spec, colour=colour, wave_hz=wave_hz)
        reads = run(reader, [row for number in missing for row in shards[number]], workers)
        for number in missing:
            samples, problems = [], []
            for row, read in _first(reads, len(shards[number])):
                if isinstance(read, dict):
                    samples.append(encode(row, read))
                else:
                    status, why = (
                        ("corrupt", "the decoder crashed on it") if isinstance(read, Crashed) else read
                    )
                    problems.append({"key": row.key, "clip": row.named, "status": status, "why": why})
                done += 1
                advance(before + done, len(rows))
            _write_shard(shard_file(folder, number), samples, problems)
    seconds = time.perf_counter() - began
    written_down = [shard_file(folder, number).with_suffix(".json") for number in range(len(shards))]
    accounts = [read_account(file, ("clips", "problems")) for file in written_down]
    written = [account["clips"] for account in accounts]
    index = {
        "settings": settings,
        "shards": {shard_file(folder, n).name: count for n, count in enumerate(written)},
        "clips": sum(written),
    }
    with whole_file(folder / SHARDS_INDEX_FILE) as temporary:
        Path(temporary).write_text(json.dumps(index, indent=2))
    return {
        "folder": str(folder),
        "clips": len(rows),
        "written": sum(written),
        "shards": len(shards),
        "now": todo,
        "seconds": round(seconds, 2),
        "clips_per_s": round(todo / seconds, 2) if todo else None,
        "problems": [problem for account in accounts for problem in account["problems"]],
    }


def _first(reads: Iterator[tuple[Row, Any]], count: int) -> Iterator[tuple[Row, Any]]:
    for _ in range(count):
        yield next(reads)
