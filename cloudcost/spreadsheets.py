"""Cells that a spreadsheet takes for what they state: what somebody put into a name or a tag is no formula."""

import re

#: What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), also in the full width of East Asia.
_FORMULA_STARTS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def neutralise(cell: str) -> str:
    """A cell that a spreadsheet takes for what it states: one that would be a formula gets an apostrophe before it."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not _NUMBER.fullmatch(cell) else cell
