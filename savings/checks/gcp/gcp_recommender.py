"""What Google's recommenders advise."""

from savings.advice.check import AdviceCheck
from savings.advice.gcp_recommender import read_recommender

GCP_RECOMMENDER = AdviceCheck(
    name="gcp_recommender",
    title="Advice of Google Cloud Recommender",
    clouds=("gcp",),
    rule="The newest day of the recommendations export to BigQuery, a place of `savings.advice`, advises it to save "
    "cost, it is active or claimed, and no check has found the same on the resource.",
    why="Google sees how much of a resource is used, which the bill does not tell.",
    next_step="Read in the evidence what Google advises and what it goes by, then do it with the resource's owner.",
    saving_basis="All of what the part of the resource costs on the bill in 30 days where the advice is to delete or "
    "stop it; else the amount that Google states, at the customer's own price and never more than the cost. None where "
    "the bill does not have the resource, and none for commitments: what they save is worked out by "
    "coverable_on_demand.",
    lever="none",
    component="all",
    effort="medium",
    risk_class="none",
    confidence="medium",
    links=(
        "https://docs.cloud.google.com/recommender/docs/bq-export/export-recommendations-to-bq",
        "https://docs.cloud.google.com/recommender/docs/recommenders",
    ),
    permissions={"gcp": ("bigquery.jobs.create", "bigquery.tables.get", "bigquery.tables.getData")},
    read=read_recommender,
)
