"""The tests: unit, contract, integration and end to end, and the protocol peers they talk to."""
