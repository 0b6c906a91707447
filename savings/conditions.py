"""Conditions in SQL that several checks ask of a row of usage, whatever the table is called there."""

#: Words of what is not production, as people write them in tags and names of accounts.
_NONPRODUCTION = "dev|develop|development|test|testing|stage|staging|stg|qa|uat|sandbox|sbx"
_PRODUCTION = "prod|production|prd|live"
#: Tags that services and controllers set on what they make, and make again where somebody deletes it.
_OWNERS = (
    "aws:autoscaling:groupName|aws:ec2:fleet-id|aws:ec2spot:fleet-request-id|aws:elasticmapreduce:|eks:|aws:eks:|"
    "alpha.eksctl.io/|karpenter.sh/|kubernetes.io/|k8s.io/|ebs.csi.aws.com/|elbv2.k8s.aws/|ingress.k8s.aws/|"
    "service.k8s.aws/|elasticbeanstalk:|AWSBatchServiceTag|AmazonECSManaged|aws:ecs:|aws:backup:"
)


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


def owner_of(table: str) -> str:
    """A sentence where a tag of a resource of AWS says that a service or controller made it; null for what is free."""
    tag = f"list_filter(map_keys({table}.tags), tag -> regexp_matches(tag, '^({_OWNERS})'))[1]"
    return f"""('its tag ' || {tag} || ' says that a service or controller made it, which would make it again')"""
