"""A `results.json` that was edited by hand, or is not ours: it is read, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import gipspec
from gipspec.cli.main import cli
from gipspec.diagnostics import GipError
from gipspec.report import load_results_json
from gipspec.report.figures.draw import Drawn

SPEC = """
data "panel.csv"
panel unit time
let size = log(x1 + 5)
let late = y + x1
let index = entropy(+a, -b)
learner mix = stack(ols, ridge, short=yes)
defaults learner=ols; reps=1; folds=2
base   <- y ~ d | size; cluster=unit
mixed  <- base; learner=mix
joint  <- y ~ d + x2 | size
groups <- base; het=[kind, x2]
fake   <- base; placebo=7
early  <- base; placebo_lead=1
event  <- base; event=-1..1
sens   <- base; sensitivity=size
both   <- y ~ d * x2 | size
inter  <- late ~ d | size + x2; model=irm; fe=none
who    <- inter; het=policytree(x2, size)
along  <- late ~ d | size; model=qte; quantiles=[0.25, 0.5]; fe=none
gap    <- base - mixed
table main "Main": base, mixed, joint, gap; adjust=holm; wald=equal
table more "More": fake, early, event, sens, both, inter, along
table system "System": index; kind=weights
table arms "Arms": y, size; kind=descriptives; by=d; of=base
table all "All": y, size; kind=descriptives
table related "Related": y, d, size; kind=correlations
table inflated "Inflated": d, size; kind=vif
table hetero "Groups": groups
figure choices "Choices": base, mixed
figure fakes "Placebo": fake
figure events "Events": event
figure complement "Complement": both
figure strength "Strength": sens
figure policy "Policy": who
figure quantiles "Quantiles": along
figure overlap "Overlap": inter; kind=overlap
figure balance "Balance": inter; kind=balance
figure calibration "Calibration": inter; kind=calibration
figure hetero "Groups": groups
figure adoption "Adoption": base; kind=rollout
audit accept A04 base "known"
"""
VALUES = (None, "x", 1, 1.5, True, [], {})
NAMED = frozenset({"nuisances", "nuisance_learners", "rows_lost", "labels", "versions", "statistics"})
TOGETHER = 40  # changes that are tried at once; where they end in an error, each alone
PARTS = (
    *("study", "title", "draft", "data", "versions", "labels", "estimates", "series", "tables", "variables"),
    *("indices", "problems", "audit"),
)
Change = tuple[tuple[Any, ...], object]
OUT = Path("out/study")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study that ran, which has a bit of everything."""
    folder = tmp_path_factory.mktemp("edited")
    rng = np.random.default_rng(3)
    units, periods = 24, 4
    unit, time = np.repeat(np.arange(units), periods), np.tile(np.arange(1, periods + 1), units)
    x = rng.normal(size=(2, unit.size)).round(3)
    d = ((unit % 3 > 0) & (time >= 2 + unit % 3)).astype(int)
    frame = pd.DataFrame({"unit": unit, "time": time, "d": d, "x1": x[0], "x2": x[1]})
    frame["y"] = 0.5 * d + x[0] + rng.normal(size=unit.size)
    frame["a"], frame["b"] = rng.random(unit.size), rng.random(unit.size)
    frame["kind"] = np.where(unit % 2 == 0, "east", "west")
    frame.to_csv(folder / "panel.csv", index=False)
    (folder / "study.gip").write_text(SPEC, encoding="utf-8")
    loaded = gipspec.load(folder / "study.gip")
    results = loaded.run()
    assert [p.message for p in results.problems if p.severity == "error"] == []
    loaded.write(results, folder / OUT)
    return folder


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from _places(one, (*at, key))


def _fields(document: dict[str, Any], part: str) -> Iterator[tuple[Any, ...]]:
    """Yield a place for each field of a part; of what repeats the first, of series one of each kind."""
    seen: set[tuple[Any, ...]] = set()
    for at in _places(document[part], (part,)):
        kind = document["series"][at[1]]["kind"] if part == "series" and len(at) > 1 else ""
        shape = tuple("*" if isinstance(key, int) else key for key in at)
        for i, key in enumerate(shape):
            if key in NAMED:
                shape = (*shape[: i + 1], *("?" for _ in shape[i + 1 : i + 2]), *shape[i + 2 :])
        if (kind, *shape) not in seen:
            seen.add((kind, *shape))
            yield at


