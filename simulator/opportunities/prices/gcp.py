"""Public prices of Google Cloud SKUs: how the export names them and what a unit costs.

US dollars (see `tables` for where from): Americas (us-central1, us-east1) and EMEA (europe-west1).
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter
from simulator.opportunities.prices.tables import read_prices

#: Continent and place of a region, as SKUs name them.
PLACES = {
    "us-central1": ("Americas", "Iowa"),
    "us-east1": ("Americas", "South Carolina"),
    "europe-west1": ("EMEA", "Belgium"),
}
#: Service ids of the catalogue.
SERVICE_IDS = {
    "Compute Engine": "6F81-5844-456A",
    "Networking": "E505-1604-58F8",
    "Cloud SQL": "9662-B51E-5089",
    "Cloud Storage": "95FF-2EF5-5EA1",
    "Cloud Logging": "5490-F7B7-8DF6",
    "Kubernetes Engine": "CCD8-9BF1-090E",
    "BigQuery": "24E6-581D-38E5",
}
_TABLE = read_prices("gcp.csv")


def gcp_meter(key: str, region: str) -> Meter:
    """The SKU of a key in a region."""
    row = _TABLE[key]
    continent, place = PLACES[region]
    native = {
        "service_id": SERVICE_IDS[row["service"]],
        "base_unit": row["base_unit"],
        "base_units": row["base_units"],
    }
    price = Decimal(row["americas" if continent == "Americas" else "emea"])
    sku = row["sku"].format(continent=continent, place=place, region=region)
    return Meter("gcp", row["service"], sku, row["unit"], price, row["component"], native)
