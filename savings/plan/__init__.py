"""One total: what all findings save together, without counting anything twice."""

from savings.plan.candidates import add_money, as_money
from savings.plan.plan import Plan, Planned, make_plan

__all__ = ["Plan", "Planned", "add_money", "as_money", "make_plan"]
