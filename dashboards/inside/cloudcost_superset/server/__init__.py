"""The server: who is who, what a session is worth, how often somebody may try, and what may be opened."""
