"""Amazon Web Services: sessions, accounts and errors."""
