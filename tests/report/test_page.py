"""`report.html` in a real browser: self-contained, readable on a phone, sortable; users' text stays text."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from browser import Browser, browser, program
from report_factory import estimate, request, results, study
from report_readers import Page

from gipspec.api import Loaded, load
from gipspec.cli.main import main
from gipspec.diagnostics import Finding
from gipspec.engine.ledger import append_run, spec_path
from gipspec.report import write_outputs
from gipspec.report.page.findings import prose, topics_of_audit
from gipspec.report.page.places import Places
from gipspec.report.page.spec import highlight

PANEL = Path(__file__).parents[1] / "golden" / "bad" / "data" / "panel.csv"
SPEC = """\
study "A <script>alert(1)</script> & <img src=x onerror=alert(2)> study"
data "panel.csv"
panel city year
label d "Green <b onmouseover=alert(3)>park</b>"
let unused = log(abs(x1) + 1)
defaults learner=ols; reps=2
base  <- y ~ d | x1
more  <- base; add=x2
algos <- base; learner=[ols, lasso]
gap   <- base - more
event <- base; event=-2..2; control=notyet
table main "Main <i>table</i>": base, more, gap
table rest "Rest": algos
table about "Variables": y, d, x1, x2, x3; kind=descriptives
figure dynamics "Dynamics </script>": event
audit accept A06 "the outcome is <em>noise</em> by design"
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """A study that has run, with its outputs in `out/study` beside it."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copy(PANEL, folder)
    (folder / "study.gip").write_text(SPEC, encoding="utf-8")
    made = load(folder / "study.gip")
    store = folder / ".gipspec"
    made.run(select=["base"], draft=True, store=store)
    found = made.run(store=store)
    assert made.write(found, folder / "out" / "study", store=store) == ()
    return made


def page_of(loaded: Loaded) -> Path:
    return loaded.path.parent / "out" / "study" / "report.html"


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if program() is None:
        assert not os.environ.get("CI"), "CI needs a browser"
        pytest.skip("no browser is installed")
    with browser(tmp_path_factory.mktemp("profile")) as made:
        yield made


# ---------------------------------------------------------------- in the browser


@pytest.mark.browser
def test_it_asks_for_nothing_and_nothing_fails(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded))
    assert tab.requests() == []
    assert tab.complaints() == []
    assert tab.run("document.images.length") == 1
    assert tab.run("[...document.images].every(i => i.complete && i.naturalWidth > 100)")


@pytest.mark.browser
def test_what_a_user_wrote_stays_text(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded))
    assert tab.run("document.title") == "A <script>alert(1)</script> & <img src=x onerror=alert(2)> study"
    assert tab.run("document.querySelectorAll('script').length") == 1
    assert (
        tab.run("document.querySelectorAll('b, i, img:not([src^=data]), [onerror], [onmouseover]').length")
        == 0
    )
    assert tab.run("document.querySelector('h1').textContent") == tab.run("document.title")
    assert "Green <b onmouseover=alert(3)>park</b>" in tab.run("document.body.innerText")
    assert "the outcome is <em>noise</em> by design" in tab.run("document.body.innerText")


@pytest.mark.browser
def test_the_policy_stops_what_should_ever_slip_through(tab: Browser, loaded: Loaded, tmp_path: Path) -> None:
    text = page_of(loaded).read_text(encoding="utf-8")
    hostile = "<img src=http://example.com/a.png onerror='window.bad=1'><script>window.bad=2</script>"
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("<main", f"{hostile}<main"), encoding="utf-8")
    tab.open(broken)
    assert tab.run("window.bad === undefined")
    assert "Content Security Policy" in " ".join(tab.complaints())


@pytest.mark.browser
def test_no_part_of_it_is_wider_than_a_phone(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded), width=360, height=780)
    assert tab.run("document.documentElement.scrollWidth") == 360
    tab.open(page_of(loaded), width=1280)
    assert tab.run("document.documentElement.scrollWidth") == 1280


def column(tab: Browser, name: str, number: int) -> list[str]:
    rows = f"[...document.getElementById('caption-{name}').closest('table').tBodies[0].rows]"
    return list(tab.run(f"{rows}.map(r => r.cells[{number}].textContent)"))


@pytest.mark.browser
def test_listings_sort_by_mouse_and_by_keyboard(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded))
    before = column(tab, "estimates", 0)
    assert before[:2] == ["base", "more"]  # in the order of the lines
    head = "document.getElementById('caption-estimates').closest('table').tHead.rows[0].cells[5]"
    tab.run(f"{head}.querySelector('button').click()")
    up = [float(re.sub(r"[*]", "", t).replace("−", "-")) for t in column(tab, "estimates", 5)]
    assert up == sorted(up) and len(set(up)) > 5
    assert tab.run(f"{head}.getAttribute('aria-sort')") == "ascending"
    tab.run(f"{head}.querySelector('button').focus()")
    tab.press("Enter", 13)
    down = [float(re.sub(r"[*]", "", t).replace("−", "-")) for t in column(tab, "estimates", 5)]
    assert down == sorted(up, reverse=True)
    assert tab.run(f"{head}.getAttribute('aria-sort')") == "descending"
    tab.press("Enter", 13)
    assert column(tab, "estimates", 0) == before


@pytest.mark.browser
def test_a_table_whose_lines_stand_alone_sorts_by_what_it_prints(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded))
    table = "document.getElementById('h-table-about').closest('article').querySelector('table.sortable')"
    heads = tab.run(f"[...{table}.tHead.rows[0].cells].map(c => c.textContent)")
    at = next(i for i, text in enumerate(heads) if text.startswith("Min"))
    tab.run(f"{table}.tHead.rows[0].cells[{at}].querySelector('button').click()")
    least = [
        float(t.replace("−", "-"))
        for t in tab.run(f"[...{table}.tBodies[0].rows].map(r => r.cells[{at}].textContent)")
    ]
    assert least == sorted(least) and least[0] < 0 < len(set(least)) - 2
    assert tab.run(f"{table}.closest('article').querySelector('.from').textContent") == "From about (line 14)"
    assert tab.run(f"{table}.closest('article').querySelector('.from').textContent") == "From about (line 14)"
    assert tab.run("document.querySelectorAll('#tables table.sortable').length") == 1


@pytest.mark.browser
def test_the_first_key_leads_past_the_contents(tab: Browser, loaded: Loaded) -> None:
    tab.open(page_of(loaded))
    tab.press("Tab", 9)
    assert tab.run("document.activeElement.textContent") == "Skip to the results"
    tab.press("Enter", 13)
    assert tab.run("document.activeElement.id") == "main"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(tab: Browser, loaded: Loaded, scheme: str) -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1 for text, against what is painted behind it."""
    tab.open(page_of(loaded), prefers_color_scheme=scheme)
    script = """(() => {
      const bright = (c) => { const v = c.match(/[0-9.]+/g).map(Number).slice(0, 3).map((x) => x / 255)
        .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
        return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2]; };
      const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
        if (!c.endsWith(', 0)')) return c; } return 'rgb(255, 255, 255)'; };
      const worst = [];
      for (const e of document.body.querySelectorAll('*')) {
        if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
        if (e.tagName === 'SCRIPT') continue;
        const [a, b] = [bright(getComputedStyle(e).color), bright(behind(e))].sort((x, y) => y - x);
        if ((a + 0.05) / (b + 0.05) < 4.5) worst.push(e.className + ': ' + e.textContent.slice(0, 30));
      }
      return [bright(getComputedStyle(document.body).color) > 0.5, worst];
    })()"""
    light_ink, worst = tab.run(script)
    assert worst == []
    assert light_ink is (scheme == "dark")


