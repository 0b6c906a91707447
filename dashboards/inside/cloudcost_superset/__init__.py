"""What runs inside Apache Superset, in Superset's own environment: configuration, rights, guards, remembered answers.

A program of its own. What an installation decides comes as files that `dashboards.serve` writes, `settings.json`,
`people.json` and the bundle. It imports nothing of cloudcost's other packages, and none of them imports it.
"""
