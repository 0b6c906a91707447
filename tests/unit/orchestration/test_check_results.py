"""The table of check results: of every check what it said last, told apart by whether it may stop a run."""

import dagster as dg

from orchestration.check_results import list_checks


def test_the_newest_word_of_every_check_is_listed() -> None:
    verdicts = {"is_valid": True, "is_plausible": True, "is_fresh": True}

    @dg.asset
    def bill() -> None: ...

    def make_check(name: str, severity: dg.AssetCheckSeverity) -> dg.AssetChecksDefinition:
        @dg.asset_check(asset=bill, name=name)
        def check() -> dg.AssetCheckResult:
            return dg.AssetCheckResult(passed=verdicts[name], severity=severity, description=f"says {verdicts[name]}")

        return check

    checks = [
        make_check("is_valid", dg.AssetCheckSeverity.ERROR),
        make_check("is_plausible", dg.AssetCheckSeverity.WARN),
        make_check("is_fresh", dg.AssetCheckSeverity.ERROR),
    ]
    with dg.DagsterInstance.ephemeral() as instance:
        assert list_checks(instance).num_rows == 0
        dg.materialize([bill, *checks], instance=instance)
        first = list_checks(instance).to_pylist()
        verdicts |= {"is_valid": False, "is_plausible": False}
        dg.materialize([bill, *checks], instance=instance)
        second = list_checks(instance).to_pylist()
    assert [row["result"] for row in first] == ["passed"] * 3
    assert [(row["asset"], row["check_name"], row["result"], row["is_passed"]) for row in second] == [
        ("bill", "is_fresh", "passed", True),
        ("bill", "is_plausible", "warned", False),
        ("bill", "is_valid", "failed", False),
    ]
    assert second[1]["description"] == "says False"
    assert all(one["judged_at"] < two["judged_at"] for one, two in zip(first, second, strict=True))
