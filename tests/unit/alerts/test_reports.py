"""Reports say the same in both forms, and markup in a name stays text."""

from decimal import Decimal

from alerts.reports import CostLine, format_change, format_money, render_digest, render_incident


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


def test_a_digest_never_adds_up_currencies_and_says_when_there_is_nothing() -> None:
    costs = [
        CostLine("aws_prod", "USD", Decimal("1234567.895"), Decimal("1000000")),
        CostLine("azure_prod", "EUR", Decimal("10"), None),
    ]
    rendering = render_digest("2026-03", costs, [], [("delete vol-1", "47.60 USD")])
    assert "aws_prod: 1,234,567.90 USD (+23.5%)" in rendering.text
    assert "azure_prod: 10.00 EUR (no earlier cost)" in rendering.text
    assert "Open incidents\n--------------\nNone." in rendering.text
    assert "delete vol-1: 47.60 USD" in rendering.text
    assert "No cost data arrived" in render_digest("2026-03", [], [], []).html


def test_figures_for_reading() -> None:
    assert format_money(Decimal("0.125"), "USD") == "0.12 USD"
    assert format_money(Decimal("-1234.5"), "JPY") == "-1,234.50 JPY"
    assert format_change(Decimal("50"), Decimal("-100")) == "+150.0%"
    assert format_change(Decimal("5"), Decimal("0")) == "no earlier cost"
