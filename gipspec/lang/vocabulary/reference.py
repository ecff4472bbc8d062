"""The reference as a page: every topic that `gipspec explain` knows, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from gipspec.lang.vocabulary.explain import GROUPS, Topic, explain

_HEADINGS = {
    "statements": "Statements",
    "notation": "Notation",
    "options": "Options of models",
    "learners": "Learners",
    "functions": "Functions",
    "models": "Models",
    "tables": "Options of tables and data",
    "styles": "Styles of tables",
    "figures": "Figures and their options",
    "rules": "Rules of the audit",
    "codes": "Problems",
}
_HEAD = """\
# Reference

Every word of the language, every rule of the audit and every problem, as `gipspec explain NAME` prints them. This page is
written from the registries of gipspec (`python tests/test_project.py`); nothing here is written by hand.

"""


def reference_page() -> str:
    """Return docs/reference.md."""
    contents = " · ".join(f"[{_HEADINGS[g]}](#{_HEADINGS[g].lower().replace(' ', '-')})" for g in GROUPS)
    parts = [_HEAD, contents, "\n"]
    for group in GROUPS:
        parts.append(f"\n## {_HEADINGS[group]}\n")
        parts += (f"\n{entry}\n" for entry in map(_entry, explain(group)))
    return "".join(parts)


def _entry(topic: Topic) -> str:
    return "\n".join(_lines(topic))


def _lines(topic: Topic) -> Iterator[str]:
    option = topic.kind.startswith("option of")
    name = f"`{topic.name}`" if "`" not in topic.name else f"`` {topic.name} ``"
    yield f"### {name}" + (f" ({topic.kind})" if option or topic.kind in ("error", "warning") else "")
    yield ""
    yield _sentence(topic.meaning)
    yield ""
    for label, text in topic.facts:
        if label == "example":
            continue
        link = f"[{text}]({text.removeprefix('docs/')})" if label == "more" else _code_or_text(label, text)
        yield f"- {label}: {link}"
    example = dict(topic.facts).get("example")
    if example:
        if topic.facts[0][0] != "example":
            yield ""
        yield "```" if "\n" in example else "```gip"
        yield example
        yield "```"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _code_or_text(label: str, text: str) -> str:
    """Set what is code as such: formulas are full of marks that Markdown would take for its own."""
    return f"`{text}`" if label in ("formula", "use", "library") and "`" not in text else text
