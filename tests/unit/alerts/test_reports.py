"""Reports say the same in both forms, and markup in a name stays text."""

from alerts.reports import render_incident


def test_an_incident_in_both_forms() -> None:
    rendering = render_incident(
        "opened",
        incident_id="inc-1",
        rule="daily_cost_anomaly",
        severity="warning",
        title="EC2\nrises",
        summary="More than <expected>.",
        scope={"service_name": "<b>EC2</b>"},
        start="2026-03-30",
        figures={"billed_cost": "412.10 USD"},
        causes=("a new type & size",),
        link="https://example.com/?a=1&b=2",
    )
    assert rendering.subject == "[WARNING] EC2 rises"
    assert "service_name: <b>EC2</b>\nbilled_cost: 412.10 USD" in rendering.text
    assert "1. a new type & size" in rendering.text
    assert "&lt;b&gt;EC2&lt;/b&gt;" in rendering.html and "<b>EC2" not in rendering.html
    assert '<a href="https://example.com/?a=1&amp;b=2">' in rendering.html
