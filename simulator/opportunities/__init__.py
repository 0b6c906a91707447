"""Companies whose bills hold planted waste, near misses and overlaps, and a file that says what is true of them.

The judge of the savings checks: it knows prices and rules by itself and imports nothing of them. `generate` writes

    exports/<cloud>/...   the cloud's own export, as `simulator` writes it
    cloudcost.yaml        what ingests them
    inventory.json        machines and volumes, as the clouds would list them; metrics.json what they do
    truth.json            waste with its saving, decoys with the reason, and the most that all of it together saves
"""

from simulator.opportunities.generate import generate

__all__ = ["generate"]
