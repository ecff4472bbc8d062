"""Text to LaTeX: every character is printed, none is obeyed."""

from __future__ import annotations

import re
import unicodedata


class Latex(str):
    """LaTeX source that may be printed as it stands. Only `gipspec.report` makes it."""

    __slots__ = ()


SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\symbol{34}",  # babel makes the plain mark active in some languages
    "`": r"\textasciigrave{}",
    "[": "{[}",  # behind `\\` a bracket or an asterisk would be its argument
    "]": "{]}",
    "*": "{*}",
}

# Signs that not every text font has. Letters of other scripts stay: they need XeLaTeX or LuaLaTeX.
MATH = {
    "×": r"\times", "÷": r"\div", "±": r"\pm", "−": "-", "·": r"\cdot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "∞": r"\infty", "∈": r"\in", "√": r"\surd", "→": r"\to", "²": "^2", "³": "^3", "¹": "^1",
    "⁰": "^0", "₀": "_0", "₁": "_1", "₂": "_2", "₃": "_3", "α": r"\alpha", "β": r"\beta", "γ": r"\gamma",
    "δ": r"\delta", "ε": r"\varepsilon", "η": r"\eta", "θ": r"\theta", "κ": r"\kappa", "λ": r"\lambda",
    "μ": r"\mu", "µ": r"\mu", "ν": r"\nu", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma", "τ": r"\tau",
    "φ": r"\varphi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega", "Γ": r"\Gamma", "Δ": r"\Delta",
    "Θ": r"\Theta", "Λ": r"\Lambda", "Σ": r"\Sigma", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega", "∪": r"\cup",
}  # fmt: skip

PRINTED = {
    "–": "--",
    "—": "---",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    "…": r"\ldots{}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
}

JOINERS = "\u200c\u200d"  # scripts need them; other invisible characters could reorder or hide text


def one_line(text: str) -> str:
    """Return text without line breaks, control and invisible characters, in composed form."""
    return re.sub(" +", " ", visible(text)).strip()


def visible(text: str) -> str:
    """Return text without control and invisible characters, in composed form; its blanks stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(ch) for ch in unicodedata.normalize("NFC", text))


def _visible(ch: str) -> str:
    kind = unicodedata.category(ch)
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    if kind == "Cf":
        return ch if ch in JOINERS else ""
    return "\ufffd" if kind in ("Cs", "Cn") else ch


def escape(text: str) -> Latex:
    """Return LaTeX that prints `text`, whatever it holds."""
    return Latex("".join(_characters(one_line(text))))


def _characters(text: str) -> list[str]:
    out: list[str] = []
    for i, ch in enumerate(text):
        if ch in SPECIAL:
            out.append(SPECIAL[ch])
        elif ch in MATH:
            out.append(f"\\ensuremath{{{MATH[ch]}}}")
        elif ch in PRINTED:
            out.append(PRINTED[ch])
        elif ch in "-',?!" and text[i + 1 : i + 2] in ("-", "'", ",", "`"):
            out.append(ch + "{}")  # no ligature: `--` stays two hyphens
        else:
            out.append(ch)
    return out


def comment(text: str) -> Latex:
    """Return text that stays within a LaTeX comment: one line."""
    return Latex(one_line(text))


def beyond_latin(text: str) -> bool:
    """Tell whether text holds letters that pdfLaTeX has no fonts for."""
    return any(ord(ch) > 0x24F and ch not in MATH and ch not in PRINTED for ch in one_line(text))
