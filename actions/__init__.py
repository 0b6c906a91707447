"""Incidents, alerts, proposals, approvals, guarded execution and its audit trail; free of any scheduler."""
