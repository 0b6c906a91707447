"""The configuration file: its sections, and the document that they make."""
