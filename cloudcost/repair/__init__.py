"""What happens after a loss: deliveries that failed, a damaged lake, a missing state, a broken machine."""
