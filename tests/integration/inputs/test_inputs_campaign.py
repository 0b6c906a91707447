"""A small part of the mutation campaign, in this process; `make bench-inputs` runs all of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from benchmarks.inputs.campaign import Campaign, Result
from benchmarks.inputs.door import MUTATED, Answer, ingest
from benchmarks.inputs.draft import Right
from benchmarks.inputs.kinds import KINDS
from benchmarks.inputs.verdict import judge_answer

FORMATS = ("aws_cur", "aws_cur2", "aws_focus", "azure_actual", "azure_amortised", "azure_focus", "gcp_parquet",
           "gcp_csv", "focus")  # fmt: skip
#: What takes seconds each is left to the whole campaign.
LARGE = {"gzip_bomb", "one_line_without_end", "a_value_of_ten_megabytes", "dozens_of_files", "many_rows",
         "thousands_of_columns"}  # fmt: skip


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CLOUDCOST_REALDATA", raising=False)
        folder = tmp_path_factory.mktemp("inputs")
        yield Campaign(folder, 3, FORMATS, [name for name in KINDS if name not in LARGE])


def run(campaign: Campaign, number: int) -> Result:
    return campaign.run(number, lambda home: ingest(home, MUTATED))


@pytest.fixture(scope="module")
def sound(campaign: Campaign) -> list[Result]:
    """The first mutations change nothing: one sound export of each format."""
    return [run(campaign, number) for number in range(len(FORMATS))]


def test_a_few_mutations_end_as_they_must(campaign: Campaign, sound: list[Result]) -> None:
    spread = range(len(FORMATS) + 4, 2000, 97)
    results = [*sound, *(run(campaign, number) for number in spread)]
    wrong = [f"{r.title}: {v}" for r in results for v in r.verdict.violations]
    assert wrong == []
    assert {r.verdict.outcome for r in results} >= {"taken", "refused"} and len({r.kind for r in results}) > 15


def test_sound_exports_have_the_totals_of_the_other_reader(sound: list[Result]) -> None:
    assert [(r.kind.name, r.draft.right, r.verdict.outcome) for r in sound] == [
        ("as_it_is", Right.TAKEN, "taken") for _ in FORMATS
    ]
    for result in sound:
        assert result.answer.taken[result.draft.format.measure] == result.reading.totals, result.title


def spoil(answer: Answer) -> dict[str, tuple[Answer, str]]:
    """Wrong answers about a sound export, and what is to be found wrong about each."""
    measure, totals = next((m, t) for m, t in answer.taken.items() if t)
    key, total = next(iter(totals.items()))
    fine = {measure: {key: total + Decimal("1e-12")}}
    other = {measure: {("2026-09", key[1]): total}}
    return {
        "a wrong last digit": (replace(answer, taken=fine), "total"),
        "another month": (replace(answer, taken=other), "total"),
        "another source": (replace(answer, healthy="touched"), "the other source was touched"),
        "a traceback": (replace(answer, crash="Traceback\nKeyError: 1"), "crashed: KeyError: 1"),
        "nothing": (replace(answer, taken={}, snapshots=0, refused=["no"]), "not taken, though it is right"),
        "in part": (replace(answer, refused=["part.csv: one row"]), "not all of it is taken"),
    }


def test_the_campaign_sees_what_is_wrong(sound: list[Result]) -> None:
    result = next(r for r in sound if r.draft.format.name == "focus")
    for name, (answer, found) in spoil(result.answer).items():
        verdict = judge_answer(result.draft, result.reading, answer, result.answer.healthy)
        assert any(v.startswith(found) for v in verdict.violations), (name, verdict.violations)


def test_a_refusal_must_name_file_and_place(sound: list[Result]) -> None:
    result = next(r for r in sound if r.draft.format.name == "focus")
    draft = replace(result.draft, right=Right.REFUSED, place=())
    draft.point_at(4, "BilledCost")
    none = replace(result.answer, taken={}, snapshots=0)
    for sentence, is_enough in (
        ("something is wrong", False),
        (f"{draft.names[0]}: something is wrong", False),
        (f"{draft.names[0]}: data row 51 (line 61): BilledCost 'x' is not a number", False),
        (f"{draft.names[0]}: data row 5 (line 6): BilledCost 'x' is not a number", True),
    ):
        answer = replace(none, refused=[sentence])
        violations = judge_answer(draft, result.reading, answer, answer.healthy).violations
        assert (violations == []) is is_enough, (sentence, violations)
