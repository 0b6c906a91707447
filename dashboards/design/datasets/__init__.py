"""The datasets of the dashboards: tables of the warehouse with certified figures."""
