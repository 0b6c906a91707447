"""What people read: an incident and a digest as plain text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from html import escape
from typing import Literal

Event = Literal["opened", "resolved"]


@dataclass(frozen=True)
class Rendering:
    """One report in the two forms a mail carries, under its subject line."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Section:
    """A heading over lines of label and value; `empty_note` stands there when nothing is to be said."""

    heading: str
    lines: tuple[tuple[str, str], ...]
    empty_note: str = "Nothing."


@dataclass(frozen=True)
class CostLine:
    """What one thing cost in a period and in the period before it, in one billing currency."""

    label: str
    currency: str
    amount: Decimal
    previous_amount: Decimal | None = None


def format_money(amount: Decimal, currency: str) -> str:
    """An amount for reading: two decimals, thousands apart; never to be parsed back."""
    return f"{amount.quantize(Decimal('0.01'), rounding=ROUND_HALF_EVEN):,} {currency}"


def format_change(amount: Decimal, previous: Decimal | None) -> str:
    """The change against the period before; says so when there is nothing to compare with."""
    if previous is None or previous == 0:
        return "no earlier cost"
    percent = (amount - previous) / abs(previous) * 100
    return f"{percent.quantize(Decimal('0.1'), rounding=ROUND_HALF_EVEN):+}%"


def render_incident(
    event: Event,
    *,
    incident_id: str,
    rule: str,
    severity: str,
    title: str,
    summary: str,
    scope: Mapping[str, str],
    start: str,
    figures: Mapping[str, str],
    causes: Sequence[str],
    link: str | None,
) -> Rendering:
    """An incident that was opened or resolved."""
    word = {"opened": severity.upper(), "resolved": "RESOLVED"}[event]
    facts = [("Rule", rule), ("Severity", severity), ("Since", start)]
    facts += [*scope.items(), *figures.items()]
    sections = [Section("Facts", tuple(facts))]
    if causes:
        sections.append(Section("Likely causes", tuple((f"{n}.", cause) for n, cause in enumerate(causes, start=1))))
    reference = [("Incident", incident_id)] + ([("See", link)] if link else [])
    sections.append(Section("Reference", tuple(reference)))
    return render_sections(f"[{word}] {title}", summary, sections)


def render_digest(
    period: str, costs: Sequence[CostLine], incidents: Sequence[tuple[str, str]], proposals: Sequence[tuple[str, str]]
) -> Rendering:
    """A period at a glance: cost lines, open incidents (title, state), proposals that wait (title, saving)."""
    lines = tuple(
        (
            line.label,
            f"{format_money(line.amount, line.currency)} ({format_change(line.amount, line.previous_amount)})",
        )
        for line in costs
    )
    sections = [
        Section("Cost", lines, "No cost data arrived for this period."),
        Section("Open incidents", tuple(incidents), "None."),
        Section("Waiting for approval", tuple(proposals), "None."),
    ]
    return render_sections(f"Cloud cost digest {period}", f"Cost, incidents and proposals of {period}.", sections)


def render_sections(subject: str, summary: str, sections: Sequence[Section]) -> Rendering:
    """Both forms of a report from the same content; everything is escaped in the HTML."""
    text = [summary]
    html = [f"<p>{escape(summary)}</p>"]
    for section in sections:
        text += ["", section.heading, "-" * len(section.heading)]
        text += [
            f"{label}: {value}" if not label.endswith(".") else f"{label} {value}" for label, value in section.lines
        ]
        html.append(f"<h3>{escape(section.heading)}</h3>")
        if section.lines:
            rows = "".join(
                f"<tr><th align='left'>{escape(label)}</th><td>{_link(value)}</td></tr>"
                for label, value in section.lines
            )
            html.append(f"<table>{rows}</table>")
        else:
            text.append(section.empty_note)
            html.append(f"<p>{escape(section.empty_note)}</p>")
    subject_line = " ".join(subject.split())
    return Rendering(
        subject_line,
        "\n".join([subject_line, "", *text, ""]),
        f"<html><body><h2>{escape(subject_line)}</h2>{''.join(html)}</body></html>",
    )


def _link(value: str) -> str:
    shown = escape(value)
    return f'<a href="{shown}">{shown}</a>' if value.startswith(("https://", "http://")) else shown