def _set(document: Any, at: tuple[Any, ...], value: object) -> None:
    for key in at[:-1]:
        document = document[key]
    document[at[-1]] = value


def _readable(document: dict[str, Any], part: str) -> Iterator[Change]:
    """Yield the changes of a part after which the file is read: of each field one value, and null."""
    rest = document | {"series": [], "estimates": []}
    tried: set[tuple[Any, ...]] = set()
    for at in _fields(document, part):
        for value in VALUES:
            changed = rest | {part: deepcopy(document[part])}
            _set(changed, at, value)
            try:
                load_results_json(json.dumps(changed))
            except GipError as error:
                assert error.problems[0].code == "G507"
            else:
                if (at, value is None) not in tried:
                    tried.add((at, value is None))
                    yield at, value


class Commands:
    """Commands that read the results of a study; what they end in is a problem, or none."""

    def __init__(self, out: Path) -> None:
        self.results = out / "results.json"
        self.text = self.results.read_text(encoding="utf-8")
        self.before = out.parent / "before.json"
        self.before.write_text(self.text, encoding="utf-8")

    def try_(self, changes: Sequence[Change]) -> None:
        """Fail where a command ends in an internal error after one of the changes."""
        document = json.loads(self.text)
        for at, value in sorted(changes, key=lambda change: -len(change[0])):
            _set(document, at, value)
        self.results.write_text(json.dumps(document), encoding="utf-8")
        for command, *more in (("show",), ("diff", str(self.before)), ("report",)):
            ended = CliRunner().invoke(cli, [command, "study.gip", *more], standalone_mode=False).exception
            if ended is None and len(changes) > 1:
                continue
            if len(changes) > 1:
                half = len(changes) // 2
                self.try_(changes[:half])
                self.try_(changes[half:])
                return
            assert ended is None or isinstance(ended, GipError), (changes, command, ended)


@pytest.mark.parametrize("part", PARTS)
def test_no_value_in_no_field_ends_in_an_internal_error(
    part: str, ran: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ran)
    monkeypatch.setattr(
        "gipspec.report.figures.draw.draw", lambda figure: Drawn(pdf=b"", png=b"", missing="")
    )
    commands = Commands(OUT)
    changes = [*_readable(json.loads(commands.text), part)]
    assert changes
    try:
        for at in range(0, len(changes), TOGETHER):
            commands.try_(changes[at : at + TOGETHER])
    finally:
        commands.results.write_text(commands.text, encoding="utf-8")


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        (("estimates", 0, "coef"), "0.05", "estimates[0].coef is not a number or null"),
        (("estimates", 0, "ci"), [0.1], "estimates[0].ci is not a list of its length"),
        (("estimates", 0, "settings", "seed"), "x", "estimates[0].settings.seed is not a number"),
        (("draft",), 1, "draft is not true or false"),
        (("title",), "\ud800", "title is not a text"),
        (("tables", 0, "p"), {}, "p-values of the table main are missing"),
        (("indices", 0, "weights"), [], "indices[0].weights is not a list of its length"),
    ],
)
def test_what_is_wrong_is_named(at: tuple[Any, ...], value: object, said: str, ran: Path) -> None:
    document = json.loads((ran / OUT / "results.json").read_text(encoding="utf-8"))
    _set(document, at, value)
    with pytest.raises(GipError) as caught:
        load_results_json(json.dumps(document))
    assert caught.value.problems[0].message.endswith(f"it is not the results of a run: {said}")


@pytest.mark.parametrize("data", [b"\xff\xfe", b"[" * 100_000, b'{"format": 2}'])
def test_other_bytes_are_no_results(data: bytes, ran: Path, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(ran)
    (tmp_path / "results.json").write_bytes(data)
    for command in (["show", "study.gip"], ["report", "study.gip"], ["diff", "study.gip"]):
        ended = CliRunner().invoke(cli, [*command, "--out", str(tmp_path)], standalone_mode=False)
        assert isinstance(ended.exception, GipError)
        assert ended.exception.problems[0].code == "G507"
    ended = CliRunner().invoke(cli, ["diff", "study.gip", str(tmp_path)], standalone_mode=False)
    assert isinstance(ended.exception, GipError)
