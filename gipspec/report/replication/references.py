"""The works that a study rests on, for `references.bib` and for the README."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

BRACED = re.compile(
    r"\b(?:[A-Z]\w*[A-Z]\w*|Python)\b|(?<=\? )[A-Z]"
)  # of a title: names and beginnings whose capitals BibTeX must keep
SPECIAL = {"&": r"\&", "%": r"\%", "–": "--", "ø": r"{\o}"}
ACCENTS = {
    "\N{COMBINING ACUTE ACCENT}": "'",
    "\N{COMBINING GRAVE ACCENT}": "`",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "^",
    "\N{COMBINING DIAERESIS}": '"',
    "\N{COMBINING TILDE}": "~",
    "\N{COMBINING CARON}": "v ",
    "\N{COMBINING CEDILLA}": "c ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A work: `authors` as `Family, Given`, `where` its journal, proceedings, series or publisher."""

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    where: str
    kind: str = "article"
    volume: str = ""
    number: str = ""
    pages: str = ""
    doi: str = ""


def _work(key: str, authors: str, title: str, where: str, **rest: str) -> Reference:
    """Build a reference from a key that ends in the year and authors separated by semicolons."""
    found = re.search(r"\d{4}", key)
    year = int(found.group()) if found else 0
    return Reference(key=key, authors=tuple(authors.split("; ")), year=year, title=title, where=where, **rest)


