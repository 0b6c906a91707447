"""Public prices of Google Cloud SKUs: how the export names them and what a unit costs.

US dollars, from public copies of the Cloud Billing Catalog, read on 2026-11-30: Americas (us-central1, us-east1) and
EMEA (europe-west1).
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter

#: Continent and place of a region, as SKUs name them.
PLACES = {
    "us-central1": ("Americas", "Iowa"),
    "us-east1": ("Americas", "South Carolina"),
    "europe-west1": ("EMEA", "Belgium"),
}
_GCE, _NET, _SQL = "Compute Engine", "Networking", "Cloud SQL"
#: Service ids of the catalogue.
SERVICE_IDS = {
    _GCE: "6F81-5844-456A",
    _NET: "E505-1604-58F8",
    _SQL: "9662-B51E-5089",
    "Cloud Storage": "95FF-2EF5-5EA1",
    "Cloud Logging": "5490-F7B7-8DF6",
    "Kubernetes Engine": "CCD8-9BF1-090E",
    "BigQuery": "24E6-581D-38E5",
}
#: Key: service, SKU with {continent} and {place}, pricing unit, base unit, base units per unit, price in the Americas
#: and in EMEA, component.
_TABLE: dict[str, tuple[str, str, str, str, int, str, str, str]] = {
    "n1.core": (_GCE, "N1 Predefined Instance Core running in {continent}", "hour", "seconds", 3600, "0.031611", "0.034773", "compute"),
    "n1.ram": (_GCE, "N1 Predefined Instance Ram running in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.004237", "0.004661", "compute"),
    "e2.core": (_GCE, "E2 Instance Core running in {continent}", "hour", "seconds", 3600, "0.02181159", "0.023993", "compute"),
    "e2.ram": (_GCE, "E2 Instance Ram running in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.00292353", "0.003216", "compute"),
    "n2.core": (_GCE, "N2 Instance Core running in {continent}", "hour", "seconds", 3600, "0.031611", "0.034773", "compute"),
    "n2.ram": (_GCE, "N2 Instance Ram running in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.004237", "0.004661", "compute"),
    "spot.n1.core": (_GCE, "Spot Preemptible N1 Predefined Instance Core running in {continent}", "hour", "seconds", 3600, "0.006655", "0.00732", "compute"),
    "spot.n1.ram": (_GCE, "Spot Preemptible N1 Predefined Instance Ram running in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.000892", "0.000981", "compute"),
    "c3.core": (_GCE, "C3 Instance Core running in {continent}", "hour", "seconds", 3600, "0.03398", "0.0374", "compute"),
    "c3.ram": (_GCE, "C3 Instance Ram running in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.00456", "0.00501", "compute"),
    "gpu": (_GCE, "Nvidia Tesla T4 GPU running in {continent}", "hour", "seconds", 3600, "0.35", "0.35", "gpu"),
    "address.idle": (_GCE, "Static Ip Charge", "hour", "seconds", 3600, "0.01", "0.01", "address"),
    "address.used": (_GCE, "External IP Charge on a Standard VM", "hour", "seconds", 3600, "0.005", "0.005", "address"),
    "nat.hours": (_NET, "Networking Cloud Nat Gateway Uptime", "hour", "seconds", 3600, "0.044", "0.044", "fee"),
    "nat.data": (_NET, "Networking Cloud Nat Data Processing", "gibibyte", "bytes", 1073741824, "0.045", "0.045", "transfer"),
    "rule.hours": (_NET, "Cloud Load Balancer Forwarding Rule Minimum for {place}", "hour", "seconds", 3600, "0.025", "0.025", "fee"),
    "rule.data": (_NET, "Cloud Load Balancer Inbound Data Processing for {place}", "gibibyte", "bytes", 1073741824, "0.008", "0.008", "transfer"),
    "vpn.hours": (_NET, "Cloud VPN Tunnel in {place}", "hour", "seconds", 3600, "0.05", "0.05", "fee"),
    "vpn.data": (_NET, "Network Vpn Internet Data Transfer Out from {place}", "gibibyte", "bytes", 1073741824, "0.12", "0.12", "transfer"),
    "sql.regional.core": (_SQL, "Cloud SQL for PostgreSQL: Regional - vCPU in {continent}", "hour", "seconds", 3600, "0.0826", "0.0908", "compute"),
    "sql.regional.ram": (_SQL, "Cloud SQL for PostgreSQL: Regional - RAM in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.014", "0.0154", "compute"),
    "sql.regional.disk": (_SQL, "Cloud SQL for PostgreSQL: Regional - Standard storage in {continent}", "gibibyte month", "byte-seconds", 2592000, "0.34", "0.374", "storage"),
    "sql.zonal.core": (_SQL, "Cloud SQL for PostgreSQL: Zonal - vCPU in {continent}", "hour", "seconds", 3600, "0.0413", "0.0454", "compute"),
    "sql.zonal.ram": (_SQL, "Cloud SQL for PostgreSQL: Zonal - RAM in {continent}", "gibibyte hour", "byte-seconds", 3600, "0.007", "0.0077", "compute"),
    "sql.zonal.disk": (_SQL, "Cloud SQL for PostgreSQL: Zonal - Standard storage in {continent}", "gibibyte month", "byte-seconds", 2592000, "0.17", "0.187", "storage"),
    "sql.extended": (_SQL, "Cloud SQL for PostgreSQL: Zonal - Extended support vCPU in {continent}", "hour", "seconds", 3600, "0.1", "0.11", "licence"),
    "gke.hours": ("Kubernetes Engine", "Zonal Kubernetes Clusters", "hour", "seconds", 3600, "0.1", "0.1", "fee"),
    "gke.extended": ("Kubernetes Engine", "Extended support Kubernetes Clusters", "hour", "seconds", 3600, "0.5", "0.5", "licence"),
    "log.storage": ("Cloud Logging", "Log Storage cost", "gibibyte", "bytes", 1073741824, "0.5", "0.5", "transfer"),
    "log.retention": ("Cloud Logging", "Log Retention cost", "gibibyte month", "byte-seconds", 2592000, "0.01", "0.01", "storage"),
    "gcs.standard": ("Cloud Storage", "Standard Storage {place}", "gibibyte month", "byte-seconds", 2592000, "0.02", "0.02", "storage"),
    "gcs.nearline": ("Cloud Storage", "Nearline Storage {place}", "gibibyte month", "byte-seconds", 2592000, "0.01", "0.01", "storage"),
    "gcs.class_a": ("Cloud Storage", "Regional Standard Class A Operations", "count", "requests", 1, "0.000005", "0.000005", "requests"),
    "gcs.class_b": ("Cloud Storage", "Regional Standard Class B Operations", "count", "requests", 1, "0.0000004", "0.0000004", "requests"),
    "snapshot": (_GCE, "Storage PD Snapshot in {continent}", "gibibyte month", "byte-seconds", 2592000, "0.05", "0.05", "storage"),
    "bigquery": ("BigQuery", "Analysis ({region})", "tebibyte", "bytes", 1024, "6.25", "6.25", "compute"),
    "zones": (_GCE, "Network Inter Zone Data Transfer Out", "gibibyte", "bytes", 1073741824, "0.01", "0.01", "transfer"),
}  # fmt: skip


def gcp_meter(key: str, region: str) -> Meter:
    """The SKU of a key in a region."""
    service, sku, unit, base, count, americas, emea, component = _TABLE[key]
    continent, place = PLACES[region]
    native = {"service_id": SERVICE_IDS[service], "base_unit": base, "base_units": str(count)}
    price = Decimal(americas if continent == "Americas" else emea)
    return Meter(
        "gcp", service, sku.format(continent=continent, place=place, region=region), unit, price, component, native
    )
