"""Colours, tables and bars on the terminal, with every text taken as it is."""

from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from cli.output.terminal import CleanStream, escape_invisible


class CleanConsole(Console):
    """A console that takes text as it is: cleaned, without markup, emoji or highlighting."""

    def render_str(self, text: str, **options: Any) -> Text:
        """A text as rich lays it out; every one that is printed or stands in a table comes by here."""
        return super().render_str(escape_invisible(text, "\n"), **options)


def open_console(stream: TextIO, **options: Any) -> CleanConsole:
    """A console on standard output or error, around the `CleanStream` there."""
    stream.flush()
    file = stream.behind if isinstance(stream, CleanStream) else stream
    return CleanConsole(file=file, markup=False, emoji=False, highlight=False, **options)
