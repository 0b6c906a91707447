"""The dbt models and tables of settings as assets, and the checks that figures reconcile."""
