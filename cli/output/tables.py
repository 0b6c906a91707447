"""How the command line prints rows: as a table for people, as CSV or JSON for programs. Money stays exact text."""

import csv
import json
import math
import sys
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from cli.output.presentation import present
from cli.output.terminal import escape_invisible
from cloudcost.spreadsheets import neutralise


class Format(StrEnum):
    """Output formats."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], output: Format, title: str = "") -> None:
    """Print rows to standard output."""
    texts = [[format_value(v) for v in row] for row in rows]
    if output is Format.JSON:
        values = [{c: encode_value(v) for c, v in zip(columns, row, strict=True)} for row in rows]
        print(write_json(values))
    elif output is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([neutralise(cell) for cell in row] for row in (columns, *texts))
    else:
        shown = [[present(v, text) for v, text in zip(*row, strict=True)] for row in zip(rows, texts, strict=True)]
        print_table(columns, shown, [isinstance(v, Decimal | int | float) for v in rows[0]] if rows else [], title)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], title: str) -> None:
    """Print a table that fits the terminal; piped output is as wide as it needs to be."""
    from rich import box
    from rich.table import Table

    from cli.output.console import open_console

    table = Table(title=title or None, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i < len(numeric) and numeric[i] else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(escape_invisible, row))  # in a cell a line is one line
    console = open_console(sys.stdout)
    console = console if console.is_terminal else open_console(sys.stdout, width=240)
    console.print(table)


def write_json(values: Any) -> str:
    """Values as JSON whose every character can be seen; who reads it gets the very same ones."""
    text = json.dumps(values, indent=2, ensure_ascii=False)
    return escape_invisible(text, "\n", lambda character: json.dumps(character)[1:-1])


def format_value(value: Any) -> str:
    """A value as text; a decimal in plain digits without trailing zeros."""
    if value is None:
        return ""
    return format_decimal(value) if isinstance(value, Decimal) else str(value)


def encode_value(value: Any) -> Any:
    """A value as JSON: decimals, dates and times are strings, so that nothing is lost."""
    if isinstance(value, Decimal):
        return format_decimal(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None  # JSON knows no NaN
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, dict):
        return {str(k): encode_value(v) for k, v in value.items()}
    return [encode_value(v) for v in value] if isinstance(value, list | tuple) else str(value)


def format_decimal(value: Decimal) -> str:
    """Exact plain digits: ``1E-12`` -> ``0.000000000001``, ``3.250000000000`` -> ``3.25``."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text
