"""What is done to one resource: the findings on it that save most together.

- Of one lever on one part (component) one finding counts: they are alternatives. Different levers on a part multiply
  (`savings.plan.layers`); parts add up.
- Findings with component `all` are about the parts too: what they leave of the whole, they leave of each part.
- Deleting all of it excludes everything else, and is chosen where it saves more than everything else together.

What is chosen is the largest of all such combinations. Beside what is saved at once, a combination is worth the
commitment that it frees, as much of it as `counted` says of its pool; and of what is saved, `weights` says what counts
(the rest would be taken from what an offer on the account saves).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from savings.plan.candidates import RATE_LEVERS, Candidate
from savings.plan.layers import Part, leave, save_together, split

NOTHING = Fraction(0)
ALL = "all"


@dataclass(frozen=True)
class Choice:
    """The findings that are followed, with what each saves and frees, and what all are worth in the choice.

    ``parts``: what is saved by component, of each what is saved of the whole is not saved of it again.
    """

    saved: Mapping[Candidate, Fraction]
    freed: Mapping[Candidate, Fraction]
    parts: Mapping[str, Fraction]
    value: Fraction


def choose(findings: Sequence[Candidate], weights: Mapping[str, Fraction], counted: Mapping[str, Fraction]) -> Choice:
    """The best that can be done to a resource. ``weights``: by component, 1 where it is not named."""
    if len(findings) == 1 and weights.get(findings[0].component, 1) >= 0:
        # most resources have one: it is better than nothing
        return _combine(*((findings, []) if findings[0].component == ALL else ([], findings)), weights, counted)
    whole = [one for one in findings if one.component == ALL]
    deletions = [one for one in whole if one.lever == "delete"]
    others = [one for one in whole if one.lever != "delete"]
    on_parts = [one for one in findings if one.component != ALL]
    options = []
    for chosen in _one_of_each_lever(others):
        parts = _best_parts(on_parts, chosen, weights, counted)
        option = _combine(chosen, parts, weights, counted)
        # what is best of each part may be more than a rate on the whole is about: then others of them may be sound
        ways = [parts] if _is_sound(option) else _list_parts(on_parts)
        options += [_combine(chosen, way, weights, counted) for way in ways]
    options += [_combine([one], [], weights, counted) for one in sorted(deletions, key=lambda one: one.order)]
    # a rate on less than the parts are said to save would take from them: it is left out
    return max(filter(_is_sound, options), key=lambda option: option.value)


def _is_sound(option: Choice) -> bool:
    return min(option.saved.values(), default=NOTHING) >= 0


def _list_parts(findings: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """Every way to follow findings on the parts."""
    components: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in findings:
        components[one.component].append(one)
    for way in product(*(list(_one_of_each_lever(components[name])) for name in sorted(components))):
        yield [one for part in way for one in part]


def list_choices(findings: Sequence[Candidate], weights: Mapping[str, Fraction]) -> list[Choice]:
    """All that can be done to a resource, where more counts than what is worth most by itself."""
    whole = [one for one in findings if one.component == ALL]
    deletions = [one for one in whole if one.lever == "delete"]
    others = [one for one in whole if one.lever != "delete"]
    components: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in findings:
        if one.component != ALL:
            components[one.component].append(one)
    each = [list(_one_of_each_lever(components[name], list)) for name in sorted(components)]
    options = [
        _combine(chosen, [one for part in parts for one in part], weights, {})
        for chosen in _one_of_each_lever(others, list)
        for parts in product(*each)
    ]
    options += [_combine([one], [], weights, {}) for one in sorted(deletions, key=lambda one: one.order)]
    return [option for option in options if _is_sound(option)]


def _best_parts(
    findings: Sequence[Candidate],
    whole: Sequence[Candidate],
    weights: Mapping[str, Fraction],
    counted: Mapping[str, Fraction],
) -> list[Candidate]:
    """Of each component the alternatives that save most together, on what the findings on the whole leave: of what is
    saved they may leave another share than of what is freed."""
    components: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in findings:
        components[one.component].append(one)
    chosen: list[Candidate] = []
    for component in sorted(components):
        options = [*_one_of_each_lever(components[component])]
        values = [_combine(whole, option, weights, counted).value for option in options]
        chosen += options[values.index(max(values))]
    return chosen


def _undominated(same: Sequence[Candidate]) -> list[Candidate]:
    """The alternatives without those that another one beats in all that counts."""
    if same[0].component == ALL:
        return list(same)  # which of them leaves more to the parts counts too
    kept: list[Candidate] = []
    for one in sorted(same, key=lambda one: (-one.saving, -one.cost, -one.freed, -one.covered, one.order)):
        if not any(k.cost >= one.cost and k.freed >= one.freed and k.covered >= one.covered for k in kept):
            kept.append(one)
    return kept


def _one_of_each_lever(
    findings: Sequence[Candidate], sift: Callable[[Sequence[Candidate]], list[Candidate]] = _undominated
) -> Iterator[tuple[Candidate, ...]]:
    """Every way to follow at most one finding of each lever, none of all first."""
    levers: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in sorted(findings, key=lambda one: one.order):
        levers[one.lever].append(one)
    ways = [[(), *((one,) for one in sift(same))] for same in levers.values()]
    for way in product(*ways):
        yield tuple(one for taken in way for one in taken)


def _combine(
    whole: Sequence[Candidate],
    parts: Sequence[Candidate],
    weights: Mapping[str, Fraction],
    counted: Mapping[str, Fraction],
) -> Choice:
    """What these findings come to together."""
    saved = _share_out(whole, parts, {one: (one.cost, one.saving) for one in (*whole, *parts)})
    freed = {}
    if any(one.covered for one in (*whole, *parts)):
        freed = _share_out(whole, parts, {one: (one.covered, one.freed) for one in (*whole, *parts)})
    sums = _add_by_component(whole, parts, saved)
    value = sum((amount * weights.get(component, 1) for component, amount in sums.items()), NOTHING)
    value += sum((amount * counted.get(one.pool, 0) for one, amount in freed.items()), NOTHING)
    return Choice(saved, freed, sums, value)


def _add_by_component(
    whole: Sequence[Candidate], parts: Sequence[Candidate], saved: Mapping[Candidate, Fraction]
) -> dict[str, Fraction]:
    rates = [(one.cost, one.saving) for one in whole if one.lever in RATE_LEVERS]
    left = leave(rates)
    sums: defaultdict[str, Fraction] = defaultdict(Fraction)
    for one in parts:
        sums[one.component] += saved[one] * left
    if whole:
        sums[ALL] = sum(saved.values(), NOTHING) - sum(sums.values(), NOTHING)
    return dict(sums)


def _share_out(
    whole: Sequence[Candidate], parts: Sequence[Candidate], amounts: Mapping[Candidate, Part]
) -> dict[Candidate, Fraction]:
    """What each finding adds: what changes the whole first, then the parts of what is left, then the whole's rates."""
    changes = [one for one in whole if one.lever not in RATE_LEVERS]
    rates = [one for one in whole if one.lever in RATE_LEVERS]
    found = dict(zip(changes, split([amounts[one] for one in changes]), strict=True))
    components: defaultdict[str, list[Candidate]] = defaultdict(list)
    for one in parts:
        components[one.component].append(one)
    left, together = leave(amounts[one] for one in changes), NOTHING
    for same in components.values():
        added = split([amounts[one] for one in same])
        together += sum(added, NOTHING)
        found |= {one: amount * left for one, amount in zip(same, added, strict=True)}
    done = [amounts[one] for one in changes]
    before = save_together(done) + left * together
    for one in rates:
        done.append(amounts[one])
        after = save_together(done) + leave(done) * together
        found[one], before = after - before, after
    return found
