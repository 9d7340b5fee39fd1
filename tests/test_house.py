"""The house in order: one noun for one thing, and no imports in circles."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts")


def modules(root: Path) -> dict[str, ast.Module]:
    """The parsed modules of the packages below `root`, by dotted name; a package has its own name."""
    files = [file for package in PACKAGES for file in sorted((root / package).rglob("*.py"))]
    found = {}
    for file in files:
        name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(file.read_text(encoding="utf-8"))
    return found


def public_names(module: ast.Module) -> set[str]:
    """Functions, classes and variables at a module's top level, without those that begin with `_`."""
    found = set()
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            inside = [part for target in targets for part in ast.walk(target)]
            names = (part for part in inside if isinstance(part, ast.Name))
            found |= {part.id for part in names if isinstance(part.ctx, ast.Store)}
    return {name for name in found if not name.startswith("_")}


def doubled_names(root: Path) -> dict[str, list[str]]:
    """Modules by public name, of the names that more than one defines."""
    homes: dict[str, list[str]] = defaultdict(list)
    for name, module in modules(root).items():
        for public in public_names(module):
            homes[public].append(name)
    return {public: where for public, where in sorted(homes.items()) if len(where) > 1}


def imported(name: str, module: ast.Module, is_package: bool) -> Iterator[str]:
    """Dotted names that a module imports, at its top or in a function; `from a import b` gives a.b."""
    parents = name.split(".") if is_package else name.split(".")[:-1]
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def import_circle(root: Path) -> list[str]:
    """The modules of one circle of imports, the first again at the end; empty without a circle."""
    known = modules(root)
    graph: dict[str, set[str]] = {}
    for name, module in known.items():
        is_package = root.joinpath(*name.split("."), "__init__.py").is_file()
        asked = imported(name, module, is_package)
        owners = {one if one in known else one.rpartition(".")[0] for one in asked}
        graph[name] = (owners & known.keys()) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def write(root: Path, **sources: str) -> None:
    """Modules `ta_v2a.NAME` with these sources."""
    (root / "ta_v2a").mkdir()
    for name, source in {"__init__": "", **sources}.items():
        (root / "ta_v2a" / f"{name}.py").write_text(source)


def test_no_public_name_is_defined_twice():
    assert not doubled_names(ROOT)


def test_imports_go_round_in_no_circle():
    assert not import_circle(ROOT)


def test_a_name_defined_twice_is_found(tmp_path):
    write(
        tmp_path,
        one="RATE, _own = 1, 2\n\ndef render(): ...\n\nclass Film: ...\n",
        two="RATE: int = 2\n_own = 3\nrender = RATE\n\ndef f():\n    Film = 1\n",
        three="from ta_v2a.one import Film\n",
    )
    both = ["ta_v2a.one", "ta_v2a.two"]
    assert doubled_names(tmp_path) == {"RATE": both, "render": both}


@pytest.mark.parametrize("way_back", ["from .one import x", "from . import one", "import ta_v2a.one"])
def test_a_circle_through_a_function_is_found(tmp_path, way_back):
    one, three = "from ta_v2a.two import y\n", "from ta_v2a.one import y\n"
    write(tmp_path, one=one, two=f"def y():\n    {way_back}\n", three=three)
    circle = import_circle(tmp_path)
    assert circle[0] == circle[-1] and set(circle) == {"ta_v2a.one", "ta_v2a.two"}
