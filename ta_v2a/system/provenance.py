"""What something that is kept on disk was made by: code, weights, recordings. Whatever is read again later
carries all of them, in its name or beside it: otherwise a change of one of them goes unnoticed."""

import ast
import hashlib
import subprocess
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ta_v2a.errors import UserError

_ROOT = Path(__file__).resolve().parents[2]
_PACKAGES = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")
_BESIDE = ("benchmarks", "pyproject.toml", "requirements.lock")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from error


def code_digest(modules: Sequence[str], alone: Sequence[str] = ()) -> str:
    """12 hexadecimal digits over the source of modules and of all that they import from these packages,
    however far away.

    Comments and docstrings do not count: they change no result.

    Args:
        modules: their names, such as "cvalp.mini.model".
        alone: modules whose own source counts, but not what they import.
    """
    return _code_digest(tuple(modules), tuple(alone))


@lru_cache
def _code_digest(modules: tuple[str, ...], alone: tuple[str, ...]) -> str:
    found: dict[str, str] = {name: _source(name)[0] for name in alone}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found or name in alone:
            found[name], imported = _source(name)
            waiting += [each for each in imported if each not in found]
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(f"{name}\0{found[name]}\0".encode())
    return digest.hexdigest()[:12]


def _source(name: str) -> tuple[str, list[str]]:
    """A module's syntax tree as text, and the modules of these packages that it names in imports."""
    file = _file(name)
    if file is None:
        raise ValueError(f"no module {name} in {_ROOT}")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    parents = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    imported = [each for each in _imports(tree, parents) if _file(each) is not None]
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            node.body = body[1:]  # type: ignore[attr-defined]
    return ast.dump(tree), imported


def _imports(tree: ast.AST, parents: list[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _file(name: str) -> Path | None:
    if name.partition(".")[0] not in _PACKAGES:
        return None
    path = _ROOT.joinpath(*name.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def code_commit(root: Path = _ROOT) -> tuple[str | None, bool | None]:
    """The Git commit that the code is at, and whether files of the code differ from it; (None, None) where the
    code was installed, or Git cannot say.

    Results, documentation and whatever else changes no figure do not make it differ.

    Args:
        root: folder of the packages.
    """

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    top, commit = git("rev-parse", "--show-toplevel"), git("rev-parse", "HEAD")
    if top is None or commit is None or Path(top).resolve() != root.resolve():
        return None, None
    changed = git("status", "--porcelain", "--", *_PACKAGES, *_BESIDE)
    return commit, None if changed is None else bool(changed)


def folder_sha256(folder: str | Path) -> str:
    """SHA-256 over names and contents of the files below a folder (or of one file), without cards and
    checksums.

    Raises:
        UserError: if there is nothing.
    """
    folder = Path(folder)
    if folder.is_file():
        return file_sha256(folder)
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = sorted(path for path in found if path.suffix not in (".md", ""))
    if not files:
        raise UserError(f"{folder}: no file of weights or features here")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder).as_posix()}\0{file_sha256(path)}\0".encode())
    return digest.hexdigest()


def recordings_digest(folder: str | Path | None) -> str:
    """12 hexadecimal digits over the files of a sound bank: their names, sizes and times of change, so that
    large ones need not be read.

    "" for None. Where the folder lies does not count, its own name does (`ta_v2a.stage.sound.bank.kind_of`).
    """
    if folder is None:
        return ""
    folder = Path(folder).resolve()
    digest = hashlib.sha256(folder.name.encode())
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        facts = path.stat()
        digest.update(f"\0{path.relative_to(folder).as_posix()}\0{facts.st_size}\0{facts.st_mtime_ns}".encode())
    return digest.hexdigest()[:12]
