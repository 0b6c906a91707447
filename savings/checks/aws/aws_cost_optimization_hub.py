"""What AWS' Cost Optimization Hub advises."""

from savings.advice.aws_hub import read_hub
from savings.advice.check import AdviceCheck

AWS_COST_OPTIMIZATION_HUB = AdviceCheck(
    name="aws_cost_optimization_hub",
    title="Advice of AWS Cost Optimization Hub",
    clouds=("aws",),
    rule="The newest refresh of the table COST_OPTIMIZATION_RECOMMENDATIONS that Data Exports writes to a place of "
    "`savings.advice` advises it, and no check has found the same on the resource.",
    why="AWS sees how much of a resource is used, which the bill does not tell.",
    next_step="Read in the evidence what AWS advises and what it goes by, then do it with the resource's owner.",
    saving_basis="The share that AWS says is saved of the cost that it states, of what the same part of the resource "
    "costs on the bill in 30 days; all of that where the advice is to delete it. None where the bill does not have the "
    "resource, and none for commitments: what they save is worked out by coverable_on_demand.",
    lever="none",
    component="all",
    effort="medium",
    risk_class="none",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cor.html",
        "https://docs.aws.amazon.com/cost-management/latest/userguide/cost-optimization-hub.html",
    ),
    permissions={"aws": ("s3:GetObject", "s3:ListBucket")},
    resources=("arn:aws:s3:::EXPORT-BUCKET", "arn:aws:s3:::EXPORT-BUCKET/*"),
    read=read_hub,
)
