"""What an Azure subscription has that no check has anything to say about."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.azure import add, add_machine, bill, store
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.prices.azure import machine_meter

_RESERVED = Decimal("0.62")


def mix_azure(company: Company) -> None:
    """A few of each service, in use."""
    for _ in range(company.draw.randint(2, 4)):
        add_machine(company, company.draw.choice(("D2s v5", "E4s v5")))
        disk = add(company, "disk")
        store(company, disk, "disk", 1)
        account = add(company, "storage")
        store(company, account, "blob.hot", company.draw.randint(200, 3000))
        bill(company, account, "blob.reads", Decimal(company.draw.randint(300, 900)))
        database = add(company, "sql")
        bill(company, database, "sql.compute", Decimal(48))


def fill_azure(company: Company, monthly: Decimal) -> None:
    """Steady machines for so much a month; about half of the money is under a reservation."""
    region = company.region("azure")
    size = "D32s v5" if monthly > 8000 else "D8s v5"
    price, _ = company.price(machine_meter(size), region)
    for _ in range(max(1, round(monthly / 2 / (price * 720)))):
        add_machine(company, size, region=region)
    covered = (price * _RESERVED).quantize(Decimal("0.0001"))
    count = max(1, round(monthly / 2 / (covered * 720)))
    plan = cover(company, "azure", covered * 24 * count, "compute", size=size, region=region)
    for _ in range(count):
        add_machine(company, size, region=region, payment="plan", commitment=plan.id, covered_price=covered)
