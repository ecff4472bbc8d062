"""A shell for tests: commands in a folder with a small panel and a spec."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gipspec.cli import main

PANEL = Path(__file__).parent / "golden" / "bad" / "data" / "panel.csv"
SPEC = """\
data "panel.csv"
panel city year
defaults learner=ols; reps=2
base <- y ~ d | x1
more <- base; add=x2
gap <- base - more
table main "Main": base, more, gap
"""


@dataclass
class Shell:
    """Runs commands in a folder of its own."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *args: str) -> tuple[int, str, str]:
        self.capture.readouterr()
        with pytest.raises(SystemExit) as stop:
            main(list(args))
        out, err = self.capture.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    def write(self, text: str, name: str = "study.gip") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
