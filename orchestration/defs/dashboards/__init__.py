"""What dashboards read: the state of operations, and the publication."""
