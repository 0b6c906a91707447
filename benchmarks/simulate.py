"""How fast the simulator writes: line items per minute and peak memory, one process, default company."""

import resource
import sys
import tempfile
import time
from pathlib import Path

from simulator import generate

#: What was asked for: line items per minute on one core.
TARGET = 1_000_000


def main() -> int:
    """Write the default simulation once and compare its speed with the target."""
    with tempfile.TemporaryDirectory() as folder:
        started, used = time.perf_counter(), time.process_time()
        truth = generate(Path(folder) / "out")
        elapsed, busy = time.perf_counter() - started, time.process_time() - used
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    rate = truth.rows / elapsed * 60
    print(f"{truth.rows:,} line items, {size / 1e6:,.0f} MB in {elapsed:.1f} s ({busy:.1f} s of CPU)")
    print(f"{rate:,.0f} line items a minute (target {TARGET:,}), peak memory {peak:,.0f} MB")
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
