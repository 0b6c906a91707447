"""Whether a delivery is right: expectations, the delivery before it, repeated rows, a second opinion."""
