"""The peers of the locations, for events too."""

from tests.integration.locations.conftest import azurite, bare_environment, bigquery, closed_port, moto_url, s3

__all__ = ["azurite", "bare_environment", "bigquery", "closed_port", "moto_url", "s3"]
