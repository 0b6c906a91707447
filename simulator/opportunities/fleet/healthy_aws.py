"""What an AWS account has that no check has anything to say about."""

from decimal import Decimal

from simulator.opportunities.company import Company
from simulator.opportunities.fleet.aws_instances import add_covered_instance, add_instance
from simulator.opportunities.fleet.aws_services import DAY_HOURS, add, add_volume, bill, store
from simulator.opportunities.fleet.plans import cover
from simulator.opportunities.lines import by_day
from simulator.opportunities.prices.aws_compute import cache_meter, database_meter, instance_meter

_FILLING = ("m7g.16xlarge", "r7g.16xlarge", "c7g.16xlarge", "r7g.4xlarge", "m7g.4xlarge")
_PLAN_SHARE = Decimal("0.7")


def mix_aws(company: Company) -> None:
    """A few of each service, in use."""
    for _ in range(company.draw.randint(2, 5)):
        add_instance(company, company.draw.choice(("m7g.large", "c7g.large", "r7g.large")))
        add_volume(company, "gp3", company.draw.choice((100, 250, 500)))
        balancer = add(company, "alb")
        bill(company, balancer, "LoadBalancerUsage", DAY_HOURS)
        bill(company, balancer, "LCUUsage", Decimal(18) * company.jitter(30))
        bucket = add(company, "bucket")
        store(company, bucket, "TimedStorage-ByteHrs", company.draw.randint(300, 4000))
        bill(company, bucket, "Requests-Tier1", Decimal(company.draw.randint(20_000, 400_000)))
        bill(company, bucket, "Requests-Tier2", Decimal(company.draw.randint(200_000, 4_000_000)))
        database = add(company, "database")
        company.bill(database, database_meter("db.m7g.large", database.region), by_day(company.days(), DAY_HOURS))
        store(company, database, "RDS:GP3-Storage", 200)
        cache = add(company, "cache")
        company.bill(cache, cache_meter("cache.r7g.large", cache.region, "Valkey"), by_day(company.days(), DAY_HOURS))
        address = add(company, "address")
        bill(company, address, "PublicIPv4:InUseAddress", DAY_HOURS)


def fill_aws(company: Company, monthly: Decimal) -> None:
    """Steady machines for so much a month; about half of the money is under a savings plan."""
    region = company.region("aws")
    kinds = sorted(_FILLING, key=lambda kind: instance_meter(kind, region).price)
    kind = kinds[-1] if monthly > 20_000 else company.draw.choice(kinds)
    price, _ = company.price(instance_meter(kind, region), region)
    for _ in range(max(1, round(monthly / 2 / (price * 720)))):
        add_instance(company, kind, region=region)
    covered = (price * _PLAN_SHARE).quantize(Decimal("0.0001"))
    count = max(1, round(monthly / 2 / (covered * 720)))
    plan = cover(company, "aws", covered * 24 * count, "compute")
    for _ in range(count):
        add_covered_instance(company, kind, "prod", plan.id, covered)
