"""What the configuration and people's feedback say about anomalies, as the detector takes it."""

from collections.abc import Sequence

from alerts.feedback import AnomalyFeedback
from ml.anomaly.feedback import Feedback
from ml.anomaly.settings import AnomalySettings, ScopeLimits
from ml.sections import AnomalySection


def read_settings(section: AnomalySection) -> AnomalySettings:
    """The detector's settings out of the section `anomalies`."""
    return AnomalySettings(
        min_amount=section.minimum_amount,
        min_percent=section.minimum_percent,
        lookback_days=section.open_days,
        scopes=tuple(
            ScopeLimits(one.scope, one.minimum_amount, one.minimum_percent, one.minimum_surprise)
            for one in section.scopes
        ),
    )


def list_feedback(section: AnomalySection, given: Sequence[AnomalyFeedback]) -> list[Feedback]:
    """Planned events of the configuration, and what people stated."""
    planned = [Feedback(one.scope, "planned", one.start, one.end, reason=one.reason) for one in section.planned]
    return planned + [
        Feedback(one.scope, one.verdict, one.start, one.until, float(one.daily_impact), one.reason) for one in given
    ]
