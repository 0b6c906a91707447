"""How the audit log is sealed: section ``audit`` of the configuration."""

from pydantic import Field

from core.section import ENV_NAME, Section


class AuditSettings(Section):
    """How the audit log is sealed."""

    key_env: str | None = Field(
        None,
        pattern=ENV_NAME,
        description="Environment variable (or a value of `secrets`) with the key of the audit log, at least 32 "
        "characters. Needed where several machines share a state. Default none: keys/audit.key in CLOUDCOST_HOME.",
    )
