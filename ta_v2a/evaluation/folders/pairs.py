"""Two folders of clips side by side: which generated file belongs to which reference, and what cannot be used, with the reason."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from ta_v2a.errors import UserError
from ta_v2a.evaluation.films.command import CLIP_SUFFIXES, read_prompts
from ta_v2a.evaluation.films.sounds import caption_beside
from ta_v2a.system.user_files import is_folder

Task = Literal["v2a", "a2v", "t2av"]
TASKS: tuple[Task, ...] = get_args(Task)
Side = Literal["generated", "reference"]
SOUND_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".m4a", ".aac", ".opus", ".aiff")
FOLEY = ".foley"  # what `ta-v2a foley` puts behind a clip's name


@dataclass(frozen=True)
class Files:
    """One clip's files in one folder: its picture, and its sound (a sound file of its own goes before the other's track)."""

    picture: Path | None = None
    sound: Path | None = None

    @property
    def heard(self) -> Path:
        """What holds its sound."""
        path = self.sound or self.picture
        assert path is not None  # `clip_files` lists no clip without a file
        return path


@dataclass(frozen=True)
class Pair:
    """A clip in both folders.

    Args:
        name: what the files are called without ending.
        prompt: its text, None where no text was given for any clip.
        truth: the stage's JSON beside the reference, or None.
    """

    name: str
    generated: Files
    reference: Files
    prompt: str | None = None
    truth: Path | None = None


@dataclass(frozen=True)
class Bad:
    """A clip that is left out of every score, and why."""

    name: str
    side: Side
    reason: str

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "side": self.side, "reason": self.reason}


def clip_files(folder: str | Path) -> tuple[dict[str, Files], list[tuple[str, str]]]:
    """Files by clip name, and (name, reason) of names that two files of one sort claim.

    Raises:
        UserError: if there is no such folder or no clip in it.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"{folder}: no such folder")
    found: dict[str, dict[str, list[Path]]] = {}
    for path in sorted(folder.iterdir()):
        sort = "picture" if path.suffix.lower() in CLIP_SUFFIXES else "sound" if path.suffix.lower() in SOUND_SUFFIXES else None
        if sort is not None and path.is_file() and not path.name.startswith("."):
            found.setdefault(path.stem.removesuffix(FOLEY), {"picture": [], "sound": []})[sort].append(path)
    if not found:
        raise UserError(f"{folder}: holds no clip ({' '.join(CLIP_SUFFIXES + SOUND_SUFFIXES)})")
    doubled = [
        (name, f"ambiguous: {' and '.join(path.name for path in paths)}")
        for name, sorts in found.items()
        for paths in sorts.values()
        if len(paths) > 1
    ]
    files = {name: Files(*(paths[0] if paths else None for paths in (sorts["picture"], sorts["sound"]))) for name, sorts in found.items()}
    return files, doubled


def pair_folders(
    generated: str | Path, reference: str | Path, task: Task, prompts: str | Path | None = None
) -> tuple[list[Pair], list[Bad]]:
    """Clips of both folders by name, and all that have no partner or lack a picture, a sound file or a text.

    Texts come from `prompts`, else from the stage's JSON beside the references (key "caption"), else there are none.

    Raises:
        UserError: if a folder, the table or a JSON cannot be read, or no pair is left.
    """
    made, doubled_made = clip_files(generated)
    true, doubled_true = clip_files(reference)
    bad = [Bad(name, "generated", reason) for name, reason in doubled_made]
    bad += [Bad(name, "reference", reason) for name, reason in doubled_true]
    bad += [Bad(name, "reference", "mismatched: no reference of this name") for name in made if name not in true]
    bad += [Bad(name, "generated", "mismatched: nothing generated of this name") for name in true if name not in made]
    words = read_prompts(prompts) if prompts is not None else None
    pairs = []
    for name in sorted(set(made) & set(true) - {row.name for row in bad}):
        truth = _truth_beside(true[name])
        text = words.get(name) if words is not None else caption_beside(true[name].picture or true[name].heard)
        pairs.append(Pair(name, made[name], true[name], text or None, truth))
    pairs, lacking = _complete(pairs, task)
    bad += lacking
    if not pairs:
        reasons = "; ".join(f"{row.name}: {row.reason}" for row in bad[:3])
        raise UserError(f"{generated} and {reference} have no usable pair of clips ({reasons})")
    return pairs, bad


def _complete(pairs: list[Pair], task: Task) -> tuple[list[Pair], list[Bad]]:
    """Leaves out pairs that lack what the task needs, or what other pairs have (a picture of the reference, a text)."""
    bad = []
    seen = any(pair.reference.picture for pair in pairs)
    told = any(pair.prompt for pair in pairs)
    for pair in pairs:
        if task != "v2a" and pair.generated.picture is None:
            bad.append(Bad(pair.name, "generated", "no film"))
        elif pair.reference.picture is None and (seen or task != "v2a"):
            bad.append(Bad(pair.name, "reference", "no film"))
        elif told and pair.prompt is None:
            bad.append(Bad(pair.name, "reference", "mismatched: other clips have a text, this one has none"))
    left_out = {row.name for row in bad}
    return [pair for pair in pairs if pair.name not in left_out], bad


def _truth_beside(files: Files) -> Path | None:
    path = (files.picture or files.heard).with_suffix(".json")
    return path if path.is_file() else None
