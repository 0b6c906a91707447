"""The application: its configuration, its people, and the installation that holds everything together."""
