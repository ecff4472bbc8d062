"""What typesets the outputs: a LaTeX engine, the packages of the tables, fonts for Chinese."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

from gipspec.doctor.check import NOTE, OK, Check

ENGINES = ("pdflatex", "xelatex", "lualatex", "tectonic")
# What a table needs (`gipspec.report.latex_style.packages_of`) and what its stand-alone document adds.
PACKAGES = (
    "booktabs",
    "threeparttable",
    "adjustbox",
    "longtable",
    "pdflscape",
    "amssymb",
    "geometry",
    "fontspec",
)
CHINESE = "中文字体绿色工业园区产业链韧性"
SECONDS = 30.0


def typesetting() -> Iterator[Check]:
    """Look for LaTeX and fonts. None is needed to write tables and figures, only to typeset them."""
    engines = [name for name in ENGINES if shutil.which(name)]
    yield Check(
        group="typesetting",
        name="LaTeX",
        state=OK if engines else NOTE,
        found=", ".join(engines) or "no engine is installed; tables are written all the same",
        remedy="" if engines else "install TeX Live, MiKTeX or tectonic",
    )
    if shutil.which("kpsewhich"):
        yield _packages()
    yield _chinese()


def _packages() -> Check:
    missing = [name for name in PACKAGES if not _finds(f"{name}.sty")]
    return Check(
        group="typesetting",
        name="packages",
        state=NOTE if missing else OK,
        found=f"missing: {', '.join(missing)}" if missing else ", ".join(PACKAGES),
        remedy=f"tlmgr install {' '.join(missing)}" if missing else "",
    )


def _finds(file: str) -> bool:
    try:
        done = subprocess.run(
            ["kpsewhich", file], capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _chinese() -> Check:
    """Say which font figures take for Chinese letters; tables need one in the document that takes them in."""
    from gipspec.report.figures.draw.fonts import fonts_for

    fonts = fonts_for([CHINESE], sans=False)
    lacking = bool(fonts.missing)
    return Check(
        group="typesetting",
        name="Chinese",
        state=NOTE if lacking else OK,
        found="no font has Chinese letters" if lacking else f"figures take {', '.join(fonts.families)}",
        remedy="install a font such as Noto Serif CJK (Debian: fonts-noto-cjk)" if lacking else "",
    )
