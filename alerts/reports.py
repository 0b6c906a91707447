"""What people read: an incident as plain text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
class ReportSection:
    """A heading over lines of label and value."""

    heading: str
    lines: tuple[tuple[str, str], ...]


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
    sections = [ReportSection("Facts", tuple(facts))]
    if causes:
        sections.append(
            ReportSection("Likely causes", tuple((f"{n}.", cause) for n, cause in enumerate(causes, start=1)))
        )
    reference = [("Incident", incident_id)] + ([("See", link)] if link else [])
    sections.append(ReportSection("Reference", tuple(reference)))
    return render_sections(f"[{word}] {title}", summary, sections)


def render_sections(subject: str, summary: str, sections: Sequence[ReportSection]) -> Rendering:
    """Both forms of a report from the same content; everything is escaped in the HTML."""
    text = [summary]
    html = [f"<p>{escape(summary)}</p>"]
    for section in sections:
        text += ["", section.heading, "-" * len(section.heading)]
        text += [
            f"{label}: {value}" if not label.endswith(".") else f"{label} {value}" for label, value in section.lines
        ]
        html.append(f"<h3>{escape(section.heading)}</h3>")
        rows = "".join(
            f"<tr><th align='left'>{escape(label)}</th><td>{_link(value)}</td></tr>" for label, value in section.lines
        )
        html.append(f"<table>{rows}</table>")
    subject_line = " ".join(subject.split())
    return Rendering(
        subject_line,
        "\n".join([subject_line, "", *text, ""]),
        f"<html><body><h2>{escape(subject_line)}</h2>{''.join(html)}</body></html>",
    )


def _link(value: str) -> str:
    shown = escape(value)
    return f'<a href="{shown}">{shown}</a>' if value.startswith(("https://", "http://")) else shown
