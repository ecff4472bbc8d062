"""Colours for specs wherever Pygments is used: documents, notebooks, terminals."""

from __future__ import annotations

from typing import Any

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from gipspec.lang.statements import STATEMENTS
from gipspec.lang.vocabulary import FUNCTIONS, LEARNERS

_NAME = r"[^\W\d][\w.]*"


def _groups(*kinds: object) -> Any:
    """Colour the groups of an expression, each in its kind."""
    return bygroups(*kinds)  # type: ignore[no-untyped-call]


class GipLexer(RegexLexer):
    """The lexer of `.gip` files; installed under the name `gip`."""

    name = "gipspec"
    aliases = ("gip", "gipspec")
    filenames = ("*.gip",)
    mimetypes = ("text/x-gip",)
    url = ""

    tokens = {  # noqa: RUF012 - Pygments reads it from the class
        "root": [
            (r"#.*?$", Comment.Single),
            (r'"(?:\\.|[^"\\\n])*"', String.Double),
            (r"`[^`\n]*`", Name.Variable),
            (rf"^(audit)(\s+)({_NAME})(\s+)([A-Z]\d\d)", _groups(Keyword, Text, Keyword, Text, Name.Label)),
            (words(tuple(STATEMENTS), prefix="^", suffix=r"(?=\s+[^\s<~])"), Keyword),
            (r"\b(panel)(?=\s*\")", Keyword),
            (r"\b(and|or|not|in)\b", Operator.Word),
            (r"\b(yes|no|none)\b", Keyword.Constant),
            (rf"^({_NAME})(\s*)(<-)", _groups(Name.Class, Text, Operator)),
            (
                rf"({_NAME})(\s*)(::)(\s*)({_NAME})",
                _groups(Name.Namespace, Text, Operator, Text, Name.Namespace),
            ),
            (rf"({_NAME})(\s*)(=)(?!=)", _groups(Name.Attribute, Text, Operator)),
            (words(tuple(LEARNERS), prefix=r"\b", suffix=r"\b"), Name.Builtin),
            (words(tuple(FUNCTIONS), prefix=r"\b", suffix=r"(?=\s*\()"), Name.Function),
            (_NAME, Name),
            (r"\d+(?:\.\d+)?(?:[eE][-+]?\d+)?%?", Number),
            (r"\.\.|<-|==|!=|<=|>=|::|[-+*/^:~|<>=]", Operator),
            (r"[()\[\],;]", Punctuation),
            (r"\s+", Text),
            (r".", Text),
        ]
    }
