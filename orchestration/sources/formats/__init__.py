"""Export formats: one module per provider says how its exports are recognised, landed and summed.

To add a format, write a module with its `ExportFormat` and add it to `FORMATS`.
"""

from collections.abc import Iterable

from orchestration.sources.contracts import DeliveryError, ExportFormat, squeeze_name
from orchestration.sources.formats.aws import AWS_CUR, AWS_CUR2
from orchestration.sources.formats.azure import AZURE_COST_DETAILS
from orchestration.sources.formats.focus import FOCUS
from orchestration.sources.formats.gcp import GCP_BILLING

#: In the order in which they are tried: FOCUS first, since clouds add native columns to their FOCUS exports.
FORMATS: tuple[ExportFormat, ...] = (FOCUS, AWS_CUR2, AWS_CUR, AZURE_COST_DETAILS, GCP_BILLING)


def get_format(name: str) -> ExportFormat:
    """The format of that name; KeyError lists the known ones."""
    for candidate in FORMATS:
        if candidate.name == name:
            return candidate
    raise KeyError(f"unknown export format {name!r}; known: {', '.join(f.name for f in FORMATS)}")


def recognise_format(
    columns: Iterable[str], file_name: str, provider: str = "auto", takes_focus: bool = True
) -> ExportFormat:
    """The format that a file's native column names show; `DeliveryError` where they show none.

    ``provider`` narrows the choice; FOCUS files are taken from every provider unless ``takes_focus`` is False (a folder
    that another source reads too, whose FOCUS files would then be taken twice).
    """
    names = {squeeze_name(c) for c in columns}
    for candidate in FORMATS:
        if candidate is FOCUS:
            if not takes_focus and provider != FOCUS.provider:
                continue
        elif provider not in ("auto", candidate.provider):
            continue
        if any(signature <= names for signature in candidate.signature):
            return candidate
    shown = ", ".join(list(columns)[:6])
    raise UnknownFormatError(
        f"{file_name}: not a known {'' if provider == 'auto' else provider + ' '}export ({shown}, …)"
    )


class UnknownFormatError(DeliveryError):
    """The columns of a file belong to no format that we know."""
