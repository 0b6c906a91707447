"""What Azure Advisor recommends for cost, by the ids of its recommendation types.

Types: https://learn.microsoft.com/azure/advisor/advisor-reference-cost-recommendations, and those of reservations and
savings plans from https://learn.microsoft.com/azure/advisor/advisor-azure-resource-graph (both of 2026). Amounts and
the rest of `extendedProperties` have no schema: annualSavingsAmount, savingsAmount, savingsCurrency, targetSku, term,
recommendationType, lookbackPeriod and the like are as public readers of the API take them. Advisor does not state what
a resource costs.
"""

from collections.abc import Iterable, Mapping

from clouds.azure.advisor import Advisor
from core.errors import SourceError
from savings.advice.advice import A_MONTH, A_YEAR, UNKNOWN, Advice, Kind, Left, Reading
from savings.advice.cells import CellError, Cells, is_unicode
from savings.advice.check import Asking
from savings.advice.settings import AdviceSettings
from savings.check import Effort
from savings.findings import RiskClass

_LOW_USE = frozenset({"e10b1381-5f0a-47ff-8c7b-37bd13d7c974", "94aea435-ef39-493f-a547-8408092c22a7"})
KINDS: Mapping[str, Kind] = {
    # disks without a machine
    "48eda464-1485-4dcf-a674-d0905df5054a": Kind("delete", "all"),
    # App Service plans: without apps; larger than their use
    "39a8510f-5bbf-4304-9bcd-4106c996473b": Kind("delete", "all"),
    "cc9d34f5-f9b8-4d4f-9de7-98b45c698a49": Kind("rightsize", "compute"),
    # snapshots in premium storage; disks of Standard HDD
    "702b474d-698f-4029-9f9d-4782c626923e": Kind("migrate", "storage"),
    "201fb2fe-989f-45c1-8533-785ee8a4a08f": Kind("migrate", "storage"),
    # a reservation that expires
    "abb1f687-2d58-4197-8f5b-8882f05c04b8": Kind("commit", "fee"),
}
#: Reservations and savings plans: one row for each term, scope and look-back.
PURCHASES = frozenset(
    """
0169a2e1-c7bf-4c37-90b8-0714811c82d3 06ad499a-0952-48d3-b061-ec81c9cabb8b 0d524e8d-4cfd-4db5-9f91-8b4bb5235a8e
0eb54047-acd9-4f26-8ffb-8cec713782d6 10aedd06-621e-4b4f-a45c-5256573e0191 148cdd60-97e8-426b-a7b9-141b7cb4bc2f
171f87ad-4ead-42fc-8f32-a3b18d451837 1b8c5187-32a6-4a2f-8ca1-b0b7d6ce9e86 32755df6-aa2f-48d7-9ab7-92b8a80352ea
3327646a-c325-417f-a3e3-36ae7119da69 3f6c5689-6a05-4896-a6e0-c6f8a22a44c2 407b6ad6-8e0b-40e7-9384-643520cae0ed
5b8ddf04-be28-44ec-ab2c-a63a34d1de13 680a5388-28aa-44e8-88af-32e3598dc869 6dcd6657-7a07-404a-b462-db76946f6a97
84b1a508-fc21-49da-979e-96894f1665df 885cd4f5-dfa0-4d68-bbfd-00f89fc2b69c 8ee30d6b-2c73-452a-b4ad-e4386cd6f7d0
a205074f-8049-48b3-903f-556f5e530ae3 a8fd63ce-4600-43eb-af33-a6d5481f5930 db621e98-4a20-4942-b174-c455dc71dbae
f0382960-6906-4b0d-add3-ed12690bff31 89515250-1243-43d1-b4e7-f9437cedffd8 9ed827e8-2a1c-45f3-93f0-df6962034a33
dadc1876-61e3-42fc-a70e-e863bbc460b6 7ac18a52-fb6c-4931-8d9d-ef5efff6acf0
""".split()
)
#: Of these, the reservations of virtual machines, whose usage `coverable_on_demand` knows too.
_MACHINES = frozenset({"84b1a508-fc21-49da-979e-96894f1665df"})
#: What somebody decided in Azure is decided.
_CLOSED = frozenset({"completed", "dismissed", "postponed"})
_EXTRA = "properties.extendedProperties"


def read_advisor(settings: AdviceSettings, asking: Asking) -> Reading:
    """What Advisor recommends for each subscription; one that cannot be read costs the others nothing."""
    service, found = Advisor(settings.access.azure, asking.politeness, asking.environ), Reading()
    for subscription in settings.subscriptions:
        try:
            items = list(service.list_recommendations(subscription, "Cost"))
        except SourceError as error:
            found += Reading(left=[Left(str(error), account_id=subscription, is_all=True)])
        else:
            found += read_all(subscription, items)
    return found


