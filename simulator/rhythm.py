"""How much is used on which day: weekly and monthly rhythm, growth and noise, as whole ten-thousandths of a unit."""

import numpy as np

from simulator.periods import Period

#: Quantities have four decimals.
QUANTITY_SCALE = 10_000
RHYTHMS = ("business", "steady", "batch", "always_on", "office_hours")

#: Monday to Sunday.
_WEEK = np.array(
    [
        [1.02, 1.04, 1.03, 1.02, 0.99, 0.62, 0.55],
        [1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00],
        [1.20, 1.00, 1.00, 1.00, 1.10, 0.85, 0.70],
        [1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00],
        [1.00, 1.00, 1.00, 1.00, 0.95, 0.10, 0.10],
    ]
)
#: What the first two and the last three days of a month add (pay days and month-end closing).
_MONTH_EDGE = np.array([0.06, 0.0, 0.12, 0.0, 0.0])
_NOISE = np.array([0.035, 0.012, 0.04, 0.0, 0.03])


def shape_days(period: Period) -> np.ndarray:
    """The rhythm without noise: one row per entry of `RHYTHMS`, one column per day of the month."""
    weekday = (period.start.weekday() + np.arange(period.days)) % 7
    day = np.arange(period.days)
    edge = ((day < 2) | (day >= period.days - 3)).astype(float)
    return _WEEK[:, weekday] * (1.0 + _MONTH_EDGE[:, None] * edge)


def draw_quantities(
    period: Period, base: np.ndarray, rhythm: np.ndarray, growth: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Quantities of all lines on all days, int64 ten-thousandths, at least one.

    ``base`` is the usual daily quantity in units, ``rhythm`` an index into `RHYTHMS`, ``growth`` the yearly growth.
    Always-on lines run the whole day, now and then less, never more.
    """
    shape = (len(base), period.days)
    noise = 1.0 + _NOISE[rhythm][:, None] * np.clip(generator.standard_normal(shape), -2.5, 2.5)
    restarts = generator.random(shape)
    always_on = RHYTHMS.index("always_on")
    noise = np.where((rhythm == always_on)[:, None] & (restarts < 0.02), 0.8 + 8 * restarts, noise)
    trend = 1.0 + growth[:, None] * (period.first_day + np.arange(period.days))[None, :] / 365.0
    amount = base[:, None] * shape_days(period)[rhythm] * trend * noise
    return np.maximum(np.rint(amount * QUANTITY_SCALE).astype(np.int64), 1)
