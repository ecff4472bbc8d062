"""The import contract and the habits of the code, proved on the source itself."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter import cli as importlinter

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gipspec"
MODULES = sorted(PACKAGE.rglob("*.py"))

# A package outside and the modules that may import it, by prefix. What is not listed may be imported by all.
DOORS = {
    "lark": ("gipspec.lang.parser",),
    "doubleml": ("gipspec.estimate.door",),
    "jinja2": ("gipspec.report",),
    "formulaic": ("gipspec.data",),
    "sklearn": ("gipspec.learn",),
    "optuna": ("gipspec.learn",),
    "xgboost": ("gipspec.learn",),
    "lightgbm": ("gipspec.learn",),
    "pyreadstat": ("gipspec.data", "gipspec.simulate"),
    "pyarrow": ("gipspec.data",),
    "openpyxl": ("gipspec.data", "gipspec.report"),
    "docx": ("gipspec.report",),
    "matplotlib": ("gipspec.report.figures.draw",),
    "click": ("gipspec.cli",),
    "rich": ("gipspec.cli",),
    "watchfiles": ("gipspec.cli",),
    "joblib": ("gipspec.engine.workers",),
    "pygls": ("gipspec.editor.server",),
    "lsprotocol": ("gipspec.editor.server",),
    "pygments": ("gipspec.editor.highlight",),
    "distributed": ("gipspec.engine.cluster", "gipspec.engine.connect"),
}

# Code from a file or a message must never become code of this process.
BANNED_IMPORTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "runpy", "code"}
BANNED_CALLS = {"eval", "exec", "compile", "__import__"}
BANNED_METHODS = {"eval", "query", "read_pickle", "to_pickle"}
HEAVY = ("numpy", "pandas", "scipy", "sklearn", "doubleml", "formulaic", "matplotlib", "jinja2")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path)))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import at any depth: lazy ones and those for type checking too."""
    return grimp.build_graph("gipspec", include_external_packages=True, cache_dir=None)


def test_the_import_contracts_are_kept(capsys: pytest.CaptureFixture[str]) -> None:
    status = importlinter.lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == importlinter.EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_no_import_cycle_of_any_kind(graph: grimp.ImportGraph) -> None:
    own = {m for m in graph.modules if m.split(".")[0] == "gipspec"}
    imports = {m: graph.find_modules_directly_imported_by(m) & own for m in own}
    order = list(TopologicalSorter(imports).static_order())  # raises CycleError, which shows the cycle
    rank = {module: i for i, module in enumerate(order)}
    assert all(rank[below] < rank[m] for m in own for below in imports[m])


@pytest.mark.parametrize("package", DOORS)
def test_a_dependency_stands_behind_its_door(graph: grimp.ImportGraph, package: str) -> None:
    users = graph.find_modules_that_directly_import(package) if package in graph.modules else set()
    doors = DOORS[package]
    outside = {u for u in users if not any(u == d or u.startswith(d + ".") for d in doors)}
    assert not outside, f"only {', '.join(doors)} may import {package}"


def test_light_commands_import_nothing_heavy() -> None:
    """`gipspec --help` and `check` start fast, because what is heavy is imported where it is used."""
    code = "import sys, gipspec, gipspec.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(HEAVY) & set(done.stdout.split())


def lazy_names(path: Path) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return (module, name) of what type checkers see of a package, and of what is imported on use."""
    seen, used = set[tuple[str, str]](), set[tuple[str, str]]()
    for node in nodes(path):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body):
                imports = [n for n in body if isinstance(n, ast.ImportFrom)]
                seen |= {(str(n.module), a.name) for n in imports for a in n.names if a.asname}
            case ast.Call(func=ast.Name(id="import_on_use"), args=[_, modules]):
                table = ast.literal_eval(modules)
                used |= {(module, name) for module, names in table.items() for name in names}
    return seen, used


LAZY = [p for p in MODULES if p.name == "__init__.py" and lazy_names(p)[1]]


@pytest.mark.parametrize("path", LAZY, ids=module_name)
def test_names_imported_on_use_are_those_that_type_checkers_see(path: Path) -> None:
    seen, used = lazy_names(path)
    assert seen == used
    package = importlib.import_module(module_name(path))
    assert all(getattr(package, name) is not None for _, name in used)
    assert {name for _, name in used} <= set(dir(package))
    with pytest.raises(AttributeError, match=f"'{module_name(path)}' has no attribute 'nothing'"):
        _ = package.nothing


def test_packages_import_on_use_in_one_way() -> None:
    assert {module_name(p) for p in LAZY} >= {"gipspec", "gipspec.data", "gipspec.engine", "gipspec.recipe"}
    written = [place(p, n) for p in MODULES for n in nodes(p) if getattr(n, "name", "") == "__getattr__"]
    assert not written


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_is_one_idea(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_no_error_is_swallowed(path: Path) -> None:
    """No `except Exception` and no bare `except`; what cleans up may catch all if it raises again."""
    found = []
    for node in nodes(path):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            names = {c.id if isinstance(c, ast.Name) else "" for c in caught if c is not None}
            last = node.body[-1]
            again = isinstance(last, ast.Raise) and last.exc is None
            if node.type is None or "Exception" in names or ("BaseException" in names and not again):
                found.append(place(path, node))
    assert not found


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_nothing_is_evaluated(path: Path) -> None:
    found = [place(path, n) for n in nodes(path) if _evaluates(n)]
    assert not found


def _evaluates(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(n.name.split(".")[0] in BANNED_IMPORTS for n in names)
        case ast.ImportFrom(module=str(module)):
            return module.split(".")[0] in BANNED_IMPORTS
        case ast.Call(func=ast.Name(id=name)):
            return name in BANNED_CALLS
        case ast.Call(func=ast.Attribute(attr=name)) if name in BANNED_METHODS:
            return True
        case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
            return True
    return False


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_nothing_is_left_undone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [mark for mark in ("TO" + "DO", "FIX" + "ME") if mark in text]
    raised = (n.exc for n in nodes(path) if isinstance(n, ast.Raise) and n.exc is not None)
    assert not [e for e in raised if "NotImplementedError" in ast.unparse(e)]
