"""Programs outside Python that some tests need."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def tool(name: str) -> str:
    """Return the path of a program; without it a test is skipped, except where CI must have installed it."""
    found = shutil.which(name)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"{name} is not installed, and .ci/run should have installed it")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def text_of_pdf(path: Path) -> str:
    """Return the text of a PDF, laid out as on its pages."""
    command = [tool("pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode("utf-8")


def pdf_of_office(folder: Path, *files: Path) -> None:
    """Convert documents to PDF in `folder`, with a profile of its own."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [tool("soffice"), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=180)
