"""A wrong configuration is answered with file, line, key and what would be right."""

import re
from pathlib import Path
from typing import get_args

import pytest

from cli.commands.setup import EXAMPLE
from cloudcost.config.document import CloudcostConfig, load_config
from core.config_file import ConfigError
from ingestion.sections.sources import SourceConfig

GOOD = """\
sources:
  - {name: aws_prod, provider: aws, location: ./exports/aws}
  - name: azure_ea
    provider: azure
    location: ./exports/azure
    currency: EUR
reporting_currency: USD
"""


def load(tmp_path: Path, text: str) -> str:
    """The error that a configuration gives, without its folder."""
    path = tmp_path / "cloudcost.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_config(path)
    return str(error.value).replace(str(path), "cloudcost.yaml")


def test_a_good_configuration(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(GOOD)
    config = load_config(tmp_path / "c.yaml")
    assert [(s.name, s.format, s.currency) for s in config.sources] == [
        ("aws_prod", "auto", None),
        ("azure_ea", "auto", "EUR"),
    ]
    assert (config.actions.mode, config.actions.approvers, config.alerts.channels) == ("dry_run", (), ())


def test_the_example_of_the_project_is_valid() -> None:
    assert len(load_config(EXAMPLE).sources) == 4


def test_the_example_names_the_formats_that_are_read() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert "Any FOCUS file, 0.5 to 1.4, of any vendor" in text
    assert "CSV, JSON lines, Avro or Parquet, also gzipped or zipped" in text
    choices = get_args(SourceConfig.model_fields["format"].annotation)
    assert [name for name in choices if name not in text] == []


def test_the_example_shows_every_section() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert [name for name in CloudcostConfig.model_fields if not re.search(rf"^(# )?{name}:", text, re.M)] == []


def test_beside_the_sources_the_example_states_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("sources: [{name: a, location: a}]\n")
    defaults, example = load_config(tmp_path / "c.yaml"), load_config(EXAMPLE)
    names = [name for name in CloudcostConfig.model_fields if name != "sources"]
    assert [name for name in names if getattr(example, name) != getattr(defaults, name)] == []


def test_what_the_example_has_behind_a_comment_sign_can_be_taken_as_it_is(tmp_path: Path) -> None:
    """Every key that is commented out, with the lines below it that are indented deeper; those of a source too."""
    text = EXAMPLE.read_text(encoding="utf-8")
    keys = re.compile(r"^( *)# (\w+):( .*)?\n((?:\1#   .*\n)*)", re.M)
    taken = keys.sub(
        lambda found: re.sub(r"^( *)# ", r"\1", found.group(), flags=re.M), text[text.index("# secrets:") :]
    )
    (tmp_path / "c.yaml").write_text(GOOD.replace("reporting_currency: USD\n", "") + taken, encoding="utf-8")
    config = load_config(tmp_path / "c.yaml")
    assert (len(config.alerts.channels), len(config.forecasts.events), len(config.anomalies.planned)) == (2, 2, 1)
    assert (len(config.allocation.team.rules), len(config.dashboards.people), len(config.budgets)) == (2, 2, 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    currency: EUR", "    curency: EUR",
         "cloudcost.yaml:6: sources[1].curency: unknown key; did you mean 'currency'?"),
        ("reporting_currency: USD", "reporting_curency: USD",
         "cloudcost.yaml:7: reporting_curency: unknown key; did you mean 'reporting_currency'?"),
        ("reporting_currency: USD", "forecasts:\n  horizon: 30",
         "cloudcost.yaml:8: forecasts.horizon: unknown key; did you mean 'horizon_days'?"),
        ("reporting_currency: USD", "actions: {aprovers: [x]}",
         "cloudcost.yaml:7: actions.aprovers: unknown key; did you mean 'approvers'?"),
        ("reporting_currency: USD", "zzz: 1", "cloudcost.yaml:7: zzz: unknown key"),
        ("    currency: EUR", "    currency: euro",
         "cloudcost.yaml:6: sources[1].currency: String should match pattern '^[A-Z]{3}$' (found 'euro')"),
        ("    currency: EUR", "    currency: ZZZ",
         "cloudcost.yaml:6: sources[1].currency: 'ZZZ' is not an ISO 4217 code"),
        ("reporting_currency: USD", "reporting_currency: DBU",
         "cloudcost.yaml:7: reporting_currency: 'DBU' is not an ISO 4217 code"),
        ("name: azure_ea", "name: aws_prod", "cloudcost.yaml:1: sources: source name 'aws_prod' is used twice"),
        ("name: azure_ea", "name: Azure-EA", "cloudcost.yaml:3: sources[1].name: String should match pattern"),
        ("reporting_currency: USD", "state: {backend: redis}",
         "cloudcost.yaml:7: state.backend: no such backend; there are sqlite, dynamodb (found 'redis')"),
        ("provider: azure", "provider: oracle", "cloudcost.yaml:4: sources[1].provider: Input should be 'aws', '"),
        ("reporting_currency: USD", "first_billing_period: 2026-13",
         "cloudcost.yaml:7: first_billing_period: String should match pattern"),
        ("reporting_currency: USD", "forecasts:\n\n  horizon_days: 0",
         "cloudcost.yaml:9: forecasts.horizon_days: Input should be greater than or equal to 1 (found 0)"),
        ("reporting_currency: USD", "alerts:\n  channels:\n    - {type: pigeon, name: p}",
         "cloudcost.yaml:9: alerts.channels[0]: unknown channel type 'pigeon'; known: "),
    ],
)  # fmt: skip
def test_mistakes_name_line_and_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert load(tmp_path, GOOD.replace(old, new)).startswith(message)


