"""S3 buckets, and what their lifecycle does with uploads that were never finished."""

from collections.abc import Iterator
from typing import Any

from savings.findings import Row
from savings.inventory.aws.cloud import GLOBAL_REGION, AwsReader, read_tags
from savings.inventory.contract import InventoryTable


def read_buckets(scope: AwsReader) -> Iterator[Row]:
    """All buckets of an account. What a bucket's own policy forbids to see of it is None."""
    from botocore.exceptions import ClientError

    client = scope.client("s3")

    def ask(operation: str, missing: str, bucket: str) -> Any:
        """The answer; {} where the bucket has none of it, None where it is forbidden."""
        try:
            return getattr(client, operation)(Bucket=bucket)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == missing:
                return {}
            if code in ("AccessDenied", "403"):
                return None
            raise

    for one in scope.list("s3", "list_buckets", "Buckets"):
        name = one["Name"]
        place = ask("get_bucket_location", "", name)
        if place is None:
            continue  # which region it is in is forbidden to see: nothing of it can be found in the bill
        region = place.get("LocationConstraint") or GLOBAL_REGION
        rules = ask("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration", name)
        tags = ask("get_bucket_tagging", "NoSuchTagSet", name)
        yield {
            "account_id": scope.account_id,
            "region": "eu-west-1" if region == "EU" else region,
            "resource_id": name,
            "created_at": one.get("CreationDate"),
            "aborts_uploads": None if rules is None else any(map(_aborts, rules.get("Rules", []))),
            "tags": None if tags is None else read_tags(tags.get("TagSet")),
        }


def _aborts(rule: dict[str, Any]) -> bool:
    """Whether a rule aborts all unfinished uploads of the bucket."""
    wanted = rule.get("Filter") or {"Prefix": rule.get("Prefix", "")}
    is_for_all = not any(wanted.values())
    return rule["Status"] == "Enabled" and "AbortIncompleteMultipartUpload" in rule and is_for_all


AWS_BUCKETS = InventoryTable(
    name="aws_buckets",
    cloud="aws",
    columns={"created_at": "timestamp", "aborts_uploads": "boolean", "tags": "map(varchar, varchar)"},
    # of the three, IAM names two otherwise than S3
    permissions=("s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetLifecycleConfiguration", "s3:GetBucketTagging"),
    read=read_buckets,
    is_global=True,
    link="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html",
)
