"""Entries of savings.advice: what fits a provider, and what is refused with a sentence."""

from typing import Any

import pytest
from pydantic import ValidationError

from savings.advice.settings import AdviceSettings
from savings.settings import SavingsSettings

ID = "00000000-0000-4000-8000-00000000000A"
AWS = {"name": "hub", "provider": "aws", "location": "s3://exports/coh"}
GCP = {"name": "rec", "provider": "gcp", "location": "bigquery://project.advice.recommendations_export"}
AZURE = {"name": "adv", "provider": "azure", "subscriptions": [ID, ID.lower()]}


@pytest.mark.parametrize("given", [AWS, AWS | {"location": "./coh"}, GCP, AZURE])
def test_a_place_of_its_provider_is_taken(given: dict[str, Any]) -> None:
    assert AdviceSettings.model_validate(given).name == given["name"]


def test_a_subscription_is_asked_once() -> None:
    assert AdviceSettings.model_validate(AZURE).subscriptions == (ID.lower(),)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (AWS | {"location": None}, "advice of aws takes a location, and no subscriptions"),
        (AWS | {"location": GCP["location"]}, "a folder or bucket, not a table"),
        (AWS | {"subscriptions": [ID]}, "no subscriptions"),
        (GCP | {"location": "gs://bucket/x"}, "advice of gcp takes a bigquery:// location"),
        (AZURE | {"location": "./x"}, "advice of azure takes subscriptions, and no location"),
        (AZURE | {"subscriptions": []}, "takes subscriptions"),
        (AZURE | {"subscriptions": ["prod"]}, "'prod' is no id of a subscription"),
        (AWS | {"access": {"gcp": {"billing_project": "p"}}}, "access.gcp is of no use to 's3://exports/coh'"),
        (AZURE | {"access": {"aws": {"profile": "p"}}}, "access.aws is of no use to 'Advisor'"),
        (AWS | {"location": "./coh", "access": {"aws": {"profile": "p"}}}, "access.aws is of no use to './coh'"),
        (AWS | {"stale_after_days": 0}, "greater than or equal to 1"),
        (AWS | {"name": "My Hub"}, "pattern"),
        (AWS | {"lokation": "x"}, "lokation"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as raised:
        AdviceSettings.model_validate(given)
    assert said in str(raised.value)


def test_places_are_named_once() -> None:
    with pytest.raises(ValidationError, match="name of a place of advice 'hub' is used twice"):
        SavingsSettings.model_validate({"advice": [AWS, AWS]})
