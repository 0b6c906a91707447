"""Events of new export files: received, understood, turned into runs, and deleted once those runs are recorded."""
