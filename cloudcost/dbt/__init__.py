"""The dbt project of an installation: where it is, how it was parsed, and how it is run in this process."""
