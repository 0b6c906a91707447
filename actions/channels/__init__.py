"""The registry of alert channels: a new one is a module in this folder and one line below."""

from collections.abc import Mapping

from actions.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt
from actions.channels.smtp import SmtpChannel
from actions.channels.webhook import WebhookChannel
from actions.instants import Clock, read_utc_clock

CHANNELS: dict[str, type[Channel]] = {
    SmtpChannel.name: SmtpChannel,
    WebhookChannel.name: WebhookChannel,
}

__all__ = ["CHANNELS", "Channel", "ChannelError", "ChannelOptions", "Message", "Receipt", "open_channel"]


def open_channel(options: ChannelOptions, environ: Mapping[str, str], clock: Clock = read_utc_clock) -> Channel:
    """The channel that `options` describe."""
    return CHANNELS[options.type](options, environ, clock)