@pytest.mark.parametrize("second", ["./exports/aws", "./exports/aws/", "exports/aws", "./exports/../exports/aws"])
@pytest.mark.parametrize("provider", ["aws", "auto"])
def test_the_same_location_twice_would_count_twice(tmp_path: Path, second: str, provider: str) -> None:
    message = load(
        tmp_path, GOOD.replace("provider: azure", f"provider: {provider}").replace("./exports/azure", second)
    )
    assert "sources 'aws_prod' and 'azure_ea' read the same location: its cost would be counted twice" in message


def test_a_folder_inside_another_would_count_twice(tmp_path: Path) -> None:
    nested = GOOD.replace("./exports/azure", "./exports/aws/old")
    assert "read the same location" in load(tmp_path, nested.replace("provider: azure", "provider: aws"))
    (tmp_path / "c.yaml").write_text(nested)  # another cloud's files are not read as this one's
    assert len(load_config(tmp_path / "c.yaml").sources) == 2
    (tmp_path / "c.yaml").write_text(GOOD.replace("./exports/azure", "./exports/aws2").replace("azure\n", "aws\n"))
    assert len(load_config(tmp_path / "c.yaml").sources) == 2


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    message = load(tmp_path, GOOD.replace("azure_ea", "X").replace("USD", "usd"))
    assert [line.split(": ")[0] for line in message.splitlines()] == ["cloudcost.yaml:3", "cloudcost.yaml:7"]


def test_bad_yaml_names_the_line(tmp_path: Path) -> None:
    assert load(tmp_path, "sources:\n  - {name: a\nother: 1\n").startswith("cloudcost.yaml:3: not valid YAML: ")
    assert load(tmp_path, "sources:\n\t- a\n").startswith("cloudcost.yaml:2: not valid YAML: ")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "just words\n"])
def test_something_else_than_a_mapping(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == "cloudcost.yaml:1: a mapping with the key 'sources' is expected"


@pytest.mark.parametrize("text", ["sources: []\n", "reporting_currency: USD\n", "sources:\n"])
def test_no_sources(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text).startswith("cloudcost.yaml:1: sources: ")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml: no such file\. `cloudcost init` writes a commented one"):
        load_config(tmp_path / "none.yaml")


def test_a_key_twice_is_not_overlooked(tmp_path: Path) -> None:
    message = load(tmp_path, GOOD + "reporting_currency: EUR\n")
    assert message == "cloudcost.yaml:8: reporting_currency: this key is there already, further up in the same section"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("access: {azure: {}}", "access.azure is of no use to the location 's3://exports/cur'"),
        ("access: {aws: {secret_key: x}}", "sources[0].access.aws.secret_key: unknown key"),
        ("access: {aws: {role_arn: admin}}", "sources[0].access.aws.role_arn: String should match pattern"),
        ("access: {aws: {external_id_env: X}}", "external_id_env is of use only together with role_arn"),
        ("access: {aws: {rol_arn: x}}", "unknown key; did you mean 'role_arn'?"),
        (
            "events: {type: storage_queue, account: abc, queue: events}",
            "tell nothing of the location 's3://exports/cur'",
        ),
        ("events: {type: carrier_pigeon}", "sources[0].events"),
        ("cross_check: cost_query", "cost_query needs a location in Azure and access.azure.query_scope"),
        ("late_after_hours: 0", "sources[0].late_after_hours: Input should be greater than or equal to 1 (found 0)"),
    ],
)
def test_options_of_a_source_that_do_not_fit(tmp_path: Path, options: str, message: str) -> None:
    text = f"sources:\n  - {{name: a, provider: aws, location: 's3://exports/cur', {options}}}\n"
    assert message in load(tmp_path, text)


def test_a_service_principal_is_named_whole(tmp_path: Path) -> None:
    access = "access: {azure: {tenant_id_env: A, client_id_env: B}}"
    text = f"sources:\n  - {{name: a, provider: azure, location: 'az://costs/exports', {access}}}\n"
    assert "takes tenant_id_env, client_id_env and client_secret_env together" in load(tmp_path, text)


def test_a_variable_is_filled_from_one_secret(tmp_path: Path) -> None:
    values = "[{env: A, secret: x}, {env: A, secret: y}]"
    text = f"{GOOD}secrets: {{provider: aws_secrets_manager, values: {values}}}\n"
    assert "the variable A is filled twice" in load(tmp_path, text)


