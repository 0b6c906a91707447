"""The language of scopes: its short forms, what they compile to, and what it refuses."""

import random
from typing import Any

import pytest
from pydantic import ValidationError

from core.scope import MOST_CLAUSES, Scope, ScopeTest, check_fields, compile_scope
from tests.scope_language import draw_row, draw_scope, is_inside


def compile_text(**scope: Any) -> list[list[tuple[str, str, bool]]]:
    clauses = compile_scope(Scope.model_validate(scope))
    return [[(test.field, test.folded, test.is_negated) for test in clause] for clause in clauses]


@pytest.mark.parametrize(
    ("asked", "patterns"),
    [
        ("Web", ["web"]),
        (" we*b ", ["we%b"]),
        (["a", "b*", "a"], ["a", "b%"]),
        ({"equals": "a*b"}, ["a*b"]),
        ({"in": ["a*", "10%"]}, ["a*", "10!%"]),
        ({"prefix": "a_"}, ["a!_%"]),
        ({"contains": "!"}, ["%!!%"]),
    ],
)
def test_a_condition_becomes_patterns_in_which_only_a_star_of_a_short_form_stands_for_any_text(
    asked: Any, patterns: list[str]
) -> None:
    assert compile_text(team=asked) == [[("team", pattern, False) for pattern in patterns]]


def test_scopes_are_put_together_to_clauses_of_which_each_must_hold() -> None:
    assert compile_text(
        team="a", any=[{"service": "s", "region": "r"}, {"provider": "p"}], **{"not": {"team": ["x", "y"]}}
    ) == [
        [("team", "a", False)],
        [("service", "s", False), ("provider", "p", False)],
        [("region", "r", False), ("provider", "p", False)],
        [("team", "x", True)],
        [("team", "y", True)],
    ]
    assert compile_text() == []


def test_random_scopes_mean_what_is_written() -> None:
    chance, seen = random.Random(5), set()
    for _ in range(400):
        written = draw_scope(chance)
        clauses = compile_scope(Scope.model_validate(written))
        for _ in range(40):
            row = draw_row(chance)
            held = all(any(test.holds(row[test.field]) for test in clause) for clause in clauses)
            assert held == is_inside(written, row), (written, row)
            seen.add(held)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("pattern", "literal"), [("a*b", "a*b"), ("100!%!!", "100%!"), ("a%", None), ("!!%", None), ("", "")]
)
def test_a_pattern_of_one_text_says_which(pattern: str, literal: str | None) -> None:
    assert ScopeTest("team", pattern).literal == literal


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"team": []}, "at least 1 item"),
        ({"team": " "}, "at least 1 character"),
        ({"team": ["a", " "]}, "at least 1 character"),
        ({"team": {"equals": ""}}, "at least 1 character"),
        ({"team": {"equals": "a", "prefix": "b"}}, "exactly one of equals, in, prefix, contains is expected"),
        ({"any": []}, "at least 1 item"),
        ({"not": {}}, "a condition is expected"),
        ({"any": [{}, {"team": "a"}]}, "a condition is expected"),
        ({"tem": "a"}, "Extra inputs"),
        (
            {"any": [{"all": [{"team": str(n)} for n in range(17)]}] * 2},
            f"289 conditions of it, more than {MOST_CLAUSES}",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_once(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        Scope.model_validate(wrong)
    assert caught.value.error_count() == 1


def test_a_field_that_cannot_be_asked_is_named_however_deep_it_stands() -> None:
    scope = Scope.model_validate({"team": "a", "not": {"any": [{"usage_type": "b"}]}})
    assert check_fields(scope, ("team", "usage_type")) is scope
    with pytest.raises(ValueError, match="usage_type cannot be asked here; there are team, region"):
        check_fields(scope, ("team", "region"))
