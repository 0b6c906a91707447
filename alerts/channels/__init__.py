"""The registry of alert channels: a new one is a module in this folder."""

from collections.abc import Mapping, Sequence

from alerts.channels.base import Channel, ChannelError, ChannelOptions, Message, Receipt
from alerts.channels.networks import Network
from core.instants import Clock, utc_now
from core.registry import find_classes


def find_channels() -> dict[str, type[Channel]]:
    """Every channel of this folder, by its name, which is the `type` of its options."""
    return find_classes(__name__, Channel)  # type: ignore[type-abstract]


CHANNELS: dict[str, type[Channel]] = find_channels()

__all__ = [
    "CHANNELS",
    "Channel",
    "ChannelError",
    "ChannelOptions",
    "Message",
    "Receipt",
    "find_channels",
    "open_channel",
]


def open_channel(
    options: ChannelOptions,
    environ: Mapping[str, str],
    clock: Clock = utc_now,
    allowed_networks: Sequence[Network] = (),
) -> Channel:
    """The channel that `options` describe; it connects to no private network but those that are allowed."""
    return CHANNELS[options.type](options, environ, clock, allowed_networks)
