"""A hostile or damaged configuration is one sentence with file, line and key, in no time and in little memory."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudcost.config.document import load_config
from core.config_file import ConfigError

SOURCE = "sources: [{name: a, location: exports}]\n"
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5000))


@pytest.fixture(autouse=True)
def in_no_time() -> Iterator[None]:
    """Whatever a test reads takes at most five seconds of work and 200 MB."""
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def load(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as error:
        load_config(path)
    return str(error.value).replace(str(path), "c.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "c.yaml:6: this unfolds to more than 100,000 values"),
        (CHAIN, "c.yaml:50: this unfolds to more than 50 levels"),
        ("a: &a {b: [*a]}\n", "c.yaml:1: this value refers to itself"),
        ("a: &a\n  <<: *a\n", "c.yaml:1: this value refers to itself"),
        ("a: *nothing\n", "c.yaml:1: not valid YAML: found undefined alias"),
        ("a: " + "[" * 5000, "c.yaml:1: more than 50 levels are nested here"),
        ("a: " + "{a: " * 100_000, "c.yaml:1: more than 50 levels are nested here"),
        (SOURCE + "x: " + "- " * 200 + "a", "c.yaml:2: not valid YAML: "),
        (SOURCE + "x: !!python/object/apply:os.system [id]\n",
         "c.yaml:2: x: the tag !!python/object/apply:os.system is not allowed"),
        (SOURCE + "x: {y: !thing 1}\n", "c.yaml:2: x.y: the tag !thing is not allowed"),
        (SOURCE + "x: !!binary aGFsbG8=\n", "c.yaml:2: x: the tag !!binary is not allowed"),
        (SOURCE + "? [a, b]\n: 1\n", "c.yaml:2: (top level): a key that is no plain text is not allowed"),
        (SOURCE + "state:\n  table: abc\n  table: abd\n",
         "c.yaml:4: state.table: this key is there already, further up in the same section"),
        (SOURCE + "anomalies: {minimum_amount: .inf}\n",
         "c.yaml:2: anomalies.minimum_amount: .inf is no finite number"),
        (SOURCE + "anomalies: {minimum_amount: -.INF}\n", "anomalies.minimum_amount: -.INF is no finite number"),
        (SOURCE + "anomalies:\n  minimum_percent: .nan\n",
         "c.yaml:3: anomalies.minimum_percent: .nan is no finite number"),
        (SOURCE + "anomalies: {minimum_amount: 1e400}\n",
         "c.yaml:2: anomalies.minimum_amount: Input should be less than or equal to 1000000000000000 (found '1e400')"),
        (SOURCE + "anomalies: {minimum_amount: 'Infinity'}\n",
         "anomalies.minimum_amount: Input should be less than or equal to 1000000000000000 (found 'Infinity')"),
        (SOURCE + "budgets: [{name: b, amount: .inf}]\n", "c.yaml:2: budgets[0].amount: .inf is no finite number"),
        (SOURCE + f"forecasts: {{horizon_days: {'9' * 5000}}}\n", "c.yaml:2: forecasts.horizon_days: 9999"),
        (SOURCE + f"forecasts: {{horizon_days: {'9' * 50}}}\n", "9 has more than 40 digits"),
        (SOURCE + f"forecasts: {{horizon_days: 0x{'f' * 50}}}\n", "has more than 40 digits"),
        (SOURCE + f"forecasts: {{horizon_days: {'1:' * 100_000}1}}\n", "forecasts.horizon_days: 1:1:1:1:"),
        (SOURCE + "anomalies:\n  planned:\n    - {start: 2026-13-01, end: 2026-12-01, account: a, reason: r}\n",
         "c.yaml:4: anomalies.planned[0].start: 2026-13-01 is no date"),
        (SOURCE + "anomalies: {planned: [{start: 2026-02-30, end: 2026-03-01, account: a, reason: r}]}\n",
         "anomalies.planned[0].start: 2026-02-30 is no date"),
        (SOURCE + "anomalies: {planned: [{start: 2026-02-01, end: 9999-12-31, account: a, reason: r}]}\n",
         "c.yaml:2: anomalies.planned[0].end: 9999-12-31 is not between 1970-01-01 and 2199-12-31"),
        (SOURCE + "forecasts: {events: [{name: e, start_date: '0001-01-01', percent: 1}]}\n",
         "forecasts.events[0].start_date: 0001-01-01 is not between 1970-01-01 and 2199-12-31"),
        (SOURCE + "currency: {fixed_rates: [{from: EUR, to: USD, rate: 1, valid_from: 2200-01-01}]}\n",
         "currency.fixed_rates[0].valid_from: 2200-01-01 is not between"),
        (SOURCE + "budgets: [{name: b, amount: 1, starts: 9999-12}]\n", "9999-12-01 is not between"),
        (SOURCE + "budgets: [{name: b, amount: 1, period: year, ends: '0000'}]\n", "year 0 is out of range"),
        (SOURCE + "first_billing_period: 0001-01\n", "c.yaml:2: first_billing_period: 0001-01-01 is not between"),
        (SOURCE + 'x: "a\\0b"\n', "c.yaml:2: x: the value holds the character U+0000"),
        (SOURCE + 'x: ["\\e[31m"]\n', "c.yaml:2: x[0]: the value holds the character U+001B"),
        (SOURCE + '"\\ud800": 1\n', "c.yaml:2: not valid YAML: "),
        (SOURCE + "\tx: 1\n", "c.yaml:2: not valid YAML: "),
        (SOURCE + "x:\n\t- 1\n", "YAML is indented with blanks, not with tabs"),
        (SOURCE + "---\nx: 1\n", "c.yaml:2: not valid YAML: "),
        (SOURCE + f"{'x' * 1000}: {'y' * 5000}\n", f"c.yaml:2: {'x' * 100}...: unknown key"),
        (SOURCE + f"reporting_currency: {'y' * 5000}\n", "c.yaml:2: reporting_currency: String should match pattern"),
        (SOURCE + "1: x\n", "c.yaml:2: 1: the key is read as a whole number; put it into quotes"),
        (SOURCE + "~: x\n", "c.yaml:2: ~: the key is read as a null; put it into quotes"),
        (SOURCE + "no: x\n", "c.yaml:2: no: the key is read as a truth value; put it into quotes"),
        (SOURCE + "2026-01-01: x\n", "c.yaml:2: 2026-01-01: the key is read as a date; put it into quotes"),
    ],
)  # fmt: skip
def test_what_yaml_can_do_is_answered_with_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    found = load(tmp_path, text.encode())
    assert message in found and found.startswith("c.yaml:")
    assert len(found) < 500 and "\n" not in found


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (SOURCE.encode() + b"x: \0\n", "c.yaml:2: holds a NUL character"),
        (SOURCE.encode() + b"x: \x1b[2J\n", "c.yaml:2: the character U+001B cannot stand in a configuration"),
        (SOURCE.encode() + "x: \u202e1\n".encode(), "c.yaml:2: x: unknown key"),
        (SOURCE.encode() + b"# caf\xe9\n", "c.yaml:2: byte 0xe9 is not UTF-8; save the file as UTF-8"),
        (SOURCE.encode("utf-16"), "c.yaml:1: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"\x1f\x8b\x08\x00", "c.yaml:1: byte 0x8b is not UTF-8"),
        (b"a: b\n" * 10_000_000, "c.yaml: is larger than 1,048,576 bytes"),
    ],
    ids=["nul", "escape", "unseen", "latin-1", "utf-16", "gzip", "50 MB"],
)
def test_a_file_that_is_no_text_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    assert load(tmp_path, content).startswith(message)


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder, not a file"):
        load_config(tmp_path)
    with pytest.raises(ConfigError, match="/dev/zero: is no regular file"):
        load_config(Path("/dev/zero"))


def test_what_people_do_with_yaml_is_read(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "\ufeffsources:\n"
        "  - &first {name: a, location: 's3://a/exports', access: {aws: {profile: p}}}\n"
        "  - {<<: *first, name: b, location: 's3://b/exports'}\n"
        "budgets: [{name: 'b\u00e4', amount: 1_000.50, starts: 2026-01, thresholds: [50, 1e+2]}]\n"
        "forecasts: {events: [{name: e, start_date: 2026-03-01, end_date: 2099-12-31, percent: -1.5}]}\n",
        encoding="utf-8",
    )
    config = load_config(tmp_path / "c.yaml")
    assert [(source.name, source.location) for source in config.sources] == [
        ("a", "s3://a/exports"),
        ("b", "s3://b/exports"),
    ]
    assert config.sources[1].access.aws.profile == "p"
    assert str(config.budgets[0].amount) == "1000.5" and config.forecasts.events[0].percent == -1.5
