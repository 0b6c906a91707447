"""``python -m cloudcost.dbt.parse_project``: leaves the dbt project parsed beside the code."""

import os
import tempfile
from pathlib import Path

from cloudcost.dbt.parsed_project import find_parsed
from cloudcost.dbt.project import PROJECT_DIRECTORY

if __name__ == "__main__":
    # as of every installation that has no other warehouse configured
    os.environ |= {"CLOUDCOST_DBT_TARGET": "duckdb", "CLOUDCOST_WAREHOUSE": "warehouse.duckdb", "DO_NOT_TRACK": "1"}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DBT_LOG_PATH"] = folder
        find_parsed(PROJECT_DIRECTORY, Path(folder))
