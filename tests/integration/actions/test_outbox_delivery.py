"""The outbox: retried, never lost, never under a second name."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.channels import Channel, open_channel
from alerts.incident_book import IncidentBook
from alerts.outbox import Outbox
from alerts.outcomes import DeliveryFailedError
from alerts.settings import AlertSettings
from audit.log import AuditLog
from state import SqliteStateStore
from tests.integration.actions.killed_process import deliver, run_until_killed
from tests.peers.webhook_sink import WebhookSink
from tests.unit.actions.examples import LOOPBACK, START, HandClock, make_incident

ENVIRON = {"CLOUDCOST_WEBHOOK_SECRET": "s3cret"}


class Post:
    """A store with one alert in its outbox, and the receiver it is for."""

    def __init__(self, folder: Path, sink: WebhookSink) -> None:
        self.sink, self.clock, self.state_file = sink, HandClock(), folder / "state.sqlite"
        self.options = {"name": "hook", "type": "webhook", "url": sink.url}
        self.settings = AlertSettings.model_validate({"channels": [self.options]})
        self.store = SqliteStateStore(self.state_file)
        self.incidents = IncidentBook(self.store, self.settings.channels, self.clock)
        self.incident_id = self.incidents.open(make_incident())[0].incident_id

    def outbox(self, **channels: Channel) -> Outbox:
        known = {
            options.name: open_channel(options, ENVIRON, self.clock, LOOPBACK) for options in self.settings.channels
        }
        return Outbox(self.store, {**known, **channels}, self.settings, self.clock)

    @property
    def message(self) -> Any:
        return self.outbox().messages()[0]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with WebhookSink("s3cret") as sink:
        yield Post(tmp_path, sink)


def test_an_alert_is_delivered_once(post: Post) -> None:
    report = post.outbox().deliver_pending()
    assert report.is_ok and [delivery.status for delivery in report.deliveries] == ["sent"]
    assert post.outbox().deliver_pending().deliveries == ()
    assert [body["data"]["incident_id"] for body in post.sink.deliveries] == [post.incident_id]
    assert (post.message.status, post.message.receipt, post.message.lease_owner) == ("sent", "HTTP 204", None)
    assert [row.event for row in AuditLog(post.store, post.clock).rows()] == ["incident.opened", "message.sent"]


def test_a_failing_channel_is_stored_reported_and_tried_again_with_patience(post: Post) -> None:
    post.sink.answers += [(503, {})] * 3
    waits = []
    for _ in range(3):
        report = post.outbox().deliver_pending()
        with pytest.raises(DeliveryFailedError, match=r"'hook'.*HTTP 503"):
            report.raise_for_failures()
        waits.append(post.message.due_at - post.clock.now)
        assert (post.message.status, post.message.last_error) == ("pending", "hook: HTTP 503")
        assert post.outbox().deliver_pending().deliveries == ()
        post.clock.now = post.message.due_at
    assert waits == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert post.outbox().deliver_pending().is_ok and len(post.sink.deliveries) == 1


def test_the_receivers_own_wait_is_honoured(post: Post) -> None:
    post.sink.answers.append((429, {"Retry-After": "900"}))
    post.outbox().deliver_pending()
    assert post.message.due_at - post.clock.now == timedelta(minutes=15)


def test_what_never_arrives_is_dead_seen_and_can_be_revived(post: Post) -> None:
    post.sink.answers += [(500, {})] * post.settings.max_attempts
    for _ in range(post.settings.max_attempts):
        report = post.outbox().deliver_pending()
        post.clock.now = post.message.due_at
    assert [delivery.status for delivery in report.deliveries] == ["dead"] and report.dead_in_all == 1
    [dead] = post.outbox().messages("dead")
    assert post.outbox().deliver_pending().deliveries == ()
    post.outbox().requeue(dead.key, "ana@example.com")
    assert post.outbox().deliver_pending().is_ok
    assert list(post.sink.distinct()) == [dead.message_id]


def test_a_final_no_is_not_repeated(post: Post) -> None:
    post.sink.answers.append((410, {}))
    assert [delivery.status for delivery in post.outbox().deliver_pending().deliveries] == ["dead"]


def test_a_channel_that_is_not_configured_fails_visibly(post: Post) -> None:
    report = Outbox(post.store, {}, post.settings, post.clock).deliver_pending()
    assert [delivery.error for delivery in report.deliveries] == ["channel 'hook' is not configured"]


def test_one_failing_channel_is_not_waited_for_again_and_again(post: Post) -> None:
    for day in range(1, 4):
        post.incidents.open(make_incident(scope={"n": str(day)}))
    post.sink.answers += [(503, {})] * 2
    report = post.outbox().deliver_pending()
    assert (len(report.deliveries), report.held_back, len(post.sink.deliveries)) == (2, 2, 0)
    assert len(post.outbox().deliver_pending().deliveries) == 2


def test_what_was_never_tried_goes_before_what_has_failed(post: Post) -> None:
    post.sink.answers.append((500, {}))
    post.outbox().deliver_pending()
    post.clock.now = post.message.due_at
    new, _ = post.incidents.open(make_incident(scope={"n": "new"}))
    assert [delivery.attempts for delivery in post.outbox().deliver_pending().deliveries] == [1, 2]
    assert post.sink.deliveries[0]["data"]["incident_id"] == new.incident_id


@pytest.mark.parametrize("kill_at", [1, 2])
def test_killed_around_the_sending_it_arrives_under_one_id(post: Post, kill_at: int) -> None:
    run_until_killed(deliver, post.state_file, post.options, ENVIRON, START, kill_at)
    assert post.message.status == "pending" and post.outbox().deliver_pending().deliveries == ()
    post.clock.forward(seconds=post.settings.lease_seconds + 1)
    assert post.outbox().deliver_pending().is_ok
    # Killed before the sending: sent once. Killed after it: sent twice under one id, which the receiver drops.
    assert len(post.sink.deliveries) == kill_at
    assert list(post.sink.distinct()) == [post.message.message_id]
    assert AuditLog(post.store, post.clock).verify_chain().is_intact


def test_a_message_that_kills_its_sender_ends_as_dead(post: Post) -> None:
    for _ in range(post.settings.max_attempts):
        run_until_killed(deliver, post.state_file, post.options, ENVIRON, post.clock.now, 1)
        post.clock.forward(seconds=post.settings.lease_seconds + 1)
    [delivery] = post.outbox().deliver_pending().deliveries
    assert (delivery.status, delivery.error) == ("dead", "the sending process ended in every attempt")


def test_two_deliverers_at_once_send_each_message_once(post: Post) -> None:
    for day in range(1, 20):
        post.incidents.open(make_incident(scope={"n": str(day)}))
    threads = [threading.Thread(target=post.outbox().deliver_pending) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(post.sink.deliveries) == len(post.sink.distinct()) == 20
