"""A command that cannot do its work ends with the exit code of the error and one sentence, never with a traceback."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.failures import end_with
from cloudcost.analytics.metric_queries import MetricQueryError
from core.errors import CloudcostError
from ingestion.contracts import NoExportError

SOURCES = """\
sources:
  - name: azure
    location: "https://account.blob.core.windows.net/exports"
    access: {azure: {query_scope: subscriptions/00000000-0000-0000-0000-000000000000}}
"""


class Shell:
    """A folder with a configuration, in which commands are called as a terminal would."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def fail(self, *arguments: str, config: str = SOURCES) -> tuple[int, str]:
        """The exit code of a command that fails, and what it says."""
        (self.folder / "cloudcost.yaml").write_text(config)
        result = CliRunner().invoke(app, list(arguments))
        assert isinstance(result.exception, CloudcostError), result.exception
        with pytest.raises(SystemExit) as ended:
            end_with(result.exception)
        assert isinstance(ended.value.code, int)
        return ended.value.code, self.capsys.readouterr().err


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    return Shell(tmp_path, capsys)


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("section", "text", "message"),
    [
        ("currency: {rates_file: f.csv}", "date,from,to,rate\n2025-01-01,EUR,USD,1.1\n2025-01-02,EUR,USD,about one\n",
         "3: rate 'about one' is no number"),
        ("metrics: [{name: orders, file: f.csv}]", "date,metric,value\n2025-01-32,orders,1\n",
         "2: date '2025-01-32' is no date like 2025-04-30"),
        ("invoices: {file: f.csv}", "source,period,currency,amount\nazure,2025-01,dollar,1\n",
         "2: currency 'DOLLAR' is no currency code"),
        ("invoices: {file: f.csv}", f"source,invoice_id,currency,amount\nazure,{'ä' * 513},USD,1\n",
         f"2: invoice_id '{'ä' * 100}...' is longer than 1,024 bytes"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_of_the_configuration(
    shell: Shell, command: str, section: str, text: str, message: str
) -> None:
    """Nothing was ever ingested here, and nothing new can be: the files are read first."""
    file = shell.folder / "f.csv"
    file.write_text(text)
    assert shell.fail(command, config=f"{SOURCES}{section}\n") == (2, f"error: {file}:{message}\n")


def test_a_metric_whose_query_is_wrong(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_pipeline(*_: object) -> int:
        raise MetricQueryError("metric orders: row 1 of the query: value 'x' is no number")

    monkeypatch.setattr("cli.commands.run.run_pipeline", run_pipeline)
    assert shell.fail("run") == (1, "error: metric orders: row 1 of the query: value 'x' is no number\n")


def test_a_place_that_holds_no_export(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_export(*_: object) -> None:
        raise NoExportError("the answer lacks the column Currency")

    monkeypatch.setattr("clouds.azure.management.CostManagement.run_export", run_export)
    assert shell.fail("run-export", "azure", "daily") == (1, "error: the answer lacks the column Currency\n")


def test_models_that_dbt_cannot_read(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shell.folder / "models"
    project.mkdir()
    (project / "dbt_project.yml").write_text("name: [")
    (project / "profiles.yml").write_text("")
    monkeypatch.setattr("cloudcost.dbt.project.PROJECT_DIRECTORY", project)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code, message = shell.fail("ui", "--port", str(port))
    assert code == 1 and message.startswith("error: the dbt project cannot be parsed: "), message


def test_what_to_do_is_told_after_what_is_wrong(shell: Shell) -> None:
    code, message = shell.fail("query", "select 1")
    assert code == 1 and message.endswith("warehouse.duckdb: there is no warehouse yet; `cloudcost run` builds it\n")
