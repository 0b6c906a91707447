"""What the company buys of Google Cloud, one `Item` per service and meter."""

from simulator.catalogue import Item

_GCE = ("Compute Engine", "Compute Engine")


def _gcp(service_id: str, sku: str, unit: str, base_units: int, kind: str = "") -> dict[str, str]:
    """Service id, SKU id, base unit and how many base units make one pricing unit, and the resource's API type."""
    return {"service_id": service_id, "sku": sku, "base_unit": unit, "base_units": str(base_units), "type": kind}


_GCE_ID, _NET_ID = "6F81-5844-456A", "E505-1604-58F8"
# fmt: off
GCP_ITEMS: tuple[Item, ...] = (
    Item(*_GCE, "N2 Instance Core running in EMEA", "hour", 34773, 192, "always_on", 8, "vm", kind="sustained",
         extra=_gcp(_GCE_ID, "0B87-8B9A-5A21", "seconds", 3600, "instances")),
    Item(*_GCE, "N2 Instance Ram running in EMEA", "gibibyte hour", 4661, 768, "always_on", 6, "vm",
         extra=_gcp(_GCE_ID, "26B9-2A43-8C3F", "byte-seconds", 3600, "instances")),
    Item(*_GCE, "E2 Instance Core running in EMEA", "hour", 23993, 96, "office_hours", 5, "vm",
         extra=_gcp(_GCE_ID, "9FE0-8F60-A9F0", "seconds", 3600, "instances")),
    Item(*_GCE, "C3 Instance Core running in EMEA", "hour", 37400, 192, "always_on", 5, "vm", kind="plan",
         accounts=("fernhill-web-prod",), extra=_gcp(_GCE_ID, "5A6F-1B20-7D4E", "seconds", 3600, "instances")),
    Item(*_GCE, "Storage PD Capacity in EMEA", "gibibyte month", 44000, 18, "steady", 8, "disk",
         extra=_gcp(_GCE_ID, "D973-5D65-BAB2", "byte-seconds", 2592000, "disks")),
    Item("Networking", "Networking", "Network Internet Data Transfer Out from EMEA to EMEA", "gibibyte", 85000, 140,
         "business", 4, "", extra=_gcp(_NET_ID, "9DE9-9092-B3BC", "bytes", 1073741824)),
    Item("Cloud Storage", "Cloud Storage", "Standard Storage Belgium", "gibibyte month", 20000, 420, "steady", 7,
         "bucket", kind="discounted", extra=_gcp("95FF-2EF5-5EA1", "A703-5CB6-E0BF", "byte-seconds", 2592000)),
    Item("BigQuery", "BigQuery", "Analysis (europe-west4)", "tebibyte", 6250000, 7, "batch", 4, "",
         accounts=("fernhill-warehouse", "fernhill-ml-prod"),
         extra=_gcp("24E6-581D-38E5", "016C-9173-F2D5", "bytes", 1024)),
    Item("BigQuery", "BigQuery", "Active Logical Storage (europe-west4)", "gibibyte month", 20000, 300, "steady", 3,
         "dataset", accounts=("fernhill-warehouse", "fernhill-ml-prod"),
         extra=_gcp("24E6-581D-38E5", "EF7E-3C0B-C04D", "byte-seconds", 2592000)),
    Item("Cloud SQL", "Cloud SQL", "Cloud SQL for PostgreSQL: Zonal - vCPU in EMEA", "hour", 45400, 96, "steady", 4,
         "sql", extra=_gcp("9662-B51E-5089", "2E7E-7B2D-1C5A", "seconds", 3600, "instances")),
    Item("Kubernetes Engine", "Kubernetes Engine", "Regional Kubernetes Clusters", "hour", 100000, 24, "always_on", 3,
         "gke", extra=_gcp("CCD8-9BF1-090E", "B561-BFBD-1264", "seconds", 3600, "clusters")),
    Item("Cloud Run", "Cloud Run", "CPU Allocation Time", "second", 24, 500000, "business", 4, "run", kind="free",
         extra=_gcp("152E-C115-5142", "6A3B-8B7D-31C0", "seconds", 1, "services")),
    Item("Cloud Pub/Sub", "Cloud Pub/Sub", "Message Delivery Basic", "tebibyte", 40000000, 0.7, "business", 3, "topic",
         extra=_gcp("A1E8-BE35-7EBC", "C6D7-1C3C-9C7F", "bytes", 1024)),
    Item("Cloud Logging", "Cloud Logging", "Log Storage cost", "gibibyte", 500000, 40, "business", 4, "log",
         extra=_gcp("5490-F7B7-8DF6", "143F-A1B0-E0BE", "bytes", 1073741824)),
    Item("Cloud Memorystore for Redis", "Cloud Memorystore for Redis", "Redis Standard Node Capacity M2 Belgium",
         "gibibyte hour", 46000, 240, "always_on", 2, "redis",
         extra=_gcp("5AF5-2C11-D467", "7BF7-43B3-8A11", "byte-seconds", 3600)),
    Item("Cloud Dataflow", "Cloud Dataflow", "vCPU Time Batch", "hour", 56000, 130, "batch", 2, "job",
         accounts=("fernhill-warehouse",), extra=_gcp("57D6-0B2A-5E5D", "4A9C-2F1E-6B3D", "seconds", 3600)),
)
GCP_VERTEX = Item("Vertex AI", "Vertex AI", "Gemini Text Input - Predictions", "count", 500, 700000, "steady", 0, "",
                  extra=_gcp("C7E2-9256-1C43", "FDAB-6A51-1E7C", "count", 1))
# fmt: on
