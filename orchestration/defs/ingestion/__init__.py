"""Sources as assets, the sensors of new files, freshness, and the second opinion on totals."""