def read_all(subscription: str, items: Iterable[object]) -> Reading:
    """The recommendations that are open, each once, and why the rest cannot be taken."""
    advice: dict[str, Advice] = {}
    left: list[Left] = []
    for number, item in enumerate(items, start=1):
        place = f"subscription {subscription}, recommendation {number:,}"
        if not isinstance(item, Mapping):
            left.append(Left(f"{place}: is no record", subscription, "", place))
            continue
        row = Cells(place, item)
        try:
            if row.text("properties.category").lower() != "cost" or _is_closed(row):
                continue
            one = read_row(subscription, row)
        except CellError as error:
            left.append(Left(str(error), subscription, "", _find_resource(row) or place))
        else:
            advice.setdefault(one.native_id.lower(), one)
    return Reading(list(advice.values()), left)


def read_row(subscription: str, row: Cells) -> Advice:
    """One recommendation; `CellError` names what cannot be read in it."""
    type_id = row.text("properties.recommendationTypeId", is_needed=True).lower()
    row.check_record(_EXTRA)
    annual, monthly = row.amount(f"{_EXTRA}.annualSavingsAmount"), row.amount(f"{_EXTRA}.savingsAmount")
    saving = annual if monthly is None else monthly
    kind = find_kind(type_id, row)
    currency = row.currency(f"{_EXTRA}.savingsCurrency") if saving is not None else ""
    problem, solution = (
        row.text("properties.shortDescription.problem"),
        row.text("properties.shortDescription.solution"),
    )
    resource = _find_resource(row)
    return Advice(
        place=row.place,
        provider="azure",
        account_id=subscription,
        region=row.text(f"{_EXTRA}.region") or row.text(f"{_EXTRA}.location"),
        # of a subscription as a whole it is about its usage, not a resource
        resource_id="" if resource.lower().strip("/") == f"subscriptions/{subscription}" else resource,
        native_id=row.text("id", is_needed=True),
        native_action=f"{type_id} {row.text(f'{_EXTRA}.recommendationType')}".strip(),
        native_type=row.text("properties.impactedField"),
        words=solution or problem or type_id,
        summary=problem if problem == solution else f"{problem} {solution}".strip(),
        target=_describe_target(row),
        kind=kind,
        effort=_EFFORTS.get(kind.lever, "medium"),
        risk_class=_find_risk(kind),
        currency=currency,
        period=A_YEAR if monthly is None else A_MONTH,
        saving=saving,
        basis="unknown",
        saves_all=kind.lever == "delete",
        look_back_days=_read_days(row),
        refreshed_at=row.moment("properties.lastUpdated"),
        pools=("compute",) if type_id in _MACHINES else (),
    )


_EFFORTS: Mapping[str, Effort] = {"delete": "low"}


def find_kind(type_id: str, row: Cells) -> Kind:
    """What is recommended, in our words. Machines that are little used are to be shut down or made smaller, as the
    recommendation says; one that says neither is not known."""
    if type_id in PURCHASES:
        return Kind("commit", "compute")
    if type_id in _LOW_USE:
        words = {row.text(f"{_EXTRA}.recommendationType").lower(), row.text(f"{_EXTRA}.targetSku").lower()}
        if "shutdown" in words:
            return Kind("delete", "compute")
        return Kind("rightsize", "compute") if "skuchange" in words else UNKNOWN
    return KINDS.get(type_id, UNKNOWN)


def _is_closed(row: Cells) -> bool:
    # an answer lists what is suppressed too
    suppressed = row.get("properties.suppressionIds")
    return bool(suppressed) or row.text("properties.recommendationStatus").lower() in _CLOSED


def _find_resource(row: Cells) -> str:
    """The resource: its own field, else what the recommendation's id stands below."""
    found = row.get("properties.resourceMetadata.resourceId")
    own = row.get("id")
    if isinstance(found, str) and found.strip() and is_unicode(found):
        return found.strip()
    is_name = isinstance(own, str) and is_unicode(own)
    return own.lower().partition("/providers/microsoft.advisor/")[0] if is_name else ""


def _describe_target(row: Cells) -> str:
    names = ("targetSku", "displayQty", "displaySKU", "term", "scope")
    return " ".join(text for name in names if (text := row.text(f"{_EXTRA}.{name}")))


def _read_days(row: Cells) -> int | None:
    """The look-back in days, where it is written as a number."""
    text = row.text(f"{_EXTRA}.lookbackPeriod")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def _find_risk(kind: Kind) -> RiskClass:
    if kind.lever == "none":
        return "none"
    return "one_way" if kind.lever == "commit" or kind == Kind("delete", "all") else "reversible"
