"""What each type of EC2 instance has, in the words of EC2 itself."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.contract import InventoryTable


def read_instance_types(scope: AwsReader) -> Iterator[Row]:
    """All types that a region has. What is not said of one is None, and nothing is compared with it."""
    for one in scope.list("ec2", "describe_instance_types", "InstanceTypes"):
        processor, cards = one.get("ProcessorInfo", {}), one.get("NetworkInfo", {}).get("NetworkCards", [])
        yield {
            **scope.place(one["InstanceType"]),
            "vcpus": one.get("VCpuInfo", {}).get("DefaultVCpus"),
            "memory_mib": one.get("MemoryInfo", {}).get("SizeInMiB"),
            "network_gbps": cards[0].get("BaselineBandwidthInGbps") if cards else None,
            "storage_gb": one.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
            "architecture": " ".join(sorted(processor.get("SupportedArchitectures", []))) or None,
            "maker": processor.get("Manufacturer"),
            "is_burstable": one.get("BurstablePerformanceSupported"),
            "is_metal": one.get("BareMetal"),
            # cards of another kind are not in proportion to a type's size
            "has_accelerators": any(key in one for key in ("GpuInfo", "FpgaInfo", "InferenceAcceleratorInfo")),
            "tags": {},
        }


AWS_INSTANCE_TYPES = InventoryTable(
    name="aws_instance_types",
    cloud="aws",
    columns={
        "vcpus": "bigint",
        "memory_mib": "bigint",
        "network_gbps": "double",
        "storage_gb": "bigint",
        "architecture": "varchar",
        "maker": "varchar",
        "is_burstable": "boolean",
        "is_metal": "boolean",
        "has_accelerators": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeInstanceTypes",),
    read=read_instance_types,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html",
)
