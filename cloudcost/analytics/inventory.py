"""What an installation may look into beside its bill, read for the checks that ask for it."""

import datetime as dt
from collections.abc import Iterable

from audit.log import AuditLog
from cloudcost.installation import Installation
from clouds.aws.accounts import make_aws_factory
from clouds.azure.resources import ResourceManager
from clouds.google.rest import GoogleRest
from core.instants import utc_now
from savings.check import InventoryCheck
from savings.inventory.aws.cloud import AwsCloud
from savings.inventory.azure.cloud import AzureCloud
from savings.inventory.contract import CloudInventory, Window
from savings.inventory.gcp.cloud import GcpCloud
from savings.inventory.taking import Taken, take_inventory


def open_clouds(installation: Installation) -> list[CloudInventory]:
    """The clouds in which the configuration names something to read."""
    settings, actions = installation.config.savings.inventory, installation.config.actions
    is_demo = AuditLog(installation.store, utc_now).is_demo
    clouds: list[CloudInventory] = []
    own = settings.aws.accounts
    accounts = tuple(own) or actions.allowed_accounts
    regions = settings.aws.regions or actions.allowed_regions
    if accounts and regions:
        factory = make_aws_factory(own or actions.accounts, installation.environ, is_confined=is_demo, is_polite=True)
        clouds.append(AwsCloud(factory, accounts, regions))
    if settings.azure.subscriptions:
        manager = ResourceManager(settings.azure.access, environ=installation.environ, is_confined=is_demo)
        # people copy ids with and without their path, and in either case
        names = [one.rstrip("/").rsplit("/", 1)[-1] for one in settings.azure.subscriptions]
        clouds.append(AzureCloud(manager, tuple({name.lower(): name for name in reversed(names)}.values())[::-1]))
    if settings.gcp.projects:
        rest = GoogleRest(settings.gcp.access, installation.environ, is_confined=is_demo)
        clouds.append(GcpCloud(rest, settings.gcp.projects))
    return clouds


def take(installation: Installation, checks: Iterable[InventoryCheck], today: dt.date) -> Taken:
    """Read what these checks ask for; without any cloud to look into, nothing."""
    checks = list(checks)
    window = Window.before(today, installation.config.savings.inventory.look_back_days)
    clouds = open_clouds(installation) if checks else []
    return take_inventory(clouds, checks, window)
