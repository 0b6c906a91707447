"""Companies whose bills hold planted waste, near misses and overlaps, and a file that says what is true of them.

The judge of the savings checks: it knows prices and rules by itself and imports nothing of them. `generate` writes

    exports/<cloud>/...   the cloud's own export, as `simulator` writes it
    cloudcost.yaml        what ingests them
    inventory.json        what is billed, as the clouds' APIs would list it; metrics.parquet what it does by the hour
    truth.json            waste with its saving, decoys with the reason, and the most that all of it together saves

What is in the last three is said in `simulator.opportunities.estate`.
"""

from simulator.opportunities.generate import generate

__all__ = ["generate"]
