"""The metrics of each kind of resource under the names of its cloud, and the file that holds them.

Names and units of AWS are those of CloudWatch's namespaces, of Azure those of Azure Monitor's supported metrics, of
Google Cloud those of Cloud Monitoring's metric types. They are generally known and were not looked up one by one.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from simulator.writers import write_parquet


@dataclass(frozen=True)
class Metric:
    """What a cloud calls a quantity. ``scale`` turns our unit (percent, bytes or counts an hour, a second) into its.

    ``statistics`` are those of an hour: Average and Maximum of a level, Sum (AWS), Total (Azure) or Delta (Google) of
    what is counted. ``is_free`` is true where the cloud measures what is left: then ``scale`` is a hundredth of all.
    """

    name: str
    unit: str
    scale: float = 1.0
    statistics: tuple[str, ...] = ("Average", "Maximum")
    namespace: str = ""
    is_free: bool = False


@dataclass(frozen=True)
class Series:
    """One statistic of one metric of a resource, an hour a value; NaN where nothing was measured."""

    cloud: str
    account: str
    region: str
    resource_id: str
    namespace: str
    metric: str
    statistic: str
    unit: str
    values: np.ndarray


_SUM, _TOTAL, _DELTA = ("Sum",), ("Total",), ("Delta",)
_GIB = float(1 << 30)
_GCE = "compute.googleapis.com/instance/"


def _counted(name: str, namespace: str, unit: str = "Count") -> Metric:
    return Metric(name, unit, statistics=_SUM, namespace=namespace)


#: By cloud and kind of resource: what is measured of it. Of memory and of what an agent writes, where a load is given.
METRICS: Mapping[tuple[str, str], Mapping[str, Metric]] = {
    ("aws", "machine"): {
        "cpu": Metric("CPUUtilization", "Percent", namespace="AWS/EC2"),
        "memory": Metric("mem_used_percent", "Percent", namespace="CWAgent"),
        "received": _counted("NetworkIn", "AWS/EC2", "Bytes"),
        "sent": _counted("NetworkOut", "AWS/EC2", "Bytes"),
    },
    ("aws", "disk"): {
        "reads": _counted("VolumeReadOps", "AWS/EBS"),
        "writes": _counted("VolumeWriteOps", "AWS/EBS"),
        "bytes": _counted("VolumeWriteBytes", "AWS/EBS", "Bytes"),
    },
    ("aws", "balancer"): {
        "requests": _counted("RequestCount", "AWS/ApplicationELB"),
        "bytes": _counted("ProcessedBytes", "AWS/ApplicationELB", "Bytes"),
    },
    ("aws", "nlb"): {
        "bytes": _counted("ProcessedBytes", "AWS/NetworkELB", "Bytes"),
        "connections": Metric("ActiveFlowCount", "Count", namespace="AWS/NetworkELB"),
    },
    ("aws", "nat"): {
        "bytes": _counted("BytesOutToDestination", "AWS/NATGateway", "Bytes"),
        "connections": Metric("ActiveConnectionCount", "Count", statistics=("Maximum",), namespace="AWS/NATGateway"),
    },
    ("aws", "database"): {
        "cpu": Metric("CPUUtilization", "Percent", namespace="AWS/RDS"),
        "memory": Metric("FreeableMemory", "Bytes", _GIB / 100, namespace="AWS/RDS", is_free=True),
        "connections": Metric("DatabaseConnections", "Count", namespace="AWS/RDS"),
        "reads": Metric("ReadIOPS", "Count/Second", namespace="AWS/RDS"),
        "writes": Metric("WriteIOPS", "Count/Second", namespace="AWS/RDS"),
    },
    ("aws", "cache"): {
        "cpu": Metric("EngineCPUUtilization", "Percent", namespace="AWS/ElastiCache"),
        "memory": Metric("DatabaseMemoryUsagePercentage", "Percent", namespace="AWS/ElastiCache"),
        "connections": Metric("CurrConnections", "Count", namespace="AWS/ElastiCache"),
        "requests": _counted("GetTypeCmds", "AWS/ElastiCache"),
    },
    ("aws", "group"): {
        "size": Metric("GroupInServiceInstances", "Count", namespace="AWS/AutoScaling"),
        "cpu": Metric("CPUUtilization", "Percent", namespace="AWS/EC2"),
    },
    ("aws", "function"): {
        "requests": _counted("Invocations", "AWS/Lambda"),
        "errors": _counted("Errors", "AWS/Lambda"),
        "duration": Metric("Duration", "Milliseconds", namespace="AWS/Lambda"),
        "memory": Metric("memory_utilization", "Percent", namespace="LambdaInsights"),
    },
    ("aws", "log"): {"bytes": _counted("IncomingBytes", "AWS/Logs", "Bytes")},
    ("aws", "bucket"): {"requests": _counted("AllRequests", "AWS/S3")},
    ("azure", "machine"): {
        "cpu": Metric("Percentage CPU", "Percent"),
        "memory": Metric("Available Memory Bytes", "Bytes", _GIB / 100, is_free=True),
        "received": Metric("Network In Total", "Bytes", statistics=_TOTAL),
        "sent": Metric("Network Out Total", "Bytes", statistics=_TOTAL),
    },
    ("azure", "disk"): {
        "reads": Metric("Composite Disk Read Operations/sec", "CountPerSecond", 1 / 3600),
        "writes": Metric("Composite Disk Write Operations/sec", "CountPerSecond", 1 / 3600),
        "bytes": Metric("Composite Disk Write Bytes/sec", "BytesPerSecond", 1 / 3600),
    },
    ("azure", "balancer"): {"bytes": Metric("ByteCount", "Bytes", statistics=_TOTAL)},
    ("azure", "gateway"): {
        "requests": Metric("TotalRequests", "Count", statistics=_TOTAL),
        "bytes": Metric("Throughput", "BytesPerSecond", 1 / 3600),
    },
    ("azure", "nat"): {
        "bytes": Metric("ByteCount", "Bytes", statistics=_TOTAL),
        "connections": Metric("TotalConnectionCount", "Count", statistics=_TOTAL),
    },
    ("azure", "address"): {"bytes": Metric("ByteCount", "Bytes", statistics=_TOTAL)},
    ("azure", "database"): {
        "cpu": Metric("cpu_percent", "Percent"),
        "connections": Metric("sessions_count", "Count"),
        "memory": Metric("sql_instance_memory_percent", "Percent"),
    },
    ("azure", "group"): {"cpu": Metric("Percentage CPU", "Percent")},
    ("azure", "plan"): {
        "cpu": Metric("CpuPercentage", "Percent"),
        "memory": Metric("MemoryPercentage", "Percent"),
        "requests": Metric("TcpEstablished", "Count"),
    },
    ("azure", "bucket"): {"requests": Metric("Transactions", "Count", statistics=_TOTAL)},
    ("gcp", "machine"): {
        "cpu": Metric(f"{_GCE}cpu/utilization", "1", 0.01),
        "memory": Metric("agent.googleapis.com/memory/percent_used", "%"),
        "received": Metric(f"{_GCE}network/received_bytes_count", "By", statistics=_DELTA),
        "sent": Metric(f"{_GCE}network/sent_bytes_count", "By", statistics=_DELTA),
    },
    ("gcp", "disk"): {
        "reads": Metric(f"{_GCE}disk/read_ops_count", "1", statistics=_DELTA),
        "writes": Metric(f"{_GCE}disk/write_ops_count", "1", statistics=_DELTA),
        "bytes": Metric(f"{_GCE}disk/write_bytes_count", "By", statistics=_DELTA),
    },
    ("gcp", "balancer"): {
        "bytes": Metric("loadbalancing.googleapis.com/l3/external/ingress_bytes_count", "By", statistics=_DELTA)
    },
    ("gcp", "nat"): {
        "bytes": Metric("router.googleapis.com/nat/sent_bytes_count", "By", statistics=_DELTA),
        "connections": Metric("router.googleapis.com/nat/open_connections", "1"),
    },
    ("gcp", "database"): {
        "cpu": Metric("cloudsql.googleapis.com/database/cpu/utilization", "1", 0.01),
        "memory": Metric("cloudsql.googleapis.com/database/memory/utilization", "1", 0.01),
        "connections": Metric("cloudsql.googleapis.com/database/postgresql/num_backends", "1"),
    },
    ("gcp", "group"): {"size": Metric("compute.googleapis.com/instance_group/size", "1")},
    ("gcp", "bucket"): {
        "requests": Metric("storage.googleapis.com/api/request_count", "1", statistics=_DELTA),
    },
}


def write_metrics(path: Path, series: Sequence[Series], first: dt.date) -> None:
    """One row a series: who and what, the first hour, the seconds between values, and the values in a list."""
    start = dt.datetime.combine(first, dt.time(), dt.UTC)
    names = ("cloud", "account", "region", "resource_id", "namespace", "metric", "statistic", "unit")
    columns: dict[str, pa.Array] = {name: pa.array([getattr(one, name) for one in series]) for name in names}
    columns["start"] = pa.repeat(pa.scalar(start, pa.timestamp("ms", "UTC")), len(series))
    columns["step_seconds"] = pa.repeat(pa.scalar(3600, pa.int32()), len(series))
    columns["values"] = pa.array(
        [pa.array(one.values, pa.float64(), from_pandas=True) for one in series], pa.list_(pa.float64())
    )
    write_parquet(path, pa.table(columns))
