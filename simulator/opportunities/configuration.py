"""The ``cloudcost.yaml`` that ingests a company's exports."""

from pathlib import Path

from simulator.opportunities.company import Company

_ALIASES = {"prod": ["production"], "dev": ["development"], "test": ["testing"], "staging": ["stage"]}
_TEXT = """\
# A simulated company whose bill has planted waste; truth.json beside this file says which.
sources:
{sources}
reporting_currency: USD
currency:
  fixed_rates: [{{from: EUR, to: USD, rate: "1.08", valid_from: 2025-01-01}}]
allocation:
  environment:
    tag_keys: [{tag_key}]
    aliases: {{{aliases}}}
    accounts: {{{accounts}}}
"""


def write_configuration(company: Company, out: Path) -> None:
    """Sources are folders beside the file; the environment is a tag before it is the account's."""
    sources = "\n".join(
        f'  - {{name: {cloud}, provider: {cloud}, location: "exports/{cloud}"}}' for cloud in company.clouds
    )
    aliases = ", ".join(f"{name}: [{', '.join(words)}]" for name, words in _ALIASES.items())
    accounts = ", ".join(
        f'"{account.id}": {account.environment}'
        for cloud in company.clouds
        for account in company.profile.accounts[cloud]
    )
    text = _TEXT.format(sources=sources, tag_key=company.profile.tag_key, aliases=aliases, accounts=accounts)
    (out / "cloudcost.yaml").write_text(text, encoding="utf-8")
