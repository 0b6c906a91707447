"""Cost forecasts with honest intervals: usage by seasonal models chosen in a back-test, fees by their monthly habit."""
