"""What CUR 2.0 states of a line that does not change from day to day: ids, meter, product, tags."""

from collections.abc import Sequence

import pyarrow as pa

from simulator.company import AWS_REGIONS, COST_CENTRES, TEAMS
from simulator.fleet import Line, make_guid
from simulator.writers import map_array

_SPOT_LIST_PRICE = 364000


def name_resource(line: Line) -> str:
    """The resource id or ARN that the bill prints; empty where the service names none."""
    if line.resource_id:
        return line.resource_id
    prefix, token = line.item.resource, line.token
    region, account, team = line.region, line.account.id, line.team
    name = f"{team}-{line.account.environment}-{token[:6]}"
    if prefix.endswith("-"):
        identity = f"{prefix}0{token[:16]}"
        return f"arn:aws:ec2:{region}:{account}:natgateway/{identity}" if prefix == "nat-" else identity
    if prefix == "snap-":
        return f"arn:aws:ec2:{region}:{account}:snapshot/snap-0{token[:16]}"
    patterns = {
        "": "",
        "alb:": f"arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{token[:16]}",
        "rds:": f"arn:aws:rds:{region}:{account}:db:{name}",
        "cache:": f"arn:aws:elasticache:{region}:{account}:cluster:{name}",
        "lambda:": f"arn:aws:lambda:{region}:{account}:function:{name}",
        "s3:": f"{name}-{line.account.name}",
        "ddb:": f"arn:aws:dynamodb:{region}:{account}:table/{name}",
        "es:": f"arn:aws:es:{region}:{account}:domain/{name}",
        "redshift:": f"arn:aws:redshift:{region}:{account}:cluster:{name}",
        "eks:": f"arn:aws:eks:{region}:{account}:cluster/{name}",
        "ecs:": f"arn:aws:ecs:{region}:{account}:task/{name}/{token[:32]}",
        "cf:": f"arn:aws:cloudfront::{account}:distribution/E{token[:12].upper()}",
        "logs:": f"arn:aws:logs:{region}:{account}:log-group:/{team}/{token[:6]}",
        "msk:": f"arn:aws:kafka:{region}:{account}:cluster/{name}/{token[:32]}-3",
        "kms:": f"arn:aws:kms:{region}:{account}:key/{make_guid(token)}",
        "glue:": f"arn:aws:glue:{region}:{account}:job/{name}",
        "sm:": f"arn:aws:sagemaker:{region}:{account}:endpoint/{name}",
        "efs:": f"arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-0{token[:16]}",
    }
    return patterns[prefix]


def tag_line(line: Line) -> dict[str, str]:
    """Resource tags as CUR 2.0 keys them; some lines say ``env`` and some say nothing."""
    if line.tagging == "none" or not line.item.resource:
        return {}
    tags = {"user_team": line.team}
    if line.tagging == "full":
        tags["user_environment"] = line.account.environment
        tags["user_cost_center"] = COST_CENTRES[line.team]
    else:
        tags["user_env"] = line.account.environment.capitalize()
    return dict(sorted(tags.items()))


def list_price(line: Line) -> int:
    """The public on-demand price in millionths; differs from the price for spot capacity only."""
    return _SPOT_LIST_PRICE if line.payment == "spot" else line.item.price


def _rate(price: int) -> str:
    return f"{price / 1e6:.10f}"


def describe_lines(lines: Sequence[Line]) -> dict[str, pa.Array]:
    """One value per line of every column that does not depend on the day."""
    rows = [_describe(line) for line in lines]
    columns: dict[str, pa.Array] = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    columns["resource_tags"] = map_array([tag_line(line) for line in lines])
    columns["product"] = map_array([_product(line) for line in lines])
    columns["cost_category"] = map_array(
        [{"business_unit": "shop" if line.team in TEAMS[:4] else "core"} for line in lines]
    )
    return columns


def _describe(line: Line) -> dict[str, str | None]:
    item, region = line.item, line.region
    prefix, location = AWS_REGIONS[region]
    usage_type = item.meter if item.meter.startswith(("EU-", "Global-")) else prefix + item.meter
    zonal = item.rhythm in ("always_on", "office_hours") and item.code in ("AmazonEC2", "AmazonRDS")
    instance = item.meter.split(":", 1)[1] if item.family.endswith("Instance") and ":" in item.meter else None
    sku = line_sku(line)
    unit_price = f"${item.price / 1e6:g} per {item.unit}"
    text = (
        f"{unit_price} - {item.meter}"
        if line.payment != "free"
        else f"$0.00 per {item.unit} under the monthly free tier"
    )
    return {
        "line_item_availability_zone": f"{region}{'abc'[int(line.token[:2], 16) % 3]}" if zonal else "",
        "line_item_line_item_description": text,
        "line_item_operation": item.operation,
        "line_item_product_code": item.code,
        "line_item_resource_id": name_resource(line),
        "line_item_usage_account_id": line.account.id,
        "line_item_usage_account_name": line.account.name,
        "line_item_usage_type": usage_type,
        "line_item_unblended_rate": _rate(item.price),
        "line_item_blended_rate": _rate(item.price),
        "pricing_public_on_demand_rate": _rate(list_price(line)),
        "pricing_currency": "USD",
        "pricing_rate_code": f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        "pricing_rate_id": str(40_000_000_000 + int(sku_number(line) % 9_000_000)),
        "pricing_unit": item.unit,
        "product_instance_family": "General purpose" if instance else None,
        "product_instance_type": instance,
        "product_location": location,
        "product_location_type": "AWS Region",
        "product_operation": item.operation,
        "product_pricing_unit": item.unit,
        "product_product_family": item.family,
        "product_region_code": region,
        "product_servicecode": item.code,
        "product_sku": sku,
        "product_usagetype": usage_type,
        "reservation_subscription_id": str(2_000_000_000 + sku_number(line) % 90_000_000),
    }


def sku_number(line: Line) -> int:
    """A number that follows from meter and region."""
    return int.from_bytes(f"{line.item.code}{line.item.meter}{line.region}".encode(), "big") % (36**14)


def line_sku(line: Line) -> str:
    """A SKU of 16 capital letters and digits, one per meter and region."""
    number, digits = sku_number(line) * 2_654_435_761 % (36**16), ""
    for _ in range(16):
        number, digit = divmod(number, 36)
        digits += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit]
    return digits


def _product(line: Line) -> dict[str, str]:
    content = {"product_name": line.item.service, "region": line.region, "servicename": line.item.service}
    if line.item.code in ("AmazonEC2", "AmazonRDS") and line.item.family.endswith("Instance"):
        content |= {"current_generation": "Yes", "operating_system": "Linux", "tenancy": "Shared"}
    return dict(sorted(content.items()))
