from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.api.company import Company, open_company


@pytest.fixture(scope="session")
def company(built: Path) -> Iterator[Company]:
    """The API on the company's home, where nobody changes anything."""
    yield open_company(built)
