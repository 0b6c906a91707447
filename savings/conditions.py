"""Conditions in SQL that several checks ask of a row of usage, whatever the table is called there."""

#: Names of what is not production, as people write them in tags.
NONPRODUCTION_NAMES = (
    "dev", "develop", "development", "test", "testing", "stage", "staging", "stg", "qa", "uat", "sandbox", "sbx",
    "nonprod", "non-prod", "nonproduction", "non-production", "preprod", "pre-prod", "demo", "poc",
)  # fmt: skip
_IN_ACCOUNT_NAMES = "dev|develop|development|test|testing|stage|staging|stg|qa|uat|sandbox|sbx|non-?prod(uction)?"


def is_nonproduction(table: str) -> str:
    """Not production by its environment, or, where it has none, by a word in the name of its account."""
    names = ", ".join(f"'{name}'" for name in NONPRODUCTION_NAMES)
    return f"""(
        lower(trim({table}.environment)) in ({names})
        or (
            coalesce(trim({table}.environment), '') = ''
            and regexp_matches(lower({table}.account_name), '(^|[^a-z])({_IN_ACCOUNT_NAMES})([^a-z]|$)')
        )
    )"""


def is_still_billed(table: str) -> str:
    """The resource's meter was billed in the last three days too: what was changed since is not found."""
    return f"""exists (
        select 1
        from usage_daily as newest
        where newest.charge_category = 'Usage' and newest.days_ago <= 2
            and newest.source_name = {table}.source_name
            and newest.usage_type = {table}.usage_type
            and newest.account_id is not distinct from {table}.account_id
            and newest.region is not distinct from {table}.region
            and newest.resource_id is not distinct from {table}.resource_id
    )"""
