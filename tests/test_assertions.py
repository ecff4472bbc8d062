"""Every test asserts something: itself, or by a function of the tests that it calls."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = {path.stem: path for path in sorted(TESTS.rglob("*.py"))}
CASES = [name for name in FILES if name.startswith("test_")]


@cache
def definitions(module: str) -> dict[str, ast.stmt]:
    """Return functions, classes and other names of a module."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(FILES[module].read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=[ast.Name(id=name)]):
                found[name] = node
            case ast.ImportFrom(module=str(home), names=names) if home in FILES:
                found |= {alias.asname or alias.name: node for alias in names}
    return found


@cache
def asserts(module: str, name: str) -> bool:
    """Tell whether a name of a module stands for what asserts, or for what makes use of such a thing."""
    node = definitions(module).get(name)
    if isinstance(node, ast.ImportFrom):
        (alias,) = (a for a in node.names if (a.asname or a.name) == name)
        return asserts(str(node.module), alias.name)
    return node is not None and (
        asserts_itself(node) or any(asserts(module, other) for other in used(node) - {name})
    )


def asserts_itself(node: ast.AST) -> bool:
    methods = {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return any(isinstance(n, ast.Assert) for n in ast.walk(node)) or any(
        method == "raises" or method.startswith("assert_") for method in methods
    )


def used(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def fixtures(node: ast.stmt) -> set[str]:
    """Return the fixtures that a test has from conftest.py and that assert what they are asked to."""
    taken = {a.arg for a in node.args.args} if isinstance(node, ast.FunctionDef) else set()
    return {a for a in taken if a in definitions("conftest") and asserts_itself(definitions("conftest")[a])}


@pytest.mark.parametrize("module", CASES)
def test_no_test_passes_whatever_happens(module: str) -> None:
    tests = {name: node for name, node in definitions(module).items() if name.startswith("test_")}
    assert [name for name, node in tests.items() if not asserts(module, name) and not fixtures(node)] == []


def test_modules_of_tests_have_names_of_their_own() -> None:
    assert len(FILES) == len(list(TESTS.rglob("*.py")))
