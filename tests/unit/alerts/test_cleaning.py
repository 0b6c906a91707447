"""What is left of a stranger's text."""

import pytest

from alerts.cleaning import clean_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("451 try later", "451 try later"),
        ("SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] x", None),
        ("a\r\n b\x1b[31m\u202ec\x00", "a b [31m c"),
        ("lone \ud800 half", "lone half"),
        ("see https://user:pw@example.com:8443/a?token=b#c, now", "see https://example.com:8443 now"),
        ("https://hooks.example.com/services/T000/B000/secret", "https://hooks.example.com"),
        ("token=abc next", "token=... next"),
        ('{"api_key": "a b c"}', '{"api_key": ...}'),
        ("X-Password: hunter2", "X-Password: ..."),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ..."),
        ("key 0123456789abcdef0123456789abcdef gone", "key ... gone"),
        ("it is s3cret, yes", "it is ..., yes"),
        ("x" * 300, "x" * 197 + "..."),
        ("", ""),
    ],
)
def test_what_is_left(text: str, cleaned: str | None) -> None:
    wanted = text if cleaned is None else cleaned
    assert clean_text(text, ["s3cret", ""]) == wanted
    assert clean_text(wanted) == wanted
