"""What a Google Cloud project has that no check has anything to say about."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.gcp import DAY_HOURS, add, add_machine, bill, store
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.prices.gcp import gcp_meter

_COVERED = Decimal("0.72")


def mix_gcp(company: Company) -> None:
    """A few of each service, in use."""
    for _ in range(company.draw.randint(2, 4)):
        add_machine(company, "n2", company.draw.choice((2, 4, 8)))
        bucket = add(company, "bucket")
        store(company, bucket, "gcs.standard", company.draw.randint(300, 5000))
        bill(company, bucket, "gcs.class_a", Decimal(company.draw.randint(8000, 90000)))
        bill(company, bucket, "gcs.class_b", Decimal(company.draw.randint(90000, 900000)))
        cluster = add(company, "gke")
        bill(company, cluster, "gke.hours", DAY_HOURS)
        address = add(company, "address")
        bill(company, address, "address.used", DAY_HOURS)


def fill_gcp(company: Company, monthly: Decimal) -> None:
    """Steady machines for so much a month; about half of the money is under a committed use discount."""
    region = company.region("gcp")
    cores = 88 if monthly > 8000 else 22
    paid = {part: company.price(gcp_meter(f"c3.{part}", region), region)[0] for part in ("core", "ram")}
    hourly = paid["core"] * cores + paid["ram"] * cores * Decimal("3.75")
    for _ in range(max(1, round(monthly / 2 / (hourly * 720)))):
        add_machine(company, "c3", cores, region=region)
    covered = {part: (price * _COVERED).quantize(Decimal("1e-6")) for part, price in paid.items()}
    daily = (covered["core"] * cores + covered["ram"] * cores * Decimal("3.75")) * 24
    count = max(1, round(monthly / 2 / (daily * 30)))
    plan = cover(company, "gcp", daily * count, "compute", region=region)
    for _ in range(count):
        add_machine(company, "c3", cores, region=region, payment="plan", commitment=plan.id)
        company.lines[-2].covered_price, company.lines[-1].covered_price = covered["core"], covered["ram"]
