"""The clients with which an installation reads and changes resources in clouds."""

from audit.log import AuditLog
from cloudcost.installation import Installation
from clouds.aws.accounts import ClientFactory, make_aws_factory
from core.instants import utc_now


def open_clients(installation: Installation) -> ClientFactory:
    """A factory for one run. In a demo's home people are not authenticated, so nothing real is within its reach."""
    is_demo = AuditLog(installation.store, utc_now).is_demo
    return make_aws_factory(installation.config.actions.accounts, installation.environ, is_confined=is_demo)
