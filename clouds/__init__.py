"""How the clouds are called: as whom, how often, and what their errors mean."""
