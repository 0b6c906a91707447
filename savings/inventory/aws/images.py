"""Machine images that an account owns, and the templates that name images."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.contract import InventoryTable


def read_images(scope: AwsReader) -> Iterator[Row]:
    """All images of an account and region, disabled ones too."""
    for one in scope.list("ec2", "describe_images", "Images", Owners=["self"], IncludeDisabled=True):
        yield {
            **scope.place(one["ImageId"]),
            "name": one.get("Name"),
            "state": one["State"],
            "is_public": one.get("Public"),
            "created_at": one.get("CreationDate"),
            # known to the owner alone, and a day late
            "last_launched_at": one.get("LastLaunchedTime"),
            "snapshots": [
                disk["Ebs"]["SnapshotId"]
                for disk in one.get("BlockDeviceMappings", [])
                if "SnapshotId" in disk.get("Ebs", {})
            ],
            "tags": read_tags(one.get("Tags")),
        }


def read_launch_templates(scope: AwsReader) -> Iterator[Row]:
    """The newest and the default version of every launch template, and every launch configuration."""
    versions = scope.list(
        "ec2", "describe_launch_template_versions", "LaunchTemplateVersions", Versions=["$Latest", "$Default"]
    )
    for one in versions:
        yield {
            **scope.place(f"{one['LaunchTemplateId']}:{one['VersionNumber']}"),
            "name": one.get("LaunchTemplateName"),
            "image_id": one.get("LaunchTemplateData", {}).get("ImageId"),
            "tags": {},
        }
    for one in scope.list("autoscaling", "describe_launch_configurations", "LaunchConfigurations"):
        name = one["LaunchConfigurationName"]
        yield {**scope.place(name), "name": name, "image_id": one.get("ImageId"), "tags": {}}


AWS_IMAGES = InventoryTable(
    name="aws_images",
    cloud="aws",
    columns={
        "name": "varchar",
        "state": "varchar",
        "is_public": "boolean",
        "created_at": "timestamp",
        "last_launched_at": "timestamp",
        "snapshots": "varchar[]",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeImages",),
    read=read_images,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html",
)
AWS_LAUNCH_TEMPLATES = InventoryTable(
    name="aws_launch_templates",
    cloud="aws",
    columns={"name": "varchar", "image_id": "varchar", "tags": "map(varchar, varchar)"},
    permissions=("ec2:DescribeLaunchTemplateVersions", "autoscaling:DescribeLaunchConfigurations"),
    read=read_launch_templates,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html",
)
