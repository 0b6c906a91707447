"""Addresses, balancers, gateways and circuits."""

#: One that every kind of the provider has.
API_VERSION = "2024-05-01"
