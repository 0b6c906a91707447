"""Bounds of the numbers that people write into the configuration: above every one that somebody can mean.

A number beyond them is a slip of the keyboard, and would overflow a date, a wait or a sum in the middle of a run.
"""

#: Of an amount in any currency.
MOST_MONEY = 10**15
#: Of a percentage that may be above 100.
MOST_PERCENT = 10**6
#: A hundred years.
MOST_DAYS = 36_500
