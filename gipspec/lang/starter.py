"""First specs for `gipspec new`."""

from __future__ import annotations

import textwrap

from gipspec.lang.study import Schema

EXAMPLE = """\
study "Castle-doctrine laws and crime"

data causaldata::castle               # or "panel.dta", .csv, .xlsx, .parquet, .sav
panel sid year                        # unit and time: their effects are removed, errors clustered by unit

label post       "Castle law"
label l_homicide "Homicides per 100,000 (log)"

set controls = unemployrt + poverty + l_income + l_police

base  <- l_homicide ~ post | controls
algos <- base; learner=[ols, rf]      # one model each: algos.ols, algos.rf
diffs <- base; fe_method=fd           # a variation: first differences

table main "The law and homicides": base, algos, diffs
"""


def starter(schema: Schema | None, data: str) -> str:
    """Return the text of a first spec.

    Without data it is an example that runs as it is; with the schema of a file its columns stand in comments,
    and the lines to fill in are marked.
    """
    if schema is None:
        return EXAMPLE
    listed = [_quoted(c.name) + (f" ({c.label})" if c.label else "") for c in schema.columns]
    columns = textwrap.wrap(", ".join(listed), width=96, break_long_words=False, break_on_hyphens=False)
    return (
        f'study "{data.rpartition(".")[0] or data}"\n\n'
        f'data "{data}"\n\n'
        "# The columns of the file:\n"
        + "".join(f"#   {line}\n" for line in columns)
        + "\n# Fill in and take the marks away:\n"
        "# panel unit time\n"
        "# set controls = first + second\n"
        "# base <- outcome ~ treatment | controls\n"
        '# table main "Baseline": base\n'
    )


def _quoted(name: str) -> str:
    return name if name.replace(".", "_").isidentifier() else f"`{name}`"
