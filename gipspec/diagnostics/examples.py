"""An example of each problem, as the economist meets it: the message beside the line that caused it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path


def example_of(code: str) -> str:
    """Return a problem of a code as it is rendered, in several lines; empty where there is none."""
    return read_examples().get(code, "")


@cache
def read_examples() -> dict[str, str]:
    """Read the examples, which are taken from the golden cases of the tests."""
    text = (Path(__file__).parent / "examples.json").read_text(encoding="utf-8")
    return {str(code): str(example) for code, example in json.loads(text).items()}
