"""The lake's folders under several runs at once."""

import threading
from pathlib import Path

from ingestion.landing.local_lake import LocalLake


def test_a_scan_can_be_kept_and_claimed_while_others_drop_it(tmp_path: Path) -> None:
    lake = LocalLake(tmp_path)
    stop = threading.Event()

    def drop() -> None:
        while not stop.is_set():
            lake.drop_scan("mark")

    threads = [threading.Thread(target=drop) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(300):
            landed = tmp_path / f"landed-{number}"
            landed.mkdir()
            (landed / "part.parquet").write_bytes(b"x")
            lake.keep_scan(landed, "mark")
            claimed = tmp_path / f"claimed-{number}"
            if lake.claim_scan("mark", claimed):
                assert (claimed / "part.parquet").read_bytes() == b"x"
    finally:
        stop.set()
        for thread in threads:
            thread.join()
