"""The look of tables, as data: a file of TOML for each style in `templates/styles`.

What a style does not say, `default.toml` does. A folder of templates may hold files of the same names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gipspec.diagnostics import GipError, problem
from gipspec.report.templates import own_templates

DEFAULT = "default"
LETTERED = re.compile(r"(?:Panel\s+)?([A-Z])\s*[.:]\s+(\S.*)")
SMALL = frozenset({"a", "an", "and", "as", "at", "but", "by", "for", "in", "of", "on", "or", "the", "to"})
LOOKS = ("plain", "bold", "italic", "caps", "smallcaps", "headline")
CHOICES = {
    "caption.numbers": ("arabic", "roman"),
    "caption.align": ("center", "left"),
    "caption.label_look": LOOKS,
    "caption.title_look": LOOKS,
    "panels.align": ("center", "left"),
    "panels.look": LOOKS,
    "heads.look": LOOKS,
    "notes.lead_look": LOOKS,
    "notes.legend": ("signs", "words"),
    "latex.width": ("shrink", "full", "natural"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How tables look. Thickness is in points, `stars` are levels; a `look` is one of `LOOKS`.

    `labels` are other words for rows, `separator` stands between the number of a table and its title, a line
    break where it is `newline`.
    """

    name: str
    label: str
    numbers: str
    separator: str
    caption_align: str
    label_look: str
    title_look: str
    outer: float
    inner: float
    double: bool
    panel_title: str
    panel_align: str
    panel_look: str
    panel_beside: bool
    head_look: str
    notes_lead: str
    lead_look: str
    stars: tuple[float, ...]
    legend: str
    effects: str
    yes: str
    no: str
    labels: tuple[tuple[str, str], ...]
    width: str

    def panel(self, title: str) -> str:
        """Return the title of a panel; one such as `A. Samples` is written as the style has it."""
        found = LETTERED.fullmatch(title)
        if found is None:
            return title
        return self.panel_title.replace("{letter}", found[1]).replace("{text}", found[2])

    def title(self, text: str) -> str:
        """Return the title of a table, with capitals where the style wants those of headlines."""
        if self.title_look != "headline":
            return text
        words = text.split(" ")
        return " ".join(w if i and w in SMALL else w[:1].upper() + w[1:] for i, w in enumerate(words))

    def row(self, label: str) -> str:
        return dict(self.labels).get(label, label)


def load_style(name: str = DEFAULT, templates: Path | None = None) -> Style:
    """Read a style; a file of that name in the user's `templates` comes before ours.

    Raises GipError G502, with file and line, for a file that is no TOML or does not say what a style says.
    """
    values = _flat(_read(DEFAULT, None))
    known = set(values)
    folders = [None] if templates is None else [None, templates]
    for at in [DEFAULT, name] if name != DEFAULT else [DEFAULT]:
        for folder in folders:
            path = _path(at, folder)
            if path.is_file():
                values |= _checked(_flat(_read(at, folder)), known, values, path)
    return _style(name, values)


def star_levels(names: Iterable[str], templates: Path | None = None) -> dict[str, tuple[float, ...]]:
    """Return the levels of the stars of styles; a file that is wrong is left to those who write with it."""
    found = {}
    for name in set(names):
        with suppress(GipError):
            found[name] = load_style(name, templates).stars
    return found


def _path(name: str, folder: Path | None) -> Path:
    return (folder or own_templates()) / "styles" / f"{name}.toml"


def _read(name: str, folder: Path | None) -> Mapping[str, object]:
    path = _path(name, folder)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place = re.search(r"at line (\d+)", str(error))
        raise GipError(problem("G502", path=path, line=place[1] if place else 1, reason=str(error))) from None


def _flat(document: Mapping[str, object]) -> dict[str, object]:
    """Return `{"caption.label": "Table", ...}`; `rows.labels` stays one value."""
    found: dict[str, object] = {}
    for part, values in document.items():
        if isinstance(values, dict):
            found |= {f"{part}.{key}": value for key, value in values.items()}
        else:
            found[part] = values
    return found


def _checked(
    given: dict[str, object], known: set[str], usual: Mapping[str, object], path: Path
) -> dict[str, object]:
    """Raise G502 for a key that no style has, or a value of another type or choice than it takes."""
    for key, value in given.items():
        reason = ""
        if key not in known:
            reason = f"there is no `{key}` in a style"
        elif not _fits(value, usual[key]):
            reason = f"`{key}` takes {TAKES[type(usual[key])]}"
        elif key in CHOICES and value not in CHOICES[key]:
            reason = f"`{key}` is one of {', '.join(CHOICES[key])}"
        if reason:
            raise GipError(problem("G502", path=path, line=_line(path, key), reason=reason))
    return given


TAKES = {
    str: "a text",
    float: "a number",
    bool: "true or false",
    list: "a list of levels between 0 and 1",
    dict: "texts by the usual label",
}


def _fits(value: object, usual: object) -> bool:
    """Tell whether a value is of the kind that a key usually has."""
    match usual:
        case float():
            return _is_number(value)
        case list():
            return isinstance(value, list) and all(_is_number(v) and 0 < v < 1 for v in value)
        case dict():
            return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
        case _:
            return type(value) is type(usual)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _line(path: Path, key: str) -> int:
    """Return the line that a key stands in."""
    part, _, word = key.rpartition(".")
    within = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip().startswith("["):
            within = line.strip().strip("[]")
        elif within == part and re.match(rf'"?{re.escape(word)}"?\s*=', line.strip()):
            return number
    return 1


def _style(name: str, values: Mapping[str, object]) -> Style:
    def text(key: str) -> str:
        return str(values[key])

    levels, labels = values["notes.stars"], values["rows.labels"]
    assert isinstance(levels, list) and isinstance(labels, dict)
    return Style(
        name=name,
        label=text("caption.label"),
        numbers=text("caption.numbers"),
        separator=text("caption.separator"),
        caption_align=text("caption.align"),
        label_look=text("caption.label_look"),
        title_look=text("caption.title_look"),
        outer=float(text("rules.outer")),
        inner=float(text("rules.inner")),
        double=bool(values["rules.double"]),
        panel_title=text("panels.title"),
        panel_align=text("panels.align"),
        panel_look=text("panels.look"),
        panel_beside=bool(values["panels.beside"]),
        head_look=text("heads.look"),
        notes_lead=text("notes.lead"),
        lead_look=text("notes.lead_look"),
        stars=tuple(sorted((float(level) for level in levels), reverse=True)),
        legend=text("notes.legend"),
        effects=text("rows.effects"),
        yes=text("rows.yes"),
        no=text("rows.no"),
        labels=tuple((str(key), str(value)) for key, value in labels.items()),
        width=text("latex.width"),
    )
