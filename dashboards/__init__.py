"""Dashboards as code: Apache Superset on a published copy of the warehouse."""
