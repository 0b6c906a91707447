"""Tags of resources whose own service lists them one by one only."""

from savings.inventory.aws.cloud import AwsReader, read_tags

PERMISSIONS = ("tag:GetResources",)


def list_tags(scope: AwsReader, kind: str) -> dict[str, dict[str, str]]:
    """Tags by ARN of all resources of a kind (``elasticache:cluster``) that have ever had one.

    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    found = scope.list(
        "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", ResourceTypeFilters=[kind]
    )
    return {one["ResourceARN"]: read_tags(one.get("Tags")) for one in found}