@pytest.mark.browser
def test_it_prints_whole(tab: Browser, loaded: Loaded, tmp_path: Path) -> None:
    """On paper nothing is cut off or left out: all lines of the spec, all columns of the widest table."""
    tab.open(page_of(loaded))
    tab.pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").stat().st_size > 20_000
    tab.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert tab.run("getComputedStyle(document.querySelector('.spec')).maxHeight") == "none"
    assert tab.run("getComputedStyle(document.querySelector('nav')).display") == "none"


# ---------------------------------------------------------------- the document


@pytest.fixture(scope="module")
def document(loaded: Loaded) -> Page:
    return Page(page_of(loaded).read_text(encoding="utf-8"))


def test_every_link_has_its_place(document: Page) -> None:
    from urllib.parse import unquote

    identifiers = [a["id"] for _, a in document.tags if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    links = [unquote(str(a["href"])) for tag, a in document.tags if tag == "a"]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= set(identifiers)
    for name in ("base", "more", "algos.ols", "algos.lasso", "gap", "event"):
        assert f"model-{name}" in identifiers
    assert "#line-7" in links and "#model-base" in links


def test_headings_descend_step_by_step(document: Page) -> None:
    levels = [int(tag[1]) for tag, _ in document.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_landmarks_captions_and_scopes(document: Page) -> None:
    tags = [tag for tag, _ in document.tags]
    assert [tags.count(t) for t in ("main", "nav", "header", "footer")] == [1, 1, 1, 1]
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in a for tag, a in document.tags if tag == "th")
    assert all(a.get("alt") for tag, a in document.tags if tag == "img")
    assert next(a for tag, a in document.tags if tag == "html")["lang"] == "en"


def test_the_page_shows_what_was_tried_and_what_is_accepted(loaded: Loaded) -> None:
    text = page_of(loaded).read_text(encoding="utf-8")
    tried = loaded.tried(loaded.last_results(page_of(loaded).parent), loaded.path.parent / ".gipspec")
    assert (tried.tried, tried.shown) == (4, 4)  # base, more and ols of algos, lasso, event; base twice
    assert "<strong>4</strong> specifications of this study were ever estimated" in text
    assert "Accepted: the outcome is &lt;em&gt;noise&lt;/em&gt; by design" in text


def test_what_is_said_of_several_lines_is_said_once(loaded: Loaded) -> None:
    study = loaded.require()
    places = Places.of(study, loaded.sources)
    one = Finding(code="A13", message="`d` is adopted in `3` periods", help="add a line", names=("base",))
    found = [
        one,
        replace(one, names=("more",)),
        replace(one, names=("gap",), message="`d` is adopted in `2` periods"),
    ]
    (topic,) = topics_of_audit(found, places)
    assert topic.help == "add a line"
    assert [[w.subject for w in said.where] for said in topic.said] == [["base", "more"], ["gap"]]
    assert [w.place.text for w in topic.said[0].where if w.place] == ["line 7", "line 8"]
    assert topic.said[0].message == "<code>d</code> is adopted in <code>3</code> periods"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a `b<c>` d", "a <code>b&lt;c&gt;</code> d"),
        ("`x` & `y`", "<code>x</code> &amp; <code>y</code>"),
        ("one ` alone", "one ` alone"),
        ("plain <i>", "plain &lt;i&gt;"),
        ("`<script>`", "<code>&lt;script&gt;</code>"),
    ],
)
def test_words_of_the_spec_are_code_in_a_sentence(text: str, html: str) -> None:
    assert prose(text) == html


