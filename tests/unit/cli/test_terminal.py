"""Text out of files is shown on the terminal and steers nothing there."""

import io
import json
import sys
import unicodedata

import pytest

from cli.output.console import open_console
from cli.output.tables import Format, print_rows
from cli.output.terminal import CleanStream, escape_invisible
from cloudcost.spreadsheets import neutralise

#: Clears the screen, goes up a line, sets the title, a C1 sequence, the reading direction, a line end that is none.
ATTACKS = ("\x1b[2J", "\x1b[1A\r", "\x1b]0;x\x07", "\x9b2J", "\u202etxt.exe", "\u2066", "\u2028", "\x00", "\x7f", "\b")


def is_clean(text: str) -> bool:
    return all(character.isprintable() or character in "\n\t" for character in text)


def test_every_character_of_unicode_is_shown_or_written_out() -> None:
    everything = [chr(number) for number in (*range(0x10000), *range(0xE0000, 0xE1000))]
    escaped = {character for character in everything if escape_invisible(character) != character}
    unseen = {c for c in everything if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    marks = "LRE RLE LRO RLO PDF LRI RLI FSI PDI".split()
    turning = {c for c in everything if unicodedata.bidirectional(c) in marks}
    assert unseen | turning <= escaped
    # nothing else but format characters, which nobody sees
    assert {unicodedata.category(c) for c in escaped - unseen} <= {"Cf", "Cn"}


def test_what_scripts_of_the_world_need_stays() -> None:
    for text in ("Größe", "می\u200cخواهم", "क्\u200dष", "日本語", "👩\u200d💻", "a\u00a0b", "C:\\new"):
        assert escape_invisible(text) == text
    assert escape_invisible("\x1b[31m\u202e\U000e0041\ud800\r\n\t") == "\\x1b[31m\\u202e\\U000e0041\\ud800\\r\\n\\t"


def test_a_stream_of_few_letters_takes_everything() -> None:
    raw = io.BytesIO()
    stream = CleanStream(io.TextIOWrapper(raw, "ascii"))
    stream.write("é\udc80")
    assert raw.getvalue() == b"\\xe9\\udc80"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_format_lets_it_through(
    attack: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", CleanStream(sys.stdout))
    for output in Format:
        print_rows(("name", f"column{attack}"), [(f"a{attack}b", 1)], output, title=f"of {attack}")
        shown = capsys.readouterr().out
        assert is_clean(shown) and attack not in shown
        if output is Format.JSON:
            assert json.loads(shown) == [{"name": f"a{attack}b", f"column{attack}": 1}]


def test_a_console_takes_text_as_it_is() -> None:
    file = io.StringIO()
    console = open_console(file, force_terminal=True, color_system=None, width=200)
    console.print("note: a:smile:b [red]c[/red] [link=https://x]d[/link] \x1b[31me\x07", style="bold")
    assert "note: a:smile:b [red]c[/red] [link=https://x]d[/link] \\x1b[31me\\x07" in file.getvalue()
    assert "\x1b[31m" not in file.getvalue() and "\x07" not in file.getvalue()


def test_a_table_keeps_what_looks_like_markup(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(("[b]x[/b]", "y"), [(":warning:", "[red]1[/red]"), ("two\nlines", "")], Format.TABLE)
    shown = capsys.readouterr().out
    assert all(text in shown for text in ("[b]x[/b]", ":warning:", "[red]1[/red]", "two\\nlines"))


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "--5", "+49 170"],
)
def test_a_formula_is_a_text_in_csv(cell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert neutralise(cell) == f"'{cell}"
    print_rows((cell, "x"), [("a", cell)], Format.CSV)
    assert capsys.readouterr().out.count(f"'{cell}") == 2


@pytest.mark.parametrize(
    "cell", ["-5", "-0.000000000001", "+3", "-1.5e-7", "-.5", "5", "a=1", "2025-01-01", "", "a-b", "'"]
)
def test_a_number_stays_a_number_in_csv(cell: str) -> None:
    assert neutralise(cell) == cell
