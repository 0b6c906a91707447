"""Public on-demand prices of AWS services beside instances: how the bill names them and what a unit costs.

US dollars in us-east-1, from the services' public pricing pages as copies of them state, read on 2026-11-30; other
regions by `REGION_FACTORS`, Elastic Block Store by its own list.
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter
from simulator.opportunities.prices.aws_regions import REGION_FACTORS

#: Usage type: service code, unit, price, component, operation, product family.
_TABLE: dict[str, tuple[str, str, str, str, str, str]] = {
    "EBS:VolumeUsage.gp2": ("AmazonEC2", "GB-Mo", "0.1", "storage", "CreateVolume-Gp2", "Storage"),
    "EBS:VolumeUsage.gp3": ("AmazonEC2", "GB-Mo", "0.08", "storage", "CreateVolume-Gp3", "Storage"),
    "EBS:VolumeP-IOPS.gp3": ("AmazonEC2", "IOPS-Mo", "0.005", "storage", "CreateVolume-Gp3", "System Operation"),
    "EBS:VolumeUsage.piops": ("AmazonEC2", "GB-Mo", "0.125", "storage", "CreateVolume-P-IOPS", "Storage"),
    "EBS:VolumeP-IOPS.piops": ("AmazonEC2", "IOPS-Mo", "0.065", "storage", "CreateVolume-P-IOPS", "System Operation"),
    "EBS:VolumeUsage.io2": ("AmazonEC2", "GB-Mo", "0.125", "storage", "CreateVolume-io2", "Storage"),
    "EBS:VolumeP-IOPS.io2": ("AmazonEC2", "IOPS-Mo", "0.065", "storage", "CreateVolume-io2", "System Operation"),
    "EBS:VolumeUsage": ("AmazonEC2", "GB-Mo", "0.05", "storage", "CreateVolume", "Storage"),
    "EBS:VolumeIOUsage": ("AmazonEC2", "IOs", "0.00000005", "storage", "EBS:IO-Read", "System Operation"),
    "EBS:VolumeUsage.st1": ("AmazonEC2", "GB-Mo", "0.045", "storage", "CreateVolume-ST1", "Storage"),
    "EBS:SnapshotUsage": ("AmazonEC2", "GB-Mo", "0.05", "storage", "CreateSnapshot", "Storage Snapshot"),
    "EBS:SnapshotArchiveStorage": ("AmazonEC2", "GB-Mo", "0.0125", "storage", "CreateSnapshot", "Storage Snapshot"),
    "NatGateway-Hours": ("AmazonEC2", "Hrs", "0.045", "fee", "NatGateway", "NAT Gateway"),
    "NatGateway-Bytes": ("AmazonEC2", "GB", "0.045", "transfer", "NatGateway", "NAT Gateway"),
    "VpcEndpoint-Hours": ("AmazonVPC", "Hrs", "0.01", "fee", "VpcEndpoint", "VpcEndpoint"),
    "VpcEndpoint-Bytes": ("AmazonVPC", "GB", "0.01", "transfer", "VpcEndpoint", "VpcEndpoint"),
    "VPN-Usage-Hours:ipsec.1": ("AmazonVPC", "Hrs", "0.05", "fee", "CreateVpnConnection", "Cloud Connectivity"),
    "TransitGateway-Hours": ("AmazonVPC", "hour", "0.05", "fee", "TransitGatewayVPC", "Transit Gateway"),
    "TransitGateway-Bytes": ("AmazonVPC", "GigaBytes", "0.02", "transfer", "TransitGatewayVPC", "Transit Gateway"),
    "PublicIPv4:IdleAddress": ("AmazonVPC", "Hrs", "0.005", "address", "AllocateAddressVPC", "VPC Public IPv4 Address"),
    "PublicIPv4:InUseAddress": ("AmazonVPC", "Hrs", "0.005", "address", "RunInstances", "VPC Public IPv4 Address"),
    "ElasticIP:IdleAddress": ("AmazonEC2", "Hrs", "0.005", "address", "AssociateAddressVPC", "IP Address"),
    "LoadBalancerUsage": ("AWSELB", "Hrs", "0.0225", "fee", "LoadBalancing:Application", "Load Balancer-Application"),
    "LCUUsage": ("AWSELB", "LCU-Hrs", "0.008", "transfer", "LoadBalancing:Application", "Load Balancer-Application"),
    "DataProcessing-Bytes": ("AWSELB", "GB", "0.008", "transfer", "LoadBalancing", "Load Balancer"),
    "Storage-ShardHour": ("AmazonKinesis", "Shard Hour", "0.015", "fee", "shardHourStorage", "Kinesis Streams"),
    "PutRequestPayloadUnits": ("AmazonKinesis", "PutRequest", "0.000000014", "requests", "PutRequest", "Kinesis Streams"),
    "WebACLV2": ("awswaf", "Month", "5", "fee", "", "Web Application Firewall"),
    "RuleV2": ("awswaf", "Month", "1", "fee", "", "Web Application Firewall"),
    "RequestV2-Tier1": ("awswaf", "Request", "0.0000006", "requests", "", "Web Application Firewall"),
    "ShieldProtected-WebACLV2": ("awswaf", "Month", "0", "fee", "", "Web Application Firewall"),
    "PaidEventsRecorded": ("AWSCloudTrail", "Events", "0.00002", "requests", "", "Management Tools - AWS CloudTrail Paid Events Recorded"),
    "FreeEventsRecorded": ("AWSCloudTrail", "Events", "0", "requests", "", "Management Tools - AWS CloudTrail Free Events Recorded"),
    "DataEventsRecorded": ("AWSCloudTrail", "Events", "0.000001", "requests", "", "Management Tools - AWS CloudTrail Data Events Recorded"),
    "TimedStorage-ByteHrs": ("AmazonS3", "GB-Mo", "0.023", "storage", "StandardStorage", "Storage"),
    "TimedStorage-SIA-ByteHrs": ("AmazonS3", "GB-Mo", "0.0125", "storage", "StandardIAStorage", "Storage"),
    "TimedStorage-INT-FA-ByteHrs": ("AmazonS3", "GB-Mo", "0.023", "storage", "IntelligentTieringFAStorage", "Storage"),
    "Requests-Tier1": ("AmazonS3", "Requests", "0.000005", "requests", "PutObject", "API Request"),
    "Requests-Tier2": ("AmazonS3", "Requests", "0.0000004", "requests", "GetObject", "API Request"),
    "EarlyDelete-SIA": ("AmazonS3", "GB-Mo", "0.0125", "fee", "EarlyDelete-SIA", "Fee"),
    "TimedStorage-GDA-ByteHrs": ("AmazonS3", "GB-Mo", "0.00099", "storage", "DeepArchiveStorage", "Storage"),
    "Vault:TimedStorage-ByteHrs": ("AmazonGlacier", "GB-Mo", "0.0036", "storage", "", "Storage"),
    "Lambda-GB-Second": ("AWSLambda", "Lambda-GB-Second", "0.0000166667", "compute", "Invoke", "Serverless"),
    "Lambda-GB-Second-ARM": ("AWSLambda", "Lambda-GB-Second", "0.0000133334", "compute", "Invoke", "Serverless"),
    "Request": ("AWSLambda", "Requests", "0.0000002", "requests", "Invoke", "Serverless"),
    "Lambda-Provisioned-Concurrency": ("AWSLambda", "Lambda-GB-Second", "0.0000041667", "fee", "Invoke", "Serverless"),
    "Lambda-Provisioned-GB-Second": ("AWSLambda", "Lambda-GB-Second", "0.0000097222", "compute", "Invoke", "Serverless"),
    "Fargate-vCPU-Hours:perCPU": ("AmazonECS", "hours", "0.04048", "compute", "FargateTask", "Compute"),
    "Fargate-GB-Hours": ("AmazonECS", "hours", "0.004445", "compute", "FargateTask", "Compute"),
    "Fargate-ARM-vCPU-Hours:perCPU": ("AmazonECS", "hours", "0.03238", "compute", "FargateTask", "Compute"),
    "Fargate-ARM-GB-Hours": ("AmazonECS", "hours", "0.00356", "compute", "FargateTask", "Compute"),
    "AmazonEKS-Hours:perCluster": ("AmazonEKS", "Hours", "0.1", "fee", "CreateOperation", "Compute"),
    "AmazonEKS-Hours:extendedSupport": ("AmazonEKS", "Hours", "0.5", "licence", "ExtendedSupport", "Compute"),
    "ExtendedSupport:Yr1-Yr2:MySQL8.0": ("AmazonRDS", "vCPU-Hours", "0.1", "licence", "CreateDBInstance:0002", "Database Instance"),
    "ExtendedSupport:Yr3:MySQL5.7": ("AmazonRDS", "vCPU-Hours", "0.2", "licence", "CreateDBInstance:0002", "Database Instance"),
    "ExtendedSupport:Yr1-Yr2:PostgreSQL12": ("AmazonRDS", "vCPU-Hours", "0.1", "licence", "CreateDBInstance:0014", "Database Instance"),
    "RDS:GP2-Storage": ("AmazonRDS", "GB-Mo", "0.115", "storage", "CreateDBInstance:0002", "Database Storage"),
    "RDS:GP3-Storage": ("AmazonRDS", "GB-Mo", "0.115", "storage", "CreateDBInstance:0002", "Database Storage"),
    "RDS:Multi-AZ-GP3-Storage": ("AmazonRDS", "GB-Mo", "0.23", "storage", "CreateDBInstance:0002", "Database Storage"),
    "DDB:TimedStorage-ByteHrs": ("AmazonDynamoDB", "GB-Mo", "0.25", "storage", "StandardStorage", "Database Storage"),
    "DDB:IA-TimedStorage-ByteHrs": ("AmazonDynamoDB", "GB-Mo", "0.1", "storage", "StandardIAStorage", "Database Storage"),
    "ReadRequestUnits": ("AmazonDynamoDB", "ReadRequestUnits", "0.000000125", "requests", "PayPerRequestThroughput", "Amazon DynamoDB PayPerRequest Throughput"),
    "WriteRequestUnits": ("AmazonDynamoDB", "WriteRequestUnits", "0.000000625", "requests", "PayPerRequestThroughput", "Amazon DynamoDB PayPerRequest Throughput"),
    "ReadCapacityUnit-Hrs": ("AmazonDynamoDB", "ReadCapacityUnit-Hrs", "0.00013", "requests", "CommittedThroughput", "Provisioned IOPS"),
    "WriteCapacityUnit-Hrs": ("AmazonDynamoDB", "WriteCapacityUnit-Hrs", "0.00065", "requests", "CommittedThroughput", "Provisioned IOPS"),
    "Logs:TimedStorage-ByteHrs": ("AmazonCloudWatch", "GB-Mo", "0.03", "storage", "HourlyStorageMetering", "Storage Snapshot"),
    "Logs:DataProcessing-Bytes": ("AmazonCloudWatch", "GB", "0.5", "transfer", "PutLogEvents", "Data Payload"),
    "WarmStorage-ByteHrs-EBS": ("AWSBackup", "GB-Mo", "0.05", "storage", "Storage", "AWS Backup Storage"),
    "CPUCredits:t3": ("AmazonEC2", "vCPU-Hours", "0.05", "requests", "T3CPUCredits", "CPU Credits"),
    "HostUsage:m5": ("AmazonEC2", "Hrs", "4.84", "compute", "RunInstances", "Dedicated Host"),
    "HostBoxUsage:m5.xlarge": ("AmazonEC2", "Hrs", "0", "compute", "RunInstances", "Compute Instance"),
    "Notebk:ml.m5.xlarge": ("AmazonSageMaker", "Hrs", "0.23", "compute", "RunInstance", "ML Instance"),
    "Notebk:ml.t3.xlarge": ("AmazonSageMaker", "Hrs", "0.2", "compute", "RunInstance", "ML Instance"),
    "DataTransfer-Regional-Bytes": ("AWSDataTransfer", "GB", "0.01", "transfer", "InterZone-Out", "Data Transfer"),
    "DataTransfer-Out-Bytes": ("AWSDataTransfer", "GB", "0.09", "transfer", "RunInstances", "Data Transfer"),
    "EFS:TimedStorage-ByteHrs": ("AmazonEFS", "GB-Mo", "0.3", "storage", "Storage", "Storage"),
    "EFS:IATimedStorage-ByteHrs": ("AmazonEFS", "GB-Mo", "0.016", "storage", "Storage", "Storage"),
    "ConfigurationItemRecorded": ("AWSConfig", "ConfigurationItemRecorded", "0.003", "requests", "", "Management Tools - AWS Config"),
    "ConfigurationItemRecordedDaily": ("AWSConfig", "ConfigurationItemRecorded", "0.012", "requests", "", "Management Tools - AWS Config"),
}  # fmt: skip
#: Elastic Block Store has its own regional list: eu-west-1 and eu-central-1.
_EBS = {
    "EBS:VolumeUsage.gp2": ("0.11", "0.119"),
    "EBS:VolumeUsage.gp3": ("0.088", "0.0952"),
    "EBS:VolumeP-IOPS.gp3": ("0.0055", "0.006"),
    "EBS:VolumeUsage.piops": ("0.138", "0.149"),
    "EBS:VolumeP-IOPS.piops": ("0.072", "0.078"),
    "EBS:VolumeUsage.io2": ("0.138", "0.149"),
    "EBS:VolumeP-IOPS.io2": ("0.072", "0.078"),
    "EBS:VolumeUsage": ("0.055", "0.059"),
}
#: A MiB/s of gp3 above the included 125, a month.
GP3_THROUGHPUT = {
    "us-east-1": Decimal("0.04"),
    "us-west-2": Decimal("0.04"),
    "eu-west-1": Decimal("0.044"),
    "eu-central-1": Decimal("0.048"),
}
#: Deep archive over flexible retrieval, by region.
DEEP_ARCHIVE_RATIO = {
    "us-east-1": Decimal("0.275"),
    "us-west-2": Decimal("0.275"),
    "eu-west-1": Decimal("0.275"),
    "eu-central-1": Decimal("0.444"),
}


#: Written before a usage type to tell equal ones of several services apart; not part of the bill.
_TOLD_APART = ("DDB:", "Logs:", "EFS:", "Vault:")


def list_price(usage: str, region: str) -> Decimal:
    if usage in _EBS and region in ("eu-west-1", "eu-central-1"):
        return Decimal(_EBS[usage][region == "eu-central-1"])
    price = Decimal(_TABLE[usage][2])
    return price if "IPv4" in usage or "ElasticIP" in usage else price * REGION_FACTORS[region]


def service_meter(usage: str, region: str, operation: str = "") -> Meter:
    """The meter of a usage type of `_TABLE`."""
    service, unit, _, component, usual, family = _TABLE[usage]
    native = {"line_item_operation": operation or usual, "product_product_family": family}
    text = usage.split(":", 1)[1] if usage.startswith(_TOLD_APART) else usage
    return Meter("aws", service, text, unit, list_price(usage, region), component, native)