@pytest.mark.parametrize(
    ("line", "html"),
    [
        (
            'label x "a <b>"',
            '<span class="kw">label</span> x <span class="st">&quot;a &lt;b&gt;&quot;</span>',
        ),
        ("# <!-- x", '<span class="co"># &lt;!-- x</span>'),
        ("a <- b", 'a <span class="si">&lt;-</span> b'),
        ("    x = 1", '    <span class="op">x</span> = <span class="nu">1</span>'),
        ("let y = log(x)", '<span class="kw">let</span> y = <span class="fn">log</span>(x)'),
        ("a\u202eb", "ab"),
    ],
)
def test_a_line_of_spec_keeps_its_text(line: str, html: str) -> None:
    assert highlight(line) == html


def test_a_report_is_the_page_of_the_run(loaded: Loaded, tmp_path: Path) -> None:
    """Made anew from `results.json`, every output has the bytes that the run gave it."""
    out = page_of(loaded).parent
    again = tmp_path / "again"
    shutil.copytree(out, again)
    for path in (
        p for p in again.rglob("*") if p.is_file() and p.name not in ("results.json", "gipspec.lock")
    ):
        path.unlink()
    assert loaded.report(again, store=loaded.path.parent / ".gipspec") == ()
    files = sorted(p.relative_to(out) for p in out.rglob("*") if p.is_file())
    assert sorted(p.relative_to(again) for p in again.rglob("*") if p.is_file()) == files
    for name in files:
        assert (again / name).read_bytes() == (out / name).read_bytes(), name