_LISTED = (
    _work("chernozhukov2018", "Chernozhukov, Victor; Chetverikov, Denis; Demirer, Mert; Duflo, Esther; Hansen, Christian; Newey, Whitney; Robins, James",
          "Double/debiased machine learning for treatment and structural parameters", "The Econometrics Journal", volume="21", number="1", pages="C1–C68", doi="10.1111/ectj.12097"),
    _work("bach2022", "Bach, Philipp; Chernozhukov, Victor; Kurz, Malte S.; Spindler, Martin",
          "DoubleML – An object-oriented implementation of double machine learning in Python", "Journal of Machine Learning Research", volume="23", number="53", pages="1–6"),
    # ---- estimands
    _work("imbens1994", "Imbens, Guido W.; Angrist, Joshua D.", "Identification and estimation of local average treatment effects", "Econometrica", volume="62", number="2", pages="467–475", doi="10.2307/2951620"),
    _work("kallus2024", "Kallus, Nathan; Mao, Xiaojie; Uehara, Masatoshi", "Localized debiased machine learning: efficient inference on quantile treatment effects and beyond",
          "Journal of Machine Learning Research", volume="25", number="16", pages="1–59"),
    _work("callaway2021", "Callaway, Brantly; Sant'Anna, Pedro H. C.", "Difference-in-differences with multiple time periods", "Journal of Econometrics", volume="225", number="2", pages="200–230", doi="10.1016/j.jeconom.2020.12.001"),
    _work("santanna2020", "Sant'Anna, Pedro H. C.; Zhao, Jun", "Doubly robust difference-in-differences estimators", "Journal of Econometrics", volume="219", number="1", pages="101–122", doi="10.1016/j.jeconom.2020.06.003"),
    _work("farbmacher2022", "Farbmacher, Helmut; Huber, Martin; Lafférs, Lukáš; Langen, Henrika; Spindler, Martin", "Causal mediation analysis with double machine learning",
          "The Econometrics Journal", volume="25", number="2", pages="277–300", doi="10.1093/ectj/utac003"),
    _work("semenova2021", "Semenova, Vira; Chernozhukov, Victor", "Debiased machine learning of conditional average treatment effects and other causal functions",
          "The Econometrics Journal", volume="24", number="2", pages="264–289", doi="10.1093/ectj/utaa027"),
    _work("athey2021", "Athey, Susan; Wager, Stefan", "Policy learning with observational data", "Econometrica", volume="89", number="1", pages="133–161", doi="10.3982/ECTA15732"),
    _work("zhou2023", "Zhou, Zhengyuan; Athey, Susan; Wager, Stefan", "Offline multi-action policy learning: generalization and optimization", "Operations Research", volume="71", number="1", pages="148–183", doi="10.1287/opre.2022.2271"),
    _work("nie2021", "Nie, Xinkun; Wager, Stefan", "Quasi-oracle estimation of heterogeneous treatment effects", "Biometrika", volume="108", number="2", pages="299–319", doi="10.1093/biomet/asaa076"),
    # ---- panels and inference
    _work("clarke2025", "Clarke, Paul S.; Polselli, Annalivia", "Double machine learning for static panel models with fixed effects", "The Econometrics Journal", doi="10.1093/ectj/utaf011"),
    _work("mundlak1978", "Mundlak, Yair", "On the pooling of time series and cross section data", "Econometrica", volume="46", number="1", pages="69–85", doi="10.2307/1913646"),
    _work("chiang2022", "Chiang, Harold D.; Kato, Kengo; Ma, Yukun; Sasaki, Yuya", "Multiway cluster robust double/debiased machine learning",
          "Journal of Business & Economic Statistics", volume="40", number="3", pages="1046–1056", doi="10.1080/07350015.2021.1895815"),
    _work("montielolea2013", "Montiel Olea, José Luis; Pflueger, Carolin", "A robust test for weak instruments", "Journal of Business & Economic Statistics", volume="31", number="3", pages="358–369", doi="10.1080/00401706.2013.806694"),
    _work("anderson1949", "Anderson, Theodore W.; Rubin, Herman", "Estimation of the parameters of a single equation in a complete system of stochastic equations",
          "The Annals of Mathematical Statistics", volume="20", number="1", pages="46–63", doi="10.1214/aoms/1177730090"),
    _work("romano2005", "Romano, Joseph P.; Wolf, Michael", "Exact and approximate stepdown methods for multiple hypothesis testing",
          "Journal of the American Statistical Association", volume="100", number="469", pages="94–108", doi="10.1198/016214504000000539"),
    _work("holm1979", "Holm, Sture", "A simple sequentially rejective multiple test procedure", "Scandinavian Journal of Statistics", volume="6", number="2", pages="65–70"),
    _work("chernozhukov2013", "Chernozhukov, Victor; Chetverikov, Denis; Kato, Kengo", "Gaussian approximations and multiplier bootstrap for maxima of sums of high-dimensional random vectors",
          "The Annals of Statistics", volume="41", number="6", pages="2786–2819", doi="10.1214/13-AOS1161"),
    _work("diciccio2017", "DiCiccio, Cyrus J.; Romano, Joseph P.", "Robust permutation tests for correlation and regression coefficients",
          "Journal of the American Statistical Association", volume="112", number="519", pages="1211–1220", doi="10.1080/01621459.2016.1202117"),
    _work("cinelli2020", "Cinelli, Carlos; Hazlett, Chad", "Making sense of sensitivity: extending omitted variable bias", "Journal of the Royal Statistical Society: Series B", volume="82", number="1", pages="39–67", doi="10.1111/rssb.12348"),
    _work("chernozhukov2022", "Chernozhukov, Victor; Cinelli, Carlos; Newey, Whitney; Sharma, Amit; Syrgkanis, Vasilis", "Long story short: omitted variable bias in causal machine learning",
          "National Bureau of Economic Research", kind="techreport", number="30302", doi="10.3386/w30302"),
    # ---- learners
    _work("tibshirani1996", "Tibshirani, Robert", "Regression shrinkage and selection via the lasso", "Journal of the Royal Statistical Society: Series B", volume="58", number="1", pages="267–288", doi="10.1111/j.2517-6161.1996.tb02080.x"),
    _work("hoerl1970", "Hoerl, Arthur E.; Kennard, Robert W.", "Ridge regression: biased estimation for nonorthogonal problems", "Technometrics", volume="12", number="1", pages="55–67", doi="10.1080/00401706.1970.10488634"),
    _work("zou2005", "Zou, Hui; Hastie, Trevor", "Regularization and variable selection via the elastic net", "Journal of the Royal Statistical Society: Series B", volume="67", number="2", pages="301–320", doi="10.1111/j.1467-9868.2005.00503.x"),
    _work("breiman2001", "Breiman, Leo", "Random forests", "Machine Learning", volume="45", number="1", pages="5–32", doi="10.1023/A:1010933404324"),
    _work("geurts2006", "Geurts, Pierre; Ernst, Damien; Wehenkel, Louis", "Extremely randomized trees", "Machine Learning", volume="63", number="1", pages="3–42", doi="10.1007/s10994-006-6226-1"),
    _work("friedman2001", "Friedman, Jerome H.", "Greedy function approximation: a gradient boosting machine", "The Annals of Statistics", volume="29", number="5", pages="1189–1232", doi="10.1214/aos/1013203451"),
    _work("rumelhart1986", "Rumelhart, David E.; Hinton, Geoffrey E.; Williams, Ronald J.", "Learning representations by back-propagating errors", "Nature", volume="323", pages="533–536", doi="10.1038/323533a0"),
    _work("cortes1995", "Cortes, Corinna; Vapnik, Vladimir", "Support-vector networks", "Machine Learning", volume="20", number="3", pages="273–297", doi="10.1007/BF00994018"),
    _work("cover1967", "Cover, Thomas M.; Hart, Peter E.", "Nearest neighbor pattern classification", "IEEE Transactions on Information Theory", volume="13", number="1", pages="21–27", doi="10.1109/TIT.1967.1053964"),
    _work("wolpert1992", "Wolpert, David H.", "Stacked generalization", "Neural Networks", volume="5", number="2", pages="241–259", doi="10.1016/S0893-6080(05)80023-1"),
    _work("ahrens2025", "Ahrens, Achim; Hansen, Christian B.; Schaffer, Mark E.; Wiemann, Thomas", "Model averaging and double machine learning", "Journal of Applied Econometrics", volume="40", number="3", pages="249–269", doi="10.1002/jae.3103"),
    # ---- data
    _work("cheng2013", "Cheng, Cheng; Hoekstra, Mark", "Does strengthening self-defense law deter crime or escalate violence? Evidence from expansions to castle doctrine",
          "Journal of Human Resources", volume="48", number="3", pages="821–854", doi="10.3368/jhr.48.3.821"),
    # ---- software
    _work("pedregosa2011", "Pedregosa, Fabian; Varoquaux, Gaël; Gramfort, Alexandre; Michel, Vincent; Thirion, Bertrand; others", "Scikit-learn: machine learning in Python", "Journal of Machine Learning Research", volume="12", pages="2825–2830"),
    _work("harris2020", "Harris, Charles R.; Millman, K. Jarrod; van der Walt, Stéfan J.; Gommers, Ralf; Virtanen, Pauli; others", "Array programming with NumPy", "Nature", volume="585", pages="357–362", doi="10.1038/s41586-020-2649-2"),
    _work("virtanen2020", "Virtanen, Pauli; Gommers, Ralf; Oliphant, Travis E.; Haberland, Matt; Reddy, Tyler; others", "SciPy 1.0: fundamental algorithms for scientific computing in Python", "Nature Methods", volume="17", pages="261–272", doi="10.1038/s41592-019-0686-2"),
    _work("mckinney2010", "McKinney, Wes", "Data structures for statistical computing in Python", "Proceedings of the 9th Python in Science Conference", kind="inproceedings", pages="56–61", doi="10.25080/Majora-92bf1922-00a"),
    _work("chen2016", "Chen, Tianqi; Guestrin, Carlos", "XGBoost: a scalable tree boosting system", "Proceedings of the 22nd ACM SIGKDD International Conference on Knowledge Discovery and Data Mining", kind="inproceedings", pages="785–794", doi="10.1145/2939672.2939785"),
    _work("ke2017", "Ke, Guolin; Meng, Qi; Finley, Thomas; Wang, Taifeng; Chen, Wei; Ma, Weidong; Ye, Qiwei; Liu, Tie-Yan", "LightGBM: a highly efficient gradient boosting decision tree", "Advances in Neural Information Processing Systems", kind="inproceedings", volume="30", pages="3146–3154"),
    _work("akiba2019", "Akiba, Takuya; Sano, Shotaro; Yanase, Toshihiko; Ohta, Takeru; Koyama, Masanori", "Optuna: a next-generation hyperparameter optimization framework",
          "Proceedings of the 25th ACM SIGKDD International Conference on Knowledge Discovery and Data Mining", kind="inproceedings", pages="2623–2631", doi="10.1145/3292500.3330701"),
)  # fmt: skip
REFERENCES = {work.key: work for work in _LISTED}

