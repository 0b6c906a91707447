"""Every spelling of tags that was seen, and some that nobody can read: never does a tag cost a cent."""

import json

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import TEXT, kind

SPELLINGS = (
    '{"team": "search", "env": "prod"}', '"team": "search","env": "prod"', '[{"key": "team", "value": "search"}]',
    "{'team': 'search', 'env': None}", "[{'key': 'team', 'value': 'search'}]", '{"user:team": "search"}', "{}", "[]",
    "null", "NULL", "", '{"team": null}', '{"team": ["a", "b"]}', '{"team": {"a": {"b": 1}}}', '{"a": 1, "a": 2}',
    '{"Team": "a", "team": "b"}', "team=search;env=prod", "team:search", "{broken", '{"team": "sea', "}{", '"',
    '{"": ""}', '{"team": "\\u0000"}', '{"team": "\\ud800"}', "[1, 2, 3]", '"just text"', "true", "42", "{'a': b}",
    '{"resourceTags/user:team": "x", "accountTag/cost": "y"}', '{"te\\"am": "a\\\\b"}', "{team: search}", "[[]]",
    '{"team": "search",}', '[{"key": "team"}]', '[{"Key": "team", "Value": "x"}]', "{'team': \"it's\"}", "<tags/>",
    '{"t": "' + "x" * 5_000 + '"}', '{"t": "%s {} \' ; drop table"}', '[{"key": null, "value": "x"}]', "{\"a\": 1e999}",
    '{"a": NaN}', "[null]", '{"key": "team", "value": "x"}', "[{}]",
)  # fmt: skip


@kind("tags", TEXT)
def tags_in_any_spelling(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.tags)
    for row in draft.table.rows:
        row[place] = draft.random.choice(SPELLINGS)


@kind("tags", TEXT)
def one_spelling_of_tags(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.tags)
    spelling = draft.random.choice(SPELLINGS)
    draft.details = spelling[:40]
    for row in draft.table.rows:
        row[place] = spelling


@kind("tags", TEXT)
def tags_of_great_depth(draft: Draft) -> None:
    draft.expect(Right.EITHER)
    place = draft.column(draft.format.tags)
    depth = draft.random.choice([50, 900, 20_000])
    draft.table.rows[0][place] = '{"a":' * depth + "1" + "}" * depth
    draft.details = f"{depth} levels"


@kind("tags", TEXT)
def a_thousand_tags(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.tags)
    for row in draft.table.rows[:5]:
        row[place] = json.dumps({f"key {n}": f"value {n}" for n in range(1_000)})


@kind("tags", TEXT)
def a_tag_of_a_megabyte(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(draft.format.tags)
    draft.table.rows[0][place] = json.dumps({"note": "x" * 1_000_000})


@kind("tags", TEXT, ["aws"])
def tag_columns_that_differ_by_case(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    values = [draft.random.choice(["", "search", "ads"]) for _ in draft.table.rows]
    if draft.table.find(["resourcetagsuserteam"]) is None:
        draft.column(draft.format.tags)
    for name in ("resourceTags/user:Squad", "resourceTags/user:squad", "resourceTags/aws:createdBy"):
        draft.table.add_column(len(draft.table.names), name, values)


@kind("tags", TEXT, ["plain"])
def credits_that_cannot_be_read(draft: Draft) -> None:
    """Google's credits are money: what cannot be read is refused."""
    draft.expect(Right.REFUSED, "credits that cannot be read")
    place = draft.column(["credits"])
    row = draft.random.randrange(len(draft.table.rows))
    word = draft.random.choice(
        ['[{"amount": "abc"}]', "[{", "nonsense", '[{"type": "DISCOUNT"}]', '{"amount": -1}', "[1, 2]",
         "[{'amount': x}]", '[{"amount": null}]', '[{"amount": "1,5"}]']
    )  # fmt: skip
    draft.table.rows[row][place] = word
    draft.details = word
    draft.point_at(row, draft.table.names[place])


@kind("tags", TEXT, ["plain"])
def credits_in_any_spelling(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    place = draft.column(["credits"])
    words = [
        "", "[]", '[{"type": "DISCOUNT", "amount": -0.125}]', '[{"type": "PROMOTION", "amount": "-0.5"}]',
        "[{'type': 'DISCOUNT', 'amount': -0.5, 'id': None}]", '[{"amount": -1, "name": "x"}, {"amount": -2.5e-3}]',
        "[{'name': 'a', 'amount': Decimal('-0.25'), 'type': 'FREE_TIER'}]", "null", "NULL",
    ]  # fmt: skip
    for row in draft.table.rows:
        row[place] = draft.random.choice(words)
