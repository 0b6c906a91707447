"""Images that no machine, disk or template was made of: AWS bills their snapshots, Google Cloud themselves."""

from functools import partial

from simulator.opportunities.estate.estate import Estate
from simulator.opportunities.estate.items import ORDINARY
from simulator.opportunities.estate.kind import EstateKind
from simulator.opportunities.estate.makers.aws import AwsMaker
from simulator.opportunities.estate.makers.gcp import GcpMaker
from simulator.opportunities.estate.near_misses import LISTED, SETTINGS
from simulator.opportunities.findings import whole

_CHECKS = {"aws": "unused_image", "gcp": "idle_image"}


def _maker(estate: Estate, cloud: str) -> AwsMaker | GcpMaker:
    return AwsMaker(estate) if cloud == "aws" else GcpMaker(estate)


def _plant(cloud: str, estate: Estate) -> None:
    for gigabytes in (120, 600):
        image, billed = _maker(estate, cloud).image(gigabytes)
        estate.waste(
            _CHECKS[cloud], image, "all", whole(billed), "nothing was made of it", lever="delete",
            billed=(billed,) if billed != image else (),
        )  # fmt: skip
        if billed != image:
            estate.decoy("orphan_snapshot", billed, "an image is made of it")


def _mislead(cloud: str, estate: Estate) -> None:
    made = [(*_maker(estate, cloud).image(500, SETTINGS[name][0]), SETTINGS[name][1]) for name in LISTED]
    made += [
        (*_maker(estate, cloud).image(300, ORDINARY, "template"), "a template names it"),
        (*_maker(estate, cloud).image(300, ORDINARY, "machine"), "a machine was made of it"),
    ]
    for image, billed, why in made:
        estate.decoy(_CHECKS[cloud], image, why)
        if billed != image:
            estate.decoy("orphan_snapshot", billed, "an image is made of it")


AWS = EstateKind(_CHECKS["aws"], "aws", "AMI,unused_image", partial(_plant, "aws"), partial(_mislead, "aws"))
GCP = EstateKind(_CHECKS["gcp"], "gcp", "Image,idle_image", partial(_plant, "gcp"), partial(_mislead, "gcp"))
