"""Conditions in SQL that several checks ask of a row of usage, whatever the table is called there."""

#: Words of what is not production, as people write them in tags and names of accounts.
_NONPRODUCTION = "dev|develop|development|test|testing|stage|staging|stg|qa|uat|sandbox|sbx"
_PRODUCTION = "prod|production|prd|live"


def is_nonproduction(table: str) -> str:
    """Development, test or staging by a word in its environment, or, where it has none, in its account's name.

    A name that also says production (`prod-test`) is not.
    """
    named = f"coalesce(nullif(trim({table}.environment), ''), {table}.account_name)"
    # "non-prod" says both words and means one
    plain = f"regexp_replace(lower({named}), 'non[-_ ]?prod(uction)?', 'dev', 'g')"
    return f"""(
        regexp_matches({plain}, '(^|[^a-z])({_NONPRODUCTION})([^a-z]|$)')
        and not regexp_matches({plain}, '(^|[^a-z])({_PRODUCTION})([^a-z]|$)')
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
