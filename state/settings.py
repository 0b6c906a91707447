"""Where the state is kept: section ``state`` of the configuration."""

from pydantic import Field, field_validator

from core.section import Section
from state.backends import BACKENDS


class StateSettings(Section):
    """Where the ingestion ledger, incidents, proposals and the audit log are kept."""

    backend: str = Field(
        "sqlite",
        description="sqlite (a file in CLOUDCOST_HOME, right for one machine) or dynamodb (for several machines; "
        "credentials and region come from AWS's own chain).",
    )
    table: str = Field(
        "cloudcost-state",
        pattern=r"^[A-Za-z0-9_.-]{3,255}$",
        description="The DynamoDB table; its definition is TABLE_DEFINITION in state/dynamodb.py.",
    )

    @field_validator("backend")
    @classmethod
    def _backend_is_known(cls, backend: str) -> str:
        if backend not in BACKENDS:
            raise ValueError(f"no such backend; there are {', '.join(BACKENDS)}")
        return backend
