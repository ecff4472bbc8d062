"""`report.html`: the whole study on one page."""

from gipspec.report.page.parts import History, Parts, Picture, pictures_of
from gipspec.report.page.render import NAME, report_page

__all__ = ["NAME", "History", "Parts", "Picture", "pictures_of", "report_page"]
