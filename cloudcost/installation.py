"""One installation: a configuration file and the folder that holds all its local state."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from actions.settings import ActionSettings
from audit.keys import KEY_FILE, KEY_FOLDER, KeyFile, KeyVariable
from audit.seal import WITNESS_FILE, Seal, SealedStore, Witness
from cloudcost.config.document import CloudcostConfig, find_config_path, find_home, load_config
from cloudcost.identity.directory import Directory
from cloudcost.identity.home_access import check_home, close_home
from cloudcost.identity.people import find_origin
from cloudcost.identity.person import people_of_file
from cloudcost.lost_state import check_records, check_state_file, is_blank
from cloudcost.managed_settings import ManagedSettings, SettingsVersion, merge
from cloudcost.offered_periods import OfferedPeriods
from cloudcost.settings_tables import SettingsContent, read_settings
from clouds.secrets import add_secrets
from core.instants import utc_now
from ingestion.circuit import CircuitBreaker, GuardedLocation
from ingestion.contracts import Provider
from ingestion.ingest import Ingestor
from ingestion.landing.lake import Lake
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.sections.sources import SourceConfig
from ingestion.source import Source, list_read_formats
from state import STATE_FILE, ConflictError, SqliteStateStore, StateStore, open_state_store
from warehouse import WAREHOUSE_FILE, DuckDbWarehouse, Warehouse

#: What a complete run ends with.
FINAL_STAGES = ("incidents", "proposals", "dashboards")
#: Sections that forecasts and anomalies do not depend on; of sources, their names alone.
_NOT_SCORED = {"sources", "alerts", "state", "ingestion", "dashboards", "people", "audit", "ui", "api", "identity"}


@dataclass(frozen=True)
class Installation:
    """Where everything is; the parts are opened when they are first needed.

    ``channel``: the way in by which this process acts, as the audit log names it.
    """

    config_path: Path
    home: Path
    channel: str = "dagster"

    @classmethod
    def find(cls, config_path: Path | None = None, channel: str = "dagster") -> "Installation":
        """The installation of `--config`, CLOUDCOST_CONFIG and CLOUDCOST_HOME, or of the working folder.

        Its folder is closed to others, if it was not.
        """
        found = cls(find_config_path(config_path).absolute(), find_home(), channel)
        close_home(found.home)
        return found

    @cached_property
    def file_config(self) -> CloudcostConfig:
        """The validated configuration as the file has it."""
        return load_config(self.config_path)

    @cached_property
    def config(self) -> CloudcostConfig:
        """The validated configuration: the file, with the sections in its place that people changed since."""
        changed = self.managed_settings.read() if self.has_state else {}
        return self.load_merged(changed) if changed else self.file_config

    def load_merged(self, changed: Mapping[str, SettingsVersion]) -> CloudcostConfig:
        """The configuration with these sections in the place of the file's."""
        return load_config(self.config_path, lambda values: (merge(values, changed), changed.keys()))

    @property
    def managed_settings(self) -> ManagedSettings:
        """The sections that people changed."""
        return ManagedSettings(SealedStore(self._opened_state, self.seal), self.load_merged, utc_now)

    @cached_property
    def store(self) -> StateStore:
        """The state store with what seals its audit log: ledger, incidents, outbox, proposals, audit."""
        return SealedStore(self.state, self.seal)

    @property
    def seal(self) -> Seal:
        """The key of the audit log, its witness, and as whom this process writes."""
        variable = self.file_config.audit.key_env
        key = KeyVariable(variable, self.environ) if variable else KeyFile(self.home / KEY_FOLDER / KEY_FILE)
        return Seal(key, Witness(self.home / WITNESS_FILE), find_origin(self.channel))

    @cached_property
    def state(self) -> StateStore:
        """The state store alone; `LostStateError` where it is gone."""
        settings = self.file_config.state
        name = f"the DynamoDB table {settings.table}"
        if settings.backend == "sqlite":
            file = self.home / STATE_FILE
            name = str(file)
            check_state_file(file, self.lake, self.warehouse)
        check_records(name, self._opened_state, self.warehouse)
        return self._opened_state

    @cached_property
    def _opened_state(self) -> StateStore:
        settings = self.file_config.state
        return open_state_store(settings.backend, self.home, settings.table)

    @property
    def has_state(self) -> bool:
        """Whether there is any state to read; a look must not make one."""
        return self.file_config.state.backend != "sqlite" or not is_blank(self.home / STATE_FILE)

    @cached_property
    def directory(self) -> Directory:
        """The people, as the configuration and administrators have them now."""
        config = self.config
        readers = [(person.email, person.role, person.scopes) for person in config.dashboards.people]
        people = people_of_file(config.people, config.actions.approvers, readers)
        scopes, channels = [one.name for one in config.dashboards.scopes], [one.name for one in config.alerts.channels]
        return Directory(self.store, people, scopes, utc_now, channels=channels)

    @property
    def action_settings(self) -> ActionSettings:
        """What actions go by now: who may approve, and whether executions are stopped, count at once."""
        settings: dict[str, object] = {"approvers": self.directory.approvers()}
        if self.managed_settings.is_stopped():
            settings["mode"] = "dry_run"
        return self.config.actions.model_copy(update=settings)

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment, and what `secrets:` adds to it: in memory only, for this process alone."""
        return add_secrets(self.file_config.secrets, os.environ)

    @property
    def ledger(self) -> Ledger:
        """The ingestion ledger."""
        return Ledger(self.store, utc_now)

    @property
    def local_lake(self) -> Path:
        """The folder of the raw lake, or where files wait on their way to one on S3."""
        return self.home / "lake"

    @cached_property
    def lake(self) -> Lake:
        """The raw lake."""
        if self.file_config.lake.location is None:
            return LocalLake(self.local_lake)
        from clouds.access import AwsAccess
        from clouds.aws.session import open_client
        from ingestion.landing.s3_lake import S3Lake

        client = open_client("s3", AwsAccess(region=self.file_config.lake.region), environ=self.environ)
        return S3Lake(self.file_config.lake.location, self.local_lake, client)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The warehouse: a file of this folder, a shared catalog, or a database on Redshift."""
        settings = self.file_config.warehouse
        if settings.backend == "duckdb":
            return DuckDbWarehouse(self.home / WAREHOUSE_FILE, self.local_lake)
        if settings.backend == "ducklake":
            from warehouse.ducklake.engine import DuckLakeWarehouse

            return DuckLakeWarehouse(settings, (self.lake.place, self.file_config.lake.region), self.environ)
        from ingestion.landing.s3_lake import S3Lake
        from warehouse.redshift import RedshiftWarehouse

        assert isinstance(self.lake, S3Lake)  # noqa: S101 - the configuration says so
        return RedshiftWarehouse(settings, self.lake, self.environ)

    def check_usable(self) -> None:
        """Raise where the folder, the state or the warehouse file cannot be used, or a file that the configuration
        names cannot be read: all that follows would end in the middle."""
        check_home(self.home)
        close_home(self.home, is_thorough=True)
        self.read_settings()
        if isinstance(self.state, SqliteStateStore):
            self.state.check_writable()
        self.store.get("partitions", "first_period")
        if isinstance(self.warehouse, DuckDbWarehouse):
            self.warehouse.check_file()
        elif self.config.warehouse.backend == "ducklake":
            self.warehouse.has_snapshots()  # which fails where catalog or password are wrong

    @property
    def serving(self) -> Path:
        """Where the copies of the warehouse are that dashboards read."""
        return self.home / "serving"

    @property
    def dagster_home(self) -> Path:
        """Where Dagster keeps its runs and events."""
        return self.home / "dagster"

    @property
    def dbt_target(self) -> Path:
        """Where dbt writes its manifest and compiled SQL, which differ by engine."""
        backend = self.config.warehouse.backend
        return self.home / ("dbt" if backend == "duckdb" else f"dbt_{backend}")

    @property
    def log_directory(self) -> Path:
        """Where logs go."""
        return self.home / "logs"

    def source(self, name: str) -> Source:
        """The configured source of that name, ready to be read."""
        return self.open_source(self.config.source(name))

    def open_source(self, source: SourceConfig) -> Source:
        """A configured source with its location opened (nothing is read yet)."""
        location = open_location(source.location, self.config_path.parent, source.access, self.environ)
        guarded = GuardedLocation(location, CircuitBreaker(self.store, source.name, utc_now))
        currency = source.currency or self.config.reporting_currency
        beside = [list_read_formats(_name_provider(s), s.format) for s in self.config.sharing_location(source)]
        formats = frozenset().union(*beside)
        return Source(source.name, _name_provider(source), source.format, guarded, currency, formats)

    def ingestor(self) -> Ingestor:
        """What lands and promotes deliveries of this installation."""
        from core.progress import checkpoint, report_progress

        return Ingestor(self.lake, self.ledger, report_progress, checkpoint, self.config.ingestion)

    @property
    def periods(self) -> OfferedPeriods:
        """The billing periods that are offered as partitions."""
        return OfferedPeriods(self.store, self.ledger, self.config.first_billing_period)

    def read_settings(self) -> list[SettingsContent]:
        """The parts of the configuration that dbt reads, as tables."""
        return read_settings(self.config, self.config_path.parent)

    def scoring_input(self) -> str:
        """What forecasts and anomalies depend on: the current snapshots and the settings, as one hash."""
        current = [(s.key.text, s.delivery_id) for s, _ in self.ledger.current_snapshots()]
        sources = [s.name for s in self.config.sources]
        settings = self.config.model_dump_json(exclude=_NOT_SCORED)
        # beside the configuration itself: the files that it names
        tables = [content.fingerprint for content in self.read_settings()]
        return hashlib.sha256(json.dumps([current, sources, settings, tables]).encode()).hexdigest()

    def is_up_to_date(self) -> bool:
        """Whether everything downstream was built from the present snapshots and settings, and is still there."""
        present = self.scoring_input()
        is_built = all(self._stage_input(stage) == present for stage in FINAL_STAGES)
        return is_built and self.warehouse.is_there and not self.warehouse.changed_periods()

    def mark_published(self) -> None:
        """Remember which snapshots and settings the warehouse was given; what follows is built from these."""
        self._mark("published", self.scoring_input())

    def mark_unpublished(self) -> None:
        """Remember that the warehouse lacks something that is current, so that the next run looks again."""
        self._mark("published", None)

    def mark_stage(self, stage: str) -> None:
        """Remember that a final stage was built from what was published last."""
        self._mark(stage, self._stage_input("published"))

    def _stage_input(self, stage: str) -> str | None:
        record = self.store.get("pipeline", stage)
        return None if record is None else record.body["input"]

    def _mark(self, stage: str, value: str | None) -> None:
        while True:
            record = self.store.get("pipeline", stage)
            try:
                if record is None:
                    self.store.insert("pipeline", stage, {"input": value})
                else:
                    self.store.update("pipeline", stage, {"input": value}, record.version)
                return
            except ConflictError:  # another machine marked it in between: the last mark counts
                continue


def _name_provider(source: SourceConfig) -> Provider:
    return "focus" if source.provider == "auto" else source.provider
