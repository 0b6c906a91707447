"""How cost is allocated: section ``allocation`` of the configuration."""

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, field_validator, model_validator

from core.scope import Part, Scope, compile_scope
from core.section import Section, check_unique

Dimension = Literal["team", "environment", "product", "cost_center"]
#: The dimensions that cost is allocated by, in the order of the columns.
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)

Basis = Literal["tag", "rule", "account"]

#: The tag keys that are looked for where the configuration names none.
DEFAULT_TAG_KEYS: dict[Dimension, list[str]] = {
    "team": ["team"],
    "environment": ["environment", "env"],
    "product": ["product"],
    "cost_center": ["cost_center", "cost-center", "costcenter"],
}

#: A text that becomes part of a query: engines read a backslash in different ways.
QueryText = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[^\\]+$")]
#: A value of a dimension; kept in lower case, as tag values are.
DimensionValue = Annotated[QueryText, Field(description="A value of the dimension.")]
RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", description="Lower-case snake case.")]


def _check_backslashes(scope: Scope) -> Scope:
    for test in (test for clause in compile_scope(scope) for test in clause):
        if "\\" in test.pattern:
            raise ValueError(f"{test.field} has a backslash, which engines read in different ways")
    return scope


ChargeScope = Annotated[Part, AfterValidator(_check_backslashes)]


class TagRule(Section):
    """A virtual tag: the value that the charges of a scope get. The first rule that matches counts."""

    name: RuleName = Field(description="Names the rule.")
    value: DimensionValue = Field(description="The value that these charges get.")
    when: ChargeScope = Field(description="Which charges; a dimension in it means the charge's own tag, after aliases.")


class DimensionSettings(Section):
    """Where the value of one dimension comes from."""

    tag_keys: list[str] | None = Field(
        None,
        min_length=1,
        description="Tags and labels that hold the value; the first that a charge has counts. Any case. Default: the "
        "dimension's own name and its usual spellings.",
    )
    aliases: dict[DimensionValue, list[DimensionValue]] = Field(
        default_factory=dict,
        description="Other spellings of a value, by the value that they mean. Default: none; case never matters.",
    )
    rules: list[TagRule] = Field(
        default_factory=list, description="Virtual tags for what carries no tag, in order. Default: none."
    )
    accounts: dict[QueryText, DimensionValue] = Field(
        default_factory=dict,
        description="The value of everything in an account, subscription or project, by its id. Default: none.",
    )
    precedence: list[Basis] = Field(
        default=["tag", "rule", "account"],
        min_length=1,
        description="Which of them counts when several have a value: what stands at the resource itself before a rule, "
        "a rule before the account. One that is left out is not used.",
    )
    default: DimensionValue = Field(
        "unallocated", description="The value of what nothing else gives one: it should stand out until it is small."
    )

    @field_validator("tag_keys")
    @classmethod
    def _keys_differ(cls, keys: list[str] | None) -> list[str] | None:
        folded = [key.strip().lower() for key in keys or []]
        if "" in folded:
            raise ValueError("a tag key is empty")
        # no cloud allows these in a key, and the key becomes part of a query
        strange = [key for key in folded if set(key) & set("'\"\\")]
        if strange:
            raise ValueError(f"tag key {strange[0]!r} has a quote or a backslash")
        unseen = [key for key in folded if min(key) < " "]
        if unseen:
            raise ValueError(f"tag key {unseen[0]!r} has a control character")
        check_unique("tag key", folded)
        return keys

    @field_validator("aliases")
    @classmethod
    def _aliases_mean_one_value(cls, aliases: dict[str, list[str]]) -> dict[str, list[str]]:
        check_unique("alias", [alias.lower() for others in aliases.values() for alias in others])
        return aliases

    @field_validator("accounts")
    @classmethod
    def _accounts_differ(cls, accounts: dict[str, str]) -> dict[str, str]:
        check_unique("account", [account.lower() for account in accounts])
        return accounts

    @field_validator("precedence")
    @classmethod
    def _each_comes_once(cls, precedence: list[Basis]) -> list[Basis]:
        check_unique("precedence", list(precedence))
        return precedence


class Split(Section):
    """A shared cost that others bear: what a scope costs is taken from it and given to the targets, exactly."""

    name: RuleName = Field(description="Names the split.")
    dimension: Dimension = Field("team", description="Along which dimension it moves cost. Default: team.")
    scope: ChargeScope = Field(
        description="The shared pool; a dimension in it means the value after rules and accounts. A charge is taken by "
        "the first split of a dimension that it fits."
    )
    method: Literal["even", "proportional", "fixed"] = Field(
        "proportional",
        description="Equal parts, in proportion to the targets' own cost in the billing period, or the `shares`. "
        "Default: proportional, who uses more bears more.",
    )
    by: Literal["billed_cost", "effective_cost", "list_cost", "contracted_cost"] = Field(
        "effective_cost",
        description="The cost that proportions follow. Default: effective, in which a purchase is not one day's cost.",
    )
    targets: list[DimensionValue] | Literal["all"] = Field(
        "all",
        description="Who bears it. Default: every value that has cost of its own in the period and currency, but for "
        "the default value and for what is itself shared.",
    )
    shares: dict[DimensionValue, Decimal] = Field(
        default_factory=dict, description="Method fixed: each target's percentage; together exactly 100."
    )

    @model_validator(mode="after")
    def _shares_fit_the_method(self) -> "Split":
        if (self.method == "fixed") != bool(self.shares):
            raise ValueError("`shares` and method fixed belong together")
        if self.method == "fixed":
            if self.targets != "all":
                raise ValueError("with method fixed the targets are those of `shares`")
            wrong = [share for share in self.shares.values() if not 0 < share <= 100 or share != round(share, 10)]
            if wrong:
                raise ValueError(f"share {wrong[0]} is not positive, above 100, or has more than 10 decimals")
            if sum(self.shares.values()) != 100:
                raise ValueError(f"the shares add up to {sum(self.shares.values())}, not to 100")
        named = [t.lower() for t in (self.shares or (self.targets if self.targets != "all" else []))]
        check_unique("target", named)
        if self.targets == []:
            raise ValueError("a target is expected")
        return self


class AllocationSettings(Section):
    """Whose cost a charge is: by team, environment, product and cost center; and who bears what is shared."""

    team: DimensionSettings = Field(default_factory=DimensionSettings)
    environment: DimensionSettings = Field(default_factory=DimensionSettings)
    product: DimensionSettings = Field(default_factory=DimensionSettings)
    cost_center: DimensionSettings = Field(default_factory=DimensionSettings)
    splits: list[Split] = Field(
        default_factory=list,
        description="Shared costs, in order. What a split gives is not split again. Default: none, cost stays where it "
        "arose.",
    )

    @model_validator(mode="after")
    def _names_are_unique(self) -> "AllocationSettings":
        for dimension in DIMENSIONS:
            check_unique(f"{dimension} rule", [rule.name for rule in self.dimension(dimension).rules])
        check_unique("split", [split.name for split in self.splits])
        return self

    def dimension(self, name: Dimension) -> DimensionSettings:
        """The settings of one dimension."""
        settings: DimensionSettings = getattr(self, name)
        return settings

    def tag_keys(self, name: Dimension) -> list[str]:
        """The tag keys of one dimension in order, lower-case."""
        return [key.strip().lower() for key in self.dimension(name).tag_keys or DEFAULT_TAG_KEYS[name]]
