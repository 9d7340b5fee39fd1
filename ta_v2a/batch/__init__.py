"""`ta-v2a batch`: the rows of a manifest, each an order with a folder of its own."""