def test_what_is_wrong_with_a_variation_stands_at_its_line(tmp_path: Path) -> None:
    """The outcome is written in the line it varies; a report made anew has the place of the model alone."""
    rows = (f"{i % 2},{(i + 1) // 2 % 2},{i}" for i in range(40))
    (tmp_path / "study.csv").write_text("\n".join(("y,d,x", *rows)))
    head = 'data "study.csv"\ndefaults learner=ols; reps=2\n'
    (tmp_path / "study.gip").write_text(f"{head}base <- y ~ d | x\nq <- base; model=qte; learner_d=logit\n")
    loaded = load(tmp_path / "study.gip")
    loaded.write(loaded.run(), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert '<strong>G421</strong> in <span class="subject">q</span> (<a href="#line-4">line 4</a>)' in page
    loaded.report(tmp_path / "out")
    assert (tmp_path / "out" / "report.html").read_text(encoding="utf-8") == page


def test_what_the_ledger_tells_is_on_the_page_alone(loaded: Loaded, tmp_path: Path) -> None:
    """Sixty more specifications that were tried and are not shown are a finding, and move no other file."""
    out, store = tmp_path / "out", tmp_path / "store"
    shutil.copytree(page_of(loaded).parent, out)
    shutil.copytree(loaded.path.parent / ".gipspec", store)
    run = loaded.runs(loaded.path.parent / ".gipspec")[-1]
    base = next(e for e in run.entries if e.name == "base")
    tried = tuple(
        replace(base, name=f"b{i}", settings={**base.settings, "seed": f"1{i:02}"}) for i in range(60)
    )
    append_run(store, replace(run, spec=spec_path(store, loaded.path), entries=tried))
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file() and p.name != "report.html"}
    assert loaded.report(out, store=store) == ()
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "<strong>A18</strong>" in text
    assert "<strong>64</strong> specifications" in text
    assert {p: p.read_bytes() for p in before} == before


def test_the_command_estimates_nothing(
    loaded: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the data, after a change of a label and of a line: the label is new, the line is warned of."""
    shutil.copytree(page_of(loaded).parent, tmp_path / "out" / "study")
    shutil.copy(PANEL, tmp_path)
    text = SPEC.replace('table rest "Rest"', 'table rest "All the rest"').replace("add=x2", "add=x2; folds=4")
    (tmp_path / "study.gip").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gipspec.engine.run_plan", None)
    with pytest.raises(SystemExit) as stop:
        main(["report", "study.gip", "--format", "md"])
    told = capsys.readouterr().err
    assert stop.value.code == 0, told
    assert "warning[G530]: the results of `more` are of an earlier line: folds 5→4" in told
    assert "All the rest" in (tmp_path / "out/study/report.html").read_text(encoding="utf-8")
    assert (tmp_path / "out/study/tables/rest.md").is_file()


def test_without_results_there_is_no_report(loaded: Loaded, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="G504"):
        loaded.report(tmp_path / "none")


def test_sixty_estimates_stay_small(tmp_path: Path) -> None:
    names = [f"m{i}" for i in range(60)]
    made = results([estimate(name) for name in names])
    tables = [request(*names[i : i + 10], name=f"t{i}") for i in range(0, 60, 10)]
    write_outputs(made, study(*tables), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 400_000


def test_a_users_template_comes_first(tmp_path: Path) -> None:
    (tmp_path / "mine" / "report").mkdir(parents=True)
    (tmp_path / "mine" / "report" / "page.css").write_text("body { color: teal; }", encoding="utf-8")
    made = results([estimate("base")])
    assert write_outputs(made, study(request("base")), tmp_path / "out", tmp_path / "mine") == ()
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<style>body { color: teal; }</style>" in text
