"""The resources that a bill has anyway, as its cloud would list and measure them: in good use."""
