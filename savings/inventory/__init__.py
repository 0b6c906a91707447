"""What clouds say of resources beside the bill: which there are, and how much they are used.

One kind of resource is one module below `savings/inventory/<cloud>/`, found by name: an `InventoryTable` and the
`Metric`s that are measured of it. Only what an enabled check asks for is read, read-only, and only where the
configuration says that access is given (`savings.inventory`).
"""
