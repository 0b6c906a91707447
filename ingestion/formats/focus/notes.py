"""What is noted about rows of FOCUS files that are taken: what was assumed, read otherwise, or is doubtful in them."""

from ingestion.contracts import Note
from ingestion.expressions.sql import quote_literal
from ingestion.formats.focus.values import VALUE_MAPS, ValueMap, squeeze_sql


def _note_value(value_map: ValueMap) -> Note:
    return Note(
        name=f"outside_{value_map.column}",
        where=value_map.is_outside(),
        sentence=f"{value_map.column_id} is read as FOCUS has it: {{values}} ({{n}} rows)",
        value=f"{value_map.column} || ' as ' || coalesce({value_map.read_sql()}, {quote_literal(value_map.filled_by)})",
    )


NOTES = (
    *(_note_value(value_map) for value_map in VALUE_MAPS),
    Note(
        "adjustment_is_credit",
        f"{squeeze_sql('charge_subcategory')} = 'credit'",
        "ChargeCategory is read by ChargeSubcategory, as FOCUS 1.0-preview has it: Adjustment as Credit ({n} rows)",
    ),
    Note(
        "no_charge_period",
        "charge_period_start is null",
        "{n} rows have no charge period; their billing period is used",
    ),
    Note(
        "no_effective_cost",
        "effective_cost is null",
        "{n} rows state no EffectiveCost; their BilledCost stands in for it",
    ),
    Note(
        "no_contracted_cost",
        "contracted_cost is null",
        "{n} rows state no ContractedCost; their BilledCost stands in for it (EffectiveCost where nothing was billed)",
    ),
    Note(
        "no_list_cost",
        "list_cost is null",
        "{n} rows state no ListCost; their ContractedCost stands in for it, or their BilledCost where that is more",
    ),
    # FOCUS: EffectiveCost of a purchase that covers later charges is 0; only what the commitment pays for carries it
    Note(
        name="effective_cost_on_purchase",
        where="lower(charge_category) = 'purchase' and commitment_discount_id is not null and effective_cost <> 0",
        sentence="EffectiveCost on the purchase of a commitment, where FOCUS has 0 ({n} rows: {values}): it counts "
        "twice if the usage that it covers states it too; totals stay as delivered",
        value="commitment_discount_id || ': ' || rtrim(rtrim(effective_cost::varchar, '0'), '.')",
    ),
)
