"""Letters beyond those of the usual font: a font of this machine that has them all, chosen by its glyphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from gipspec.report.figures.draw.style import SANS, SERIF

# Fonts for Chinese that are common on machines, then any that has the letters. Those of one look come first.
SERIF_FIRST = ("Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC", "STSong", "AR PL UMing CN")
SANS_FIRST = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
)
REGULAR = (400, "normal", "regular", 500, "medium")  # a Chinese font often has the latter alone
LAST_RESORT = "Last Resort"  # has a box for every character


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    """Families to be used after the usual one, and the characters that none of them has.

    `cff` tells whether outlines are of the kind that cannot be embedded as TrueType.
    """

    families: tuple[str, ...] = ()
    missing: str = ""
    cff: bool = False


def fonts_for(texts: Iterable[str], *, sans: bool) -> Fonts:
    """Return fonts of this machine for what the usual font lacks in the texts of a figure."""
    needed = {ch for text in texts for ch in text if not ch.isspace()} - _glyphs(_usual(sans))
    found: list[str] = []
    cff = False
    for family, path in chain(_candidates(sans), _installed_since(sans)) if needed else ():
        more = needed & _glyphs(path)
        if more:
            found.append(family)
            cff |= _is_cff(path)
            needed -= more
        if not needed:
            break
    return Fonts(families=tuple(found), missing="".join(sorted(needed)), cff=cff)


def _usual(sans: bool) -> str:
    return font_manager.findfont(SANS if sans else SERIF, fallback_to_default=False)


@lru_cache(maxsize=256)
def _glyphs(path: str) -> frozenset[str]:
    """Return what a font can print; nothing for a file that is none, or has pictures of one size only."""
    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(chr(code) for code in font.get_charmap()) if font.scalable else frozenset()


def _candidates(sans: bool) -> Iterator[tuple[str, str]]:
    """Yield families and files, the known ones first, each family once and upright."""
    known = (*SANS_FIRST, *SERIF_FIRST) if sans else (*SERIF_FIRST, *SANS_FIRST)
    plain = {
        f.name: f.fname
        for f in sorted(font_manager.fontManager.ttflist, key=_preference, reverse=True)
        if f.style == "normal" and f.weight in REGULAR and not f.name.startswith(LAST_RESORT)
    }
    yield from ((name, plain[name]) for name in known if name in plain)
    yield from ((name, plain[name]) for name in sorted(plain) if name not in known)


def _preference(font: font_manager.FontEntry) -> tuple[str, bool, str]:
    return font.name, font.weight in (500, "medium"), font.fname


def _installed_since(sans: bool) -> Iterator[tuple[str, str]]:
    """Yield fonts that came after matplotlib noted those of the machine, which it does once."""
    known = {f.fname for f in font_manager.fontManager.ttflist}
    for path in sorted(set(font_manager.findSystemFonts()) - known):
        with suppress(OSError, RuntimeError, ValueError):  # a file that is no font, or of an unknown kind
            font_manager.fontManager.addfont(path)
    yield from _candidates(sans)


def _is_cff(path: str) -> bool:
    """Tell whether a font, or the first one of a collection, has outlines of the kind CFF."""
    with Path(path).open("rb") as file:
        head = file.read(16)
        if head[:4] == b"ttcf":
            file.seek(int.from_bytes(head[12:16], "big"))
            head = file.read(4)
    return head[:4] == b"OTTO"
