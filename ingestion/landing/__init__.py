"""The raw lake: immutable snapshots, and how long they are kept."""
