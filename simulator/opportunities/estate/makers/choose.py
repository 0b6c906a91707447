"""Which maker a cloud has."""

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.makers.azure import AzureMaker
from simulator.opportunities.estate.makers.gcp import GcpMaker
from simulator.opportunities.estate.makers.maker import Maker

_MAKERS: dict[str, type[Maker]] = {maker.cloud: maker for maker in (AwsMaker, AzureMaker, GcpMaker)}


def make_on(estate: Estate, cloud: str) -> Maker:
    """What adds resources of a cloud to an estate."""
    return _MAKERS[cloud](estate)
