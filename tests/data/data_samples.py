"""What the tests of the data room share: expressions from text, small data sets, the code of a problem."""

import numpy as np
import pandas as pd
import pytest

from gipspec.data import Table, build_dataset
from gipspec.diagnostics import GipError
from gipspec.lang.parser import parse
from gipspec.lang.study import DataSource, Learner, Let, Panel, Settings, Term
from gipspec.source import Source

OLS = Learner(name="ols")
PANEL = Panel(unit="city", time="year")


def expr(text):
    file, problems = parse(Source.of("study.gip", f"let v = {text}\n"))
    assert not problems, problems
    return file.statements[0].value


def lets(**texts):
    return tuple(Let(name=name, value=expr(text)) for name, text in texts.items())


def term(*factors):
    return Term(factors=tuple(expr(f) for f in factors))


def terms(*texts):
    return tuple(term(*text.split(" : ")) for text in texts)


def settings(**changes):
    return Settings(learner_y=OLS, learner_d=OLS, learner_z=OLS, learner_m=OLS, **changes)


def table(columns, labels=None, value_labels=None):
    frame = pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=object if _is_text(values) else float)
            for name, values in columns.items()
        }
    )
    return Table(name="data.csv", frame=frame, labels=labels or {}, value_labels=value_labels or {})


def _is_text(values):
    return any(isinstance(v, str) for v in values)


def dataset(columns, panel=None, let=(), labels=(), value_labels=None):
    return build_dataset(table(columns, value_labels=value_labels), panel, tuple(let), tuple(labels))


def source(path, **options):
    return DataSource(path=str(path), **options)


class Refused:
    """Expect a GipError with one code; `problem` is it afterwards."""

    def __init__(self, code):
        self.code = code
        self.raises = pytest.raises(GipError)

    def __enter__(self):
        self.info = self.raises.__enter__()
        return self

    def __exit__(self, *exc):
        caught = self.raises.__exit__(*exc)
        assert [p.code for p in self.info.value.problems][:1] == [self.code], self.info.value
        return caught

    @property
    def problem(self):
        return self.info.value.problems[0]


refused = Refused


def dense_residual(values, effects):
    """Residuals of least squares on all dummies, by numpy."""
    dummies = np.column_stack(
        [np.eye(len(np.unique(e)))[np.unique(e, return_inverse=True)[1]] for e in effects]
    )
    return values - dummies @ np.linalg.lstsq(dummies, values, rcond=None)[0]
