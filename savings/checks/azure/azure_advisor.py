"""What Azure Advisor recommends for cost."""

from savings.advice.azure_advisor import read_advisor
from savings.advice.check import AdviceCheck

AZURE_ADVISOR = AdviceCheck(
    name="azure_advisor",
    title="Advice of Azure Advisor",
    clouds=("azure",),
    rule="Advisor lists it for a subscription of `savings.advice` in its category Cost, nobody postponed or dismissed "
    "it there, and no check has found the same on the resource.",
    why="Azure sees how much of a resource is used, which the bill does not tell.",
    next_step="Read in the evidence what Azure recommends and what it goes by, then do it with the resource's owner.",
    saving_basis="All of what the part of the resource costs on the bill in 30 days where the advice is to delete it "
    "or shut it down; else the amount that Advisor states, at the customer's own price and never more than the cost. "
    "None where the bill does not have the resource, and none for reservations and savings plans: what they save is "
    "worked out by coverable_on_demand.",
    lever="none",
    component="all",
    effort="medium",
    risk_class="none",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/advisor/advisor-reference-cost-recommendations",),
    permissions={"azure": ("Microsoft.Advisor/recommendations/read",)},
    read=read_advisor,
)
