"""The allocation rules as settings tables. Values are in lower case, as tags are."""

from decimal import Decimal
from pathlib import Path

from cloudcost.config.allocation import DIMENSIONS
from cloudcost.config.document import CloudcostConfig
from cloudcost.settings_tables.scopes import SCOPE_DIGEST, digest_scope
from warehouse.settings_contracts import Column, Row, SettingsTable

DIMENSION = Column("dimension", "text", "team, environment, product or cost_center.")
RANK = Column("rank", "integer", "The one with the lowest rank counts.")
VALUE = Column("value", "text", "The value of the dimension.")


def list_tag_keys(config: CloudcostConfig, _: Path) -> list[Row]:
    """Each dimension's tag keys in the order in which they are read."""
    return [
        (dimension, key, rank)
        for dimension in DIMENSIONS
        for rank, key in enumerate(config.allocation.tag_keys(dimension), 1)
    ]


def list_sources(config: CloudcostConfig, _: Path) -> list[Row]:
    """Where each dimension's value comes from, in order, and last the default."""
    rows: list[Row] = []
    for dimension in DIMENSIONS:
        settings = config.allocation.dimension(dimension)
        rows += [(dimension, basis, rank, None) for rank, basis in enumerate(settings.precedence, 1)]
        rows.append((dimension, "default", len(settings.precedence) + 1, settings.default.lower()))
    return rows


def list_aliases(config: CloudcostConfig, _: Path) -> list[Row]:
    """Every other spelling of a value."""
    return [
        (dimension, alias.lower(), value.lower())
        for dimension in DIMENSIONS
        for value, aliases in config.allocation.dimension(dimension).aliases.items()
        for alias in aliases
    ]


def list_accounts(config: CloudcostConfig, _: Path) -> list[Row]:
    """Every account with a value."""
    return [
        (dimension, account.lower(), value.lower())
        for dimension in DIMENSIONS
        for account, value in config.allocation.dimension(dimension).accounts.items()
    ]


def list_rules(config: CloudcostConfig, _: Path) -> list[Row]:
    """Every virtual tag."""
    return [
        (dimension, rule.name, rank, rule.value.lower(), digest_scope(rule.when))
        for dimension in DIMENSIONS
        for rank, rule in enumerate(config.allocation.dimension(dimension).rules, 1)
    ]


def list_splits(config: CloudcostConfig, _: Path) -> list[Row]:
    """Every split, and how it splits."""
    return [
        (split.name, split.dimension, rank, split.method, split.by, split.targets == "all" and not split.shares,
         digest_scope(split.scope))
        for rank, split in enumerate(config.allocation.splits, 1)
    ]  # fmt: skip


def list_targets(config: CloudcostConfig, _: Path) -> list[Row]:
    """The named targets of every split, with their shares where these are fixed."""
    rows: list[Row] = []
    for split in config.allocation.splits:
        rows += [(split.name, target.lower(), Decimal(share) / 100) for target, share in split.shares.items()]
        rows += [(split.name, target.lower(), None) for target in split.targets if split.targets != "all"]
    return rows


TAG_KEYS = SettingsTable(
    name="allocation_tag_keys",
    description="The tags that hold the value of an allocation dimension.",
    columns=(DIMENSION, Column("tag_key", "text", "Name of the tag, in lower case."), RANK),
    key=("dimension", "tag_key"),
    rows=list_tag_keys,
)
SOURCES = SettingsTable(
    name="allocation_sources",
    description="Where the value of an allocation dimension comes from, in order of precedence.",
    columns=(
        DIMENSION,
        Column("basis", "text", "tag, rule, account or default."),
        RANK,
        Column("default_value", "text", "The value that `default` gives.", is_nullable=True),
    ),
    key=("dimension", "basis"),
    rows=list_sources,
)
ALIASES = SettingsTable(
    name="allocation_aliases",
    description="Other spellings of tag values.",
    columns=(DIMENSION, Column("alias", "text", "The other spelling, in lower case."), VALUE),
    key=("dimension", "alias"),
    rows=list_aliases,
)
ACCOUNTS = SettingsTable(
    name="allocation_accounts",
    description="Accounts, subscriptions and projects whose charges all have one value.",
    columns=(DIMENSION, Column("account_id", "text", "The `sub_account_id`, in lower case."), VALUE),
    key=("dimension", "account_id"),
    rows=list_accounts,
)
RULES = SettingsTable(
    name="allocation_rules",
    description="Virtual tags: the value that the charges of a scope get.",
    columns=(DIMENSION, Column("rule_name", "text", "Name of the rule."), RANK, VALUE, SCOPE_DIGEST),
    key=("dimension", "rule_name"),
    rows=list_rules,
)
SPLITS = SettingsTable(
    name="allocation_splits",
    description="Shared costs: how the pool of a scope is split.",
    columns=(
        Column("rule_name", "text", "Name of the split."),
        DIMENSION,
        RANK,
        Column("method", "text", "even, proportional or fixed."),
        Column("weight_measure", "text", "The cost that proportions follow."),
        Column("is_open", "boolean", "Whether everybody with cost of their own is a target."),
        SCOPE_DIGEST,
    ),
    key=("rule_name",),
    rows=list_splits,
)
TARGETS = SettingsTable(
    name="allocation_targets",
    description="The named targets of shared costs.",
    columns=(
        Column("rule_name", "text", "Name of the split."),
        Column("target", "text", "The value of the dimension that bears a part."),
        Column("share", "numeric", "The part, where it is fixed; of a split they add up to 1.", is_nullable=True),
    ),
    key=("rule_name", "target"),
    rows=list_targets,
)

ALLOCATION_TABLES = (TAG_KEYS, SOURCES, ALIASES, ACCOUNTS, RULES, SPLITS, TARGETS)
