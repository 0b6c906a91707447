"""What a check declares whose findings are a provider's own advice."""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clouds.politeness import Politeness
from core.instants import utc_now
from savings.advice.advice import Reading
from savings.advice.settings import AdviceSettings
from savings.check import Check


@dataclass(frozen=True)
class Asking:
    """What a place is read with beside its own settings."""

    #: the folder that relative paths start from
    base_dir: Path
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    politeness: Politeness | None = None
    now: Callable[[], dt.datetime] = utc_now


#: Reads one place. Raises `SourceError` where it cannot be read.
ReadAdvice = Callable[[AdviceSettings, Asking], Reading]


@dataclass(frozen=True, kw_only=True)
class AdviceCheck(Check):
    """Advice of one provider: nothing is judged here but read, so each finding brings its own lever and component.

    `permissions`: what reading takes, by cloud, in the words of the cloud's own policies; `resources`: on what, where
    that is not everything.
    """

    permissions: Mapping[str, tuple[str, ...]]
    resources: tuple[str, ...] = ()
    read: ReadAdvice
