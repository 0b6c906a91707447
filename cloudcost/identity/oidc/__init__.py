"""Identities of other providers, by OpenID Connect."""
