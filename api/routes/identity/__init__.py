"""Routes about who somebody is: people, what they prefer, keys, and signing in."""
