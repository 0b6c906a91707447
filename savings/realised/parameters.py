"""The figures that realised savings go by, each with the reason for it."""

from fractions import Fraction

#: How sure the interval is. 95 %: at most one in forty changes that did nothing is called a saving by chance, where the
#: days are as alike as the model takes them to be; measured it is less than one in twenty (docs/ACCURACY.md).
LEVEL = 0.95
#: The days before a change that say what a resource costs: four whole weeks, each weekday four times. What lies further
#: back was another load.
DAYS_BEFORE = 28
#: As few as these will do: below two weeks nobody can tell a weekday's habit from a change.
LEAST_BEFORE = 14
#: The days after a change that say what it saved: as many. What grows later has causes of its own.
DAYS_AFTER = 28
#: Below a week not every weekday has been billed, and it is too early.
LEAST_AFTER = 7
#: How long before it was last found a change may lie: bills are up to a month late, and checks look back three days.
SEARCH_DAYS = 35
#: Known days without usage after which a meter has ended, as the checks have it; more where it paused longer before.
GONE_DAYS = 3
#: A meter with less of the resource's cost is not what the finding was about.
MAIN_SHARE = Fraction(1, 10)
#: The interval is never narrower than this share of the cost before: lines are rounded, and hours are billed in part.
LEAST_MARGIN = Fraction(1, 100)
#: A day of more than three times the usual is a lump (a fee, a bill for a month) as long as it stays rare: it says
#: nothing of a day's cost, before or after.
LUMP = 3
LUMP_EVERY = 14
#: A weekday's own mean is taken where it leaves less than half of the ups and downs: less is chance.
WEEKDAYS_EXPLAIN = 0.5
#: Nothing is saved where the interval stays below this share of what was promised.
SHORTFALL = Fraction(1, 2)
#: Of a quantity that fell for good every day is below each of the days before, and by this share at least.
LEAST_FALL = Fraction(1, 20)
#: Days that cost has to be back for until it is called a rebound: fewer are an outlier.
BACK_DAYS = 3
#: A new resource that costs as much per day, within this share, may be the old one under another name.
SAME_SIZE = Fraction(1, 4)
#: A month of savings, as everywhere.
MONTH = 30
