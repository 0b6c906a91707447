"""The pages, in the order of the menu, and the datasets that they read."""

from dashboards.design.pages import (
    allocation,
    anomalies,
    commitments,
    explorer,
    forecast,
    optimisation,
    overview,
    trust,
)
from dashboards.design.parts import Chart, Dataset, Page

PAGES: tuple[Page, ...] = (
    overview.PAGE,
    explorer.PAGE,
    allocation.PAGE,
    allocation.TEAM_PAGE,
    anomalies.PAGE,
    forecast.PAGE,
    optimisation.PAGE,
    commitments.PAGE,
    trust.PAGE,
)


def _collect() -> tuple[Dataset, ...]:
    found: dict[str, Dataset] = {}
    for page in PAGES:
        for row in page.rows:
            for item in row:
                if isinstance(item, Chart):
                    found.setdefault(item.dataset.key, item.dataset)
        for wanted in page.filters:
            if wanted.dataset:
                found.setdefault(wanted.dataset.key, wanted.dataset)
    return tuple(found[key] for key in sorted(found))


DATASETS = _collect()
