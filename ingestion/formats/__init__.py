"""Export formats: one module per provider states how its exports are recognised, landed and summed.

To add a format, write a module with its `ExportFormat` and add it to `FORMATS`.
"""

from collections.abc import Iterable

from core.errors import shorten
from ingestion.contracts import DeliveryError, ExportFormat, squeeze_name
from ingestion.formats.aws import AWS_CUR, AWS_CUR2
from ingestion.formats.azure import AZURE_COST_DETAILS
from ingestion.formats.focus import COMPANIONS, FOCUS
from ingestion.formats.gcp import GCP_BILLING

#: In the order in which they are tried: FOCUS first, since clouds add native columns to their FOCUS exports.
FORMATS: tuple[ExportFormat, ...] = (FOCUS, AWS_CUR2, AWS_CUR, AZURE_COST_DETAILS, GCP_BILLING)
#: All that is landed: exports of costs, and the datasets that lie beside them and are no costs.
DATASETS: tuple[ExportFormat, ...] = (*FORMATS, *COMPANIONS)
#: What deliveries of the latter are called.
BESIDE_COSTS = frozenset(fmt.dataset for fmt in COMPANIONS)
#: Costs first: what has a charge period and a cost is never taken for one of the datasets beside it.
_FOCUS_DATASETS = (FOCUS, *COMPANIONS)


def get_format(name: str) -> ExportFormat:
    """The format of that name; KeyError lists the known ones."""
    for candidate in DATASETS:
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
    columns = list(columns)
    names = {squeeze_name(c) for c in columns}
    for candidate in (*_FOCUS_DATASETS, *FORMATS):
        if candidate.provider == FOCUS.provider:
            if not takes_focus and provider != FOCUS.provider:
                continue
        elif provider not in ("auto", candidate.provider):
            continue
        if _shows(names, candidate):
            return candidate
    raise UnknownFormatError(
        f"{file_name}: not a known {'' if provider == 'auto' else provider + ' '}export ({_name_columns(columns)}, …)"
    )


def choose_format(
    columns: Iterable[str],
    file_name: str,
    provider: str = "auto",
    takes_focus: bool = True,
    declared: ExportFormat | None = None,
) -> ExportFormat:
    """The format in which a source reads a file: the ``declared`` one, a dataset that lies beside it, or what it shows.

    `UnknownFormatError` for a file that is left alone: one that shows no format, that has none of the columns that the
    declared format needs (a data dictionary, not an export that lacks one), or that another source of the folder reads.
    """
    columns = list(columns)
    if declared is None:
        return recognise_format(columns, file_name, provider, takes_focus)
    names = {squeeze_name(c) for c in columns}
    needed = {squeeze_name(n) for c in declared.columns if c.required for n in (c.name, *c.aliases)}
    chosen = declared
    if declared is FOCUS:
        chosen = next((c for c in _FOCUS_DATASETS if _shows(names, c)), declared)
    if chosen is declared and not needed & names:
        raise UnknownFormatError(f"{file_name}: has no column of {declared.description} ({_name_columns(columns)}, …)")
    if not takes_focus and recognise_format(columns, file_name) is not chosen:
        raise UnknownFormatError(
            f"{file_name}: not in format {declared.name}; another source of this folder may read it"
        )
    return chosen


def _name_columns(columns: list[str]) -> str:
    return ", ".join(shorten(column) for column in columns[:6])


def _shows(names: set[str], fmt: ExportFormat) -> bool:
    return any(signature <= names for signature in fmt.signature)


class UnknownFormatError(DeliveryError):
    """The columns of a file belong to no format that we know."""
