"""What Word and Excel files share: their packages, their properties, and bytes that do not change."""

from __future__ import annotations

import io
import zipfile
from importlib.util import find_spec
from xml.sax.saxutils import escape

from gipspec.diagnostics import GipError, Problem, problem
from gipspec.report.formats.pieces import origin_of, title_of
from gipspec.report.table import Table

CALLED = {"docx": "python-docx"}  # packages that are installed under another name
CORE = "docProps/core.xml"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that an archive can hold; no time at all is not possible
PROPERTIES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" \
xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title><dc:creator>gipspec</dc:creator>\
<dc:description>{origin}</dc:description></cp:coreProperties>
"""


def missing(package: str, ending: str) -> Problem | None:
    """Return the problem (G508) of a package that a format needs and that is not installed."""
    if find_spec(package) is not None:
        return None
    called = CALLED.get(package, package)
    return problem("G508", what=f"`.{ending}` files", package=called, extra="office")


def require(package: str, ending: str) -> None:
    """Raise G508 unless the package that writes a format is installed."""
    found = missing(package, ending)
    if found is not None:
        raise GipError(found)


def sealed(data: bytes, table: Table) -> bytes:
    """Return an archive without times, its properties those of the table."""
    return sealed_as(data, title_of(table), origin_of(table))


def sealed_as(data: bytes, title: str, origin: str) -> bytes:
    """Return an archive without times, with a title and a word on where it comes from."""
    properties = PROPERTIES.format(title=escape(title), origin=escape(origin))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as made, zipfile.ZipFile(out, "w") as final:
        for name in made.namelist():
            entry = zipfile.ZipInfo(name, date_time=EARLIEST)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            content = properties.encode("utf-8") if name == CORE else made.read(name)
            final.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()