def test_what_is_normal_for_each_provider(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(GOOD)
    assert [s.allowed_hours for s in load_config(tmp_path / "c.yaml").sources] == [24, 48]


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("ingestion: {keep_snapshots_days: 1.0e+20}", "ingestion.keep_snapshots_days: Input should be "),
        ("ingestion: {keep_snapshots_days: 36501}",
         "ingestion.keep_snapshots_days: Input should be less than or equal to 36500 (found 36501)"),
        ("ingestion: {keep_snapshots_days: 1.5}",
         "ingestion.keep_snapshots_days: Input should be a valid integer, got a number with a fractional part"),
        ("ingestion: {keep_snapshots_days: true}", "ingestion.keep_snapshots_days: true is no number"),
        ("ingestion: {keep_last: 99999999999999999999}", "ingestion.keep_last: Input should be less than"),
        ("ingestion: {compare_from_rows: 99999999999999999999}", "ingestion.compare_from_rows: Input should be less"),
        ("ingestion: {total_change: {minimum_amount: 1.0e+16}}", "ingestion.total_change.minimum_amount: Input should"),
        ("ingestion: {total_change: {block_percent: 1.0e+20}}", "ingestion.total_change.block_percent: Input should"),
        ("forecasts: {events: [{name: a, start_date: 2026-01-01, percent: 1.0e+300}]}",
         "forecasts.events[0].percent: Input should be less than or equal to 1000000 (found 1e+300)"),
        ("forecasts: {events: [{name: a, start_date: 2026-01-01, daily_amount: -1.0e+300}]}",
         "forecasts.events[0].daily_amount: Input should be greater than or equal to -1000000000000000"),
        ("forecasts: {events: [{name: a, start_date: 2026-01-01, percent: true}]}",
         "forecasts.events[0].percent: true is no number"),
        ("anomalies: {open_days: 99999999999999999999}", "anomalies.open_days: Input should be less than"),
        ("anomalies: {minimum_amount: 1.0e+300}", "anomalies.minimum_amount: Input should be less than"),
        ("anomalies: {scopes: [{service: x, minimum_surprise: 1.0e+300}]}", "anomalies.scopes[0].minimum_surprise: In"),
        ("alerts: {retry_cap_seconds: 1.0e+20}", "alerts.retry_cap_seconds: Input should be less than"),
        ("alerts: {lease_seconds: 1.0e+20}", "alerts.lease_seconds: Input should be less than"),
        ("actions: {two_person_limit: 1.0e+300}", "actions.two_person_limit: Input should be less than"),
        ("actions: {max_actions_per_run: 99999999999999999999}", "actions.max_actions_per_run: Input should be less"),
        ("dashboards: {cache_seconds: 99999999999999999999}", "dashboards.cache_seconds: Input should be less"),
        ("warehouse: {connect_timeout: 99999999999999999999}", "warehouse.connect_timeout: Input should be less"),
        ("invoices: {tolerance: 1.0e+300}", "invoices.tolerance: Input should be less than"),
        ("allocation: {splits: [{name: a, scope: {service: x}, method: fixed, shares: {b: 1.0e+300}}]}",
         "allocation.splits[0]: share 1E+300 is not positive, above 100, or has more than 10 decimals"),
    ],
)  # fmt: skip
def test_numbers_that_nobody_means_are_named(tmp_path: Path, section: str, message: str) -> None:
    assert load(tmp_path, f"{GOOD}{section}\n").startswith(f"cloudcost.yaml:8: {message}")


CATALOG = "backend: ducklake, host: h, data_path: 's3://bucket/rows', password_env: SECRET"


@pytest.mark.parametrize(
    ("lake", "warehouse", "sentence"),
    [
        ("s3://bucket/lake", "backend: ducklake", "backend ducklake needs host, data_path, password_env"),
        ("s3://bucket/lake", f"{CATALOG}, authentication: iam, region: eu-central-1", "takes authentication: password"),
        ("s3://bucket/lake", CATALOG.replace("'s3://bucket/rows'", "rows"), "data_path"),
        (None, CATALOG, "lake.location on S3 belong together"),
        ("s3://bucket/lake", "backend: duckdb", "lake.location on S3 belong together"),
    ],
)
def test_a_shared_warehouse_is_whole_or_refused(
    tmp_path: Path, lake: str | None, warehouse: str, sentence: str
) -> None:
    section = f"lake: {{location: '{lake}'}}\n" if lake else ""
    assert sentence in load(tmp_path, f"{GOOD}{section}warehouse: {{{warehouse}}}\n")


def test_a_shared_warehouse_has_the_usual_port_of_its_server(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(f"{GOOD}lake: {{location: 's3://bucket/lake'}}\nwarehouse: {{{CATALOG}}}\n")
    assert load_config(tmp_path / "c.yaml").warehouse.server_port == 5432
