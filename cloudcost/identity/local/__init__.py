"""The provider of identities that an installation has itself: passwords, sign-ins, and the tokens that it signs."""
