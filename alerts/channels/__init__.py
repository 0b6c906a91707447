"""The registry of alert channels: a new one is a module in this folder and one line below."""

from collections.abc import Mapping, Sequence

from alerts.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt
from alerts.channels.networks import Network
from alerts.channels.smtp import SmtpChannel
from alerts.channels.webhook import WebhookChannel
from core.instants import Clock, utc_now

CHANNELS: dict[str, type[Channel]] = {
    SmtpChannel.name: SmtpChannel,
    WebhookChannel.name: WebhookChannel,
}

__all__ = ["CHANNELS", "Channel", "ChannelError", "ChannelOptions", "Message", "Receipt", "open_channel"]


def open_channel(
    options: ChannelOptions,
    environ: Mapping[str, str],
    clock: Clock = utc_now,
    allowed_networks: Sequence[Network] = (),
) -> Channel:
    """The channel that `options` describe; it connects to no private network but those that are allowed."""
    return CHANNELS[options.type](options, environ, clock, allowed_networks)
