"""Processes that die at a chosen point: SIGKILL, so that nothing is flushed, closed or caught."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3

from actions.engine import ActionEngine
from actions.planning.planner import Planner
from alerts.channels import CHANNELS, ChannelOptions, open_channel
from alerts.outbox import Outbox
from alerts.settings import AlertSettings, choose_options_model
from state import SqliteStateStore, StateStore
from tests.peers.moto_server import make_client
from tests.unit.actions.examples import LOOPBACK, HandClock, make_settings, nothing_objects

# A fork server imports once and its children have no threads of the test's servers in them.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


class Trap:
    """A checkpoint that counts, writes down the names it passes, and kills its process at the chosen one."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.passed: list[str] = []

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        if len(self.passed) == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def open_engine(state_file: Path, aws_url: str, now: datetime, trap: Trap) -> ActionEngine:
    """An engine of its own process: own store, own clients."""
    client = boto3.client(
        "ec2",
        region_name="eu-central-1",
        endpoint_url=aws_url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    clock = HandClock(now)
    return ActionEngine(
        SqliteStateStore(state_file),
        make_settings(),
        lambda service, account_id, region: client,
        lambda source_name, billing_period: True,
        nothing_objects,
        clock,
        clock.sleep,
        checkpoint=trap,
    )


def execute(state_file: Path, aws_url: str, now: datetime, proposal_id: str, kill_at: int | None) -> None:
    """Execute until the trap."""
    open_engine(state_file, aws_url, now, Trap(kill_at)).execute(proposal_id)


def plan(open_store: Callable[[], StateStore], aws_url: str, now: datetime, proposal_id: str, kill_at: int) -> None:
    """Plan until the trap."""
    client, clock = make_client("ec2", aws_url), HandClock(now)
    Planner(open_store(), make_settings(), lambda *_: client, clock, clock.sleep, checkpoint=Trap(kill_at)).plan(
        proposal_id
    )


def roll_back(state_file: Path, aws_url: str, now: datetime, proposal_id: str, kill_at: int | None) -> None:
    """Roll back until the trap."""
    open_engine(state_file, aws_url, now, Trap(kill_at)).rollback(proposal_id, "ben@example.com", "needed")


def deliver(state_file: Path, options: dict[str, Any], environ: dict[str, str], now: datetime, kill_at: int) -> None:
    """Deliver until the trap."""
    chosen: ChannelOptions = choose_options_model(options)
    assert chosen.type in CHANNELS
    clock = HandClock(now)
    channels = {chosen.name: open_channel(chosen, environ, clock, LOOPBACK)}
    Outbox(SqliteStateStore(state_file), channels, AlertSettings(), clock, Trap(kill_at)).deliver_pending()


def run_until_killed(target: Callable[..., None], *arguments: Any) -> None:
    """Run `target` in a process of its own, which must die by SIGKILL."""
    process = CONTEXT.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