_WHERE = {"article": "journal", "inproceedings": "booktitle", "techreport": "institution"}


def bibtex(works: Iterable[Reference]) -> str:
    """Return the works as BibTeX, in ASCII."""
    return "\n".join(_entry(work) for work in works)


def _entry(work: Reference) -> str:
    fields = {
        "author": " and ".join(work.authors),
        "title": BRACED.sub(r"{\g<0>}", work.title),
        _WHERE[work.kind]: work.where,
        **({"type": "Working Paper"} if work.kind == "techreport" else {}),
        "volume": work.volume,
        "number": work.number,
        "pages": work.pages,
        "year": str(work.year),
    }
    lines = [f"  {name} = {{{_tex(value)}}}," for name, value in fields.items() if value]
    lines += [f"  doi = {{{work.doi}}},"] if work.doi else []
    return "\n".join([f"@{work.kind}{{{work.key},", *lines, "}", ""])


def _tex(text: str) -> str:
    return "".join(SPECIAL.get(ch) or _accented(ch) for ch in text)


def _accented(ch: str) -> str:
    letter, *accents = list(unicodedata.normalize("NFD", ch))
    return f"{{\\{ACCENTS[accents[0]]}{letter}}}" if len(accents) == 1 and accents[0] in ACCENTS else ch


def citation(work: Reference) -> str:
    """Return a work as a line of a list of references, authors and year first; its DOI stands elsewhere."""
    authors = "; ".join(work.authors).replace("; others", " et al").removesuffix(".")
    number = f"({work.number})" if work.volume and work.number else ""
    series = f", Working Paper {work.number}" if work.kind == "techreport" else ""
    volume = f" {work.volume}{number}" if work.volume else ""
    pages = f", {work.pages}" if work.pages else ""
    return f"{authors}. {work.year}. {work.title}. {work.where}{series}{volume}{pages}."
