"""The `alerts:` section of the configuration; every default is the safe choice."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, IPvAnyNetwork, SerializeAsAny, field_validator

from alerts.channels import CHANNELS, ChannelOptions
from core.section import Section, list_repeated


def choose_options_model(value: Any) -> Any:
    """Validate one entry of `channels:` with the options of the channel its `type` names."""
    if isinstance(value, ChannelOptions):
        return value
    kind = value.get("type") if isinstance(value, dict) else None
    if kind not in CHANNELS:
        raise ValueError(f"unknown channel type {kind!r}; known: {', '.join(sorted(CHANNELS))}")
    return CHANNELS[kind].options_model.model_validate(value)


AnyChannelOptions = Annotated[SerializeAsAny[ChannelOptions], BeforeValidator(choose_options_model)]


class AlertSettings(Section):
    """Who is notified about incidents, and how hard delivery tries."""

    channels: tuple[AnyChannelOptions, ...] = Field(
        default=(), description="Where alerts go. Default none: incidents are still opened and can be seen."
    )
    allowed_networks: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description="Networks such as `10.20.0.0/16` in which a webhook's receiver may be although they are private, "
        "loopback or link-local. Default none: an alert must not become a request to what only this machine can reach.",
    )
    max_attempts: int = Field(
        default=8,
        ge=1,
        le=50,
        description="8 attempts with the backoff below span about an hour: longer than a restart takes.",
    )
    retry_base_seconds: float = Field(
        default=30, gt=0, le=604_800, description="Wait after the first failure; doubles each time."
    )
    retry_cap_seconds: float = Field(
        default=3600, gt=0, le=604_800, description="Longest wait: a repaired channel is found within 1 h."
    )
    lease_seconds: float = Field(
        default=300,
        gt=0,
        le=86_400,
        description="How long one process may hold a message. 300 s is above any channel's timeouts.",
    )

    @field_validator("channels")
    @classmethod
    def check_names(cls, value: tuple[ChannelOptions, ...]) -> tuple[ChannelOptions, ...]:
        """Names are part of message identities, so each is used once."""
        repeated = list_repeated(channel.name for channel in value)
        if repeated:
            raise ValueError(f"channel names used more than once: {', '.join(repeated)}")
        return value
