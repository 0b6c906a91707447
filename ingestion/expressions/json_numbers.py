r"""The numbers of JSON as they are written: DuckDB reads them as doubles, and money must not be one for a moment.

Seen with 1.5.6: its JSON functions give 0.10000000000000001 back as 0.1, 12345678901234567890.123456789012 as
12345678901234567000.0 and 1e-7, where it is cast to text, as 1e-07. So a number behind a key is put into quotation
marks before the text is parsed, and is text from there on.

A quotation mark inside of a string has a backslash before it, and an opening one has a bracket, a comma, a colon or
white space before it. One that has neither closes a string, and a colon behind it makes that string a key.
"""

from ingestion.expressions.sql import quote_literal

#: Also NaN and Infinity, which some writers put where JSON has no number: the text is then what is complained about.
_NUMBER = r"(-?[0-9IN][0-9A-Za-z.+-]*)"
#: What is searched, and what is put in its place.
_BEHIND_KEY = ", ".join(map(quote_literal, (r'([^\\,:{\[\s"]"\s*:\s*)' + _NUMBER, r'\1"\2"')))
_BEHIND_MARK = ", ".join(map(quote_literal, (r'"\s*:\s*' + _NUMBER, r'":"\1"')))


def quote_numbers(sql: str) -> str:
    """SQL giving JSON text, the numbers behind its keys turned into strings of the same characters."""
    return f"regexp_replace({sql}, {_BEHIND_KEY}, 'g')"


def quote_numbers_fast(sql: str) -> str:
    """As `quote_numbers` in half the time, but no valid JSON where a string begins with, or quotes, a key and number.

    Whatever it changes inside of a string ends that string before a character that no JSON has there, so that the text
    cannot be parsed any more: it is never misread.
    """
    return f"regexp_replace({sql}, {_BEHIND_MARK}, 'g')"
