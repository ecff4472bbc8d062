"""What names of columns tell of their roles: tables of words, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """A table of words with their weights: whole parts of a name, beginnings of parts, and words that match
    anywhere. The pattern of beginnings finds the one of the largest weight first.
    """

    exact: dict[str, int]
    beginnings: dict[str, int]
    pattern: re.Pattern[str]
    anywhere: dict[str, int]


def _words(listed: dict[str, int]) -> Words:
    beginnings = {word[:-1]: weight for word, weight in listed.items() if word.endswith("-")}
    ordered = sorted(beginnings, key=lambda word: -beginnings[word])
    return Words(
        exact={word: weight for word, weight in listed.items() if not word.endswith("-")},
        beginnings=beginnings,
        pattern=re.compile("|".join(map(re.escape, ordered)) or r"(?!)"),
        anywhere={word: weight for word, weight in listed.items() if not word.isascii()},
    )


# A word counts in a name or, at half its weight, in a label. Latin words match a part of a name between
# marks, digits and capitals (`city_id`, `cityId`); with a dash behind, also the beginning of one (`treat-` in
# `treated`); single letters match a whole name only. Chinese words match anywhere.
TIME = _words({
    "year": 4, "yr": 4, "years": 3, "period": 4, "quarter": 4, "qtr": 4, "month": 3, "date": 3,
    "wave": 3, "mnth-": 3, "week": 2, "time": 3, "t": 2, "round": 2, "semester": 3, "年份": 4, "年度": 4,
    "年": 3, "季度": 4, "月份": 3, "日期": 3, "时间": 3, "期数": 3, "時間": 3,
})  # fmt: skip
UNIT = _words({
    "id": 3, "unit": 4, "city": 4, "firm": 4, "state": 4, "county": 4, "country": 4, "company": 4,
    "person": 4, "individual": 4, "household": 4, "hh": 3, "school": 4, "plant": 4, "bank": 4,
    "municipality": 4, "province": 3, "district": 3, "region": 2, "village": 3, "code": 2,
    "fips": 3, "fcode": 4, "nr": 3, "gvkey": 4, "permno": 4, "stkcd": 4, "unitid": 4, "ticker": 3,
    "symbol": 3, "name": 2, "sid": 4, "pid": 4, "fip-": 3, "statefip-": 4,
    "station": 3, "store": 3, "hospital": 4, "城市": 4, "省份": 3, "省": 2,
    "企业": 4, "公司": 4, "地区": 3, "个体": 4, "代码": 3, "编号": 3, "县": 3, "国家": 4, "学校": 4,
    "区域": 2,
})  # fmt: skip
TREATMENT = _words({
    "treat-": 5, "policy": 4, "post": 4, "did": 4, "reform-": 4, "law": 3, "laws": 3, "pilot-": 4,
    "eligib-": 3, "expos-": 3, "interven-": 4, "experiment-": 3, "assign-": 3, "program": 3,
    "train": 4, "training": 4, "particip-": 3, "adopt-": 4, "grant": 3, "subsid-": 2, "mandate-": 3,
    "voucher-": 3, "d": 2, "quit": 4, "incentive-": 3, "any": 2, "repeal-": 3, "union": 3, "ban": 3,
    "accredit-": 4, "政策": 5, "试点": 5, "处理": 4, "干预": 4, "改革": 3, "实施": 3,
})  # fmt: skip
OUTCOME = _words({
    "y": 4, "outcome-": 5, "wage-": 4, "earn-": 4, "earns": 3, "income-": 2, "re": 3,
    "sales": 4, "profit-": 4, "revenue-": 4, "price-": 3, "rate": 2, "score-": 3,
    "crime-": 4, "crm-": 3, "mrd-": 3, "murd-": 4, "respon-": 4, "takeup": 4, "life": 3, "fare": 3,
    "surviv-": 4, "durat-": 3, "approv-": 3, "support": 2,
    "homicide-": 4, "robbery": 4, "assault": 4, "burglary": 4, "larceny": 4, "theft": 4,
    "mortality": 4, "death-": 3, "fatal-": 3, "gdp": 3, "growth": 3, "output": 4, "productiv-": 4,
    "tfp": 5, "emission-": 4, "employ-": 2, "hours": 2, "assets": 3, "net-": 3, "wealth": 3,
    "weight": 3, "vote-": 2, "patent-": 2, "resilience": 5, "index": 2, "scrap": 3,
    "births": 2, "donat-": 3, "consum-": 2, "return": 2, "expectancy": 3, "sold": 2,
    "share": 1, "产出": 4, "收入": 3, "增长": 3, "排放": 4, "韧性": 5, "指数": 3, "利润": 4,
    "工资": 4, "绩效": 4, "创新": 2, "生产率": 5, "效率": 3, "价格": 3, "就业": 3, "死亡": 4,
})  # fmt: skip
ATTRIBUTE = _words({  # what people and places are, and no policy changes
    "female": 4, "male": 4, "sex": 4, "gender": 4, "black": 4, "white": 4, "hisp-": 4, "race-": 4,
    "marr-": 4, "married": 4, "urban": 3, "rural": 3, "south-": 3, "north-": 3, "east-": 3,
    "west-": 3, "nonwhite": 4, "smsa-": 3, "kids-": 3, "educ-": 3, "age-": 3, "nodegree": 3,
    "region-": 3, "foreign": 3, "msa": 3, "class": 3, "minority": 4, "child-": 2, "old": 2, "poor-": 2,
    "midwest": 4, "born": 4, "yearborn": 4, "birthyear": 4, "yob": 4,
    "central": 3, "city": 2, "miss-": 4, "missing": 4, "status": 1, "性别": 4,
    "jan": 4, "feb": 4, "mar": 4, "apr": 4, "may": 4, "jun": 4, "jul": 4, "aug": 4, "sep": 4, "oct": 4,
    "nov": 4, "dec": 4, "mon": 4, "tues": 4, "wed": 4, "thurs": 4, "fri": 4, "sat": 4, "sun": 4,
    "民族": 4, "婚姻": 4, "东部": 3, "西部": 3, "中部": 3, "直辖市": 3,
})  # fmt: skip
AFTER = _words({
    "post": 4, "after": 4, "afterwards": 4, "postperiod": 4, "政策后": 4, "之后": 4,
})  # fmt: skip
GROUP = _words({
    "village-": 4, "fip-": 3, "school-": 4, "district-": 4, "cluster": 5, "psu": 5, "class-": 3, "state-": 3,
    "region": 2, "county": 3, "province": 4, "firm": 3, "industry": 2, "hospital": 3, "city": 3,
    "distid": 3, "teacher": 3, "省份": 4, "省": 3, "行业": 2, "城市": 3, "地区": 2,
})  # fmt: skip

_PARTS = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+|[0-9]+|[^\W\d_a-zA-Z]+")
_SHIFTED = re.compile(r"(?i)^(lead|lag|f|l|pre|post|rel|event)_?\d+$|^(lead|lag)")
_PERIOD = re.compile(r"(?i)(y|d|yr|year|dy|q|m)_?(\d{2}|\d{4})")
_NUMBERED = re.compile(r"[\W_]*\d+$")


def score(words: Words, name: str, label: str = "") -> float:
    """Return how much a name, and at half the weight a label, speak for a role; 0 where neither does."""
    return max(_score(words, name), _score(words, label) / 2)


@lru_cache(maxsize=100_000)
def _score(words: Words, text: str) -> float:
    parts = [p.lower() for p in _PARTS.findall(text)]
    found = [words.exact.get(text.lower(), 0)]
    for part in parts:
        if len(part) > 1:
            found.append(words.exact.get(part, 0))
        begins = words.pattern.match(part)
        found.append(words.beginnings[begins.group()] if begins else 0)
    if not text.isascii():
        found += [weight for word, weight in words.anywhere.items() if word in text]
    return float(max(found))


def shifted(name: str) -> bool:
    """Tell whether a name is that of a lead or a lag of something: `lag2`, `lead1`, `pre_3`."""
    return bool(_SHIFTED.search(name))


def lagged(name: str, known: Container[str]) -> str:
    """Return the column that a name is a lag of, or nothing: `urate` for `urate_1`."""
    base, mark, number = name.rpartition("_")
    return base if mark and number.isdigit() and len(number) == 1 and base in known else ""


def names_a_period(name: str) -> bool:
    """Tell whether a name is that of a dummy of a period: `y81`, `d2008`."""
    return bool(_PERIOD.fullmatch(name))


def stem(name: str) -> str:
    """Return a name without the number at its end: columns of one stem are dummies or waves of one thing."""
    return _NUMBERED.sub("", name).lower()
