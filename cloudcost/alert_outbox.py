"""The alerts of an installation that wait for delivery, and the channels that take them."""

from alerts.channels import open_channel
from alerts.outbox import Outbox
from alerts.outcomes import DeliveryFailedError
from cloudcost.installation import Installation
from core.instants import utc_now


def outbox_of(installation: Installation) -> Outbox:
    """The outbox of an installation with its channels."""
    settings = installation.config.alerts
    channels = {
        options.name: open_channel(options, installation.environ, utc_now, settings.allowed_networks)
        for options in settings.channels
    }
    return Outbox(installation.store, channels, settings, utc_now)


def deliver_alerts(installation: Installation) -> list[str]:
    """Send the alerts that are due; returns what could not be sent, which the daemon or the next run tries again."""
    if not installation.config.alerts.channels:
        return []
    report = outbox_of(installation).deliver_pending()
    return [] if report.is_ok else [str(DeliveryFailedError(report))]
