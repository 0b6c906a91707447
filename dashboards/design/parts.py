"""The words the pages are written in: datasets, metrics, charts, filters, pages. Plain data, no Superset."""

from dataclasses import dataclass
from typing import Any, Literal

from cloudcost.config.dashboards import Role

#: Number formats (d3): money without currency sign, since a dataset may hold several currencies.
MONEY, EXACT, PERCENT, COUNT = ",.0f", ",.2f", ".1%", ",d"


@dataclass(frozen=True)
class Metric:
    """A certified figure of a dataset: an SQL aggregate, what it means, and in which unit it is shown."""

    name: str
    label: str
    sql: str
    description: str
    format: str = MONEY


@dataclass(frozen=True)
class Dataset:
    """A table of the warehouse as the dashboards know it.

    ``scope`` states which columns hold team and account, for row-level security; without any, people who see a part
    of the costs see nothing of it. ``calculated`` adds columns as (name, type, meaning, SQL). ``sql`` makes it a query
    in place of a table; it must run on every engine.
    """

    schema: str
    table: str
    metrics: tuple[Metric, ...]
    time: str | None = None
    scope: tuple[tuple[Literal["team", "account"], str], ...] = ()
    roles: tuple[Role, ...] = ("viewer", "team", "finance")
    columns: tuple[tuple[str, str, str], ...] = ()
    calculated: tuple[tuple[str, str, str, str], ...] = ()
    sql: str | None = None

    @property
    def key(self) -> str:
        """Names the dataset in the bundle."""
        return f"{self.schema}.{self.table}"


@dataclass(frozen=True)
class Chart:
    """One chart: on which dataset, of which Superset type, with which parameters, and what its tooltip states."""

    title: str
    dataset: Dataset
    viz_type: str
    params: dict[str, Any]
    description: str
    width: int = 6
    height: int = 50


@dataclass(frozen=True)
class Filter:
    """A native filter over all charts of a page: a period, or a column's values.

    ``is_single`` is for the currency: always one, at first the installation's reporting currency.
    """

    name: str
    dataset: Dataset | None = None
    column: str = ""
    default: Any = None
    is_single: bool = False


@dataclass(frozen=True)
class Page:
    """A dashboard: rows of charts (or of a text in Markdown), its filters, and whom it is for."""

    slug: str
    title: str
    description: str
    rows: tuple[tuple["Chart | str", ...], ...]
    filters: tuple[Filter, ...]
    roles: tuple[Role, ...] = ("viewer", "team", "finance")
    exposure: str = ""
