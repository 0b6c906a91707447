"""One total: what all findings save together, without counting anything twice."""

from savings.plan.plan import Plan, Planned, make_plan

__all__ = ["Plan", "Planned", "make_plan"]
