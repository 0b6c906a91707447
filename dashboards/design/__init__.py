"""The dashboards' design: from it `dashboards.build` writes the bundle that Superset imports."""
