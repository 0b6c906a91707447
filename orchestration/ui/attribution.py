"""On whose name runs are started in the UI: the person whom the door let in, as a tag that nobody else can write."""

from collections.abc import Mapping
from typing import Any

from dagster import DagsterRun, QueuedRunCoordinator
from dagster._core.instance.ref import InstanceRef
from dagster._core.run_coordinator import SubmitRunContext
from dagster._core.workspace.context import WorkspaceProcessContext, WorkspaceRequestContext
from dagster._core.workspace.permissions import PermissionResult, Permissions
from dagster._serdes import ConfigurableClassData

from door.door import PERSON_KEY

PERSON_TAG = "cloudcost/person"


#: What the door lets pass (`door.queries.MUTATIONS`), in Dagster's words.
PERMITTED = frozenset({
    Permissions.LAUNCH_PIPELINE_EXECUTION, Permissions.LAUNCH_PIPELINE_REEXECUTION,
    Permissions.TERMINATE_PIPELINE_EXECUTION, Permissions.LAUNCH_PARTITION_BACKFILL,
    Permissions.CANCEL_PARTITION_BACKFILL, Permissions.START_SCHEDULE, Permissions.STOP_RUNNING_SCHEDULE,
    Permissions.EDIT_SENSOR, Permissions.RELOAD_WORKSPACE, Permissions.RELOAD_REPOSITORY_LOCATION,
})  # fmt: skip


def restrict(found: Mapping[str, PermissionResult]) -> dict[str, PermissionResult]:
    """Dagster's permissions without those that nobody has here."""
    nobody = PermissionResult(enabled=False, disabled_reason="The UI of cloudcost does not do this.")
    return {name: result if name in PERMITTED else nobody for name, result in found.items()}


class PersonRequestContext(WorkspaceRequestContext):
    """What a request of the UI works with; it knows whose request it is."""

    def get_viewer_tags(self) -> dict[str, str]:
        """The tags of what this person starts; Dagster gives them to backfills itself."""
        scope: dict[str, Any] = getattr(self._source, "scope", {})
        return {PERSON_TAG: scope[PERSON_KEY]} if PERSON_KEY in scope else {}

    @property
    def permissions(self) -> Mapping[str, PermissionResult]:
        """What people may do; a page shows no button for the rest."""
        return restrict(super().permissions)

    def permissions_for_location(self, *, location_name: str) -> Mapping[str, PermissionResult]:
        """The same for each place that definitions come from."""
        return restrict(super().permissions_for_location(location_name=location_name))

    @property
    def show_instance_config(self) -> bool:
        """Whether `dagster.yaml` is shown as it is: never, because it may hold a password."""
        return False

    def get_reporting_user_tags(self) -> dict[str, str]:
        """The tags of events that this person reports without a run."""
        return self.get_viewer_tags()


class PersonProcessContext(WorkspaceProcessContext):
    """The workspace of the UI, whose requests know whose they are."""

    def create_request_context(self, source: object | None = None) -> WorkspaceRequestContext:
        """For one request; ``source`` is the connection that it came by."""
        return PersonRequestContext(
            instance=self.instance,
            current_workspace=self.get_current_workspace(),
            process_context=self,
            version=self.version,
            source=source,
            read_only=self.read_only,
        )


class PersonRunCoordinator(QueuedRunCoordinator):
    """The queue of runs, where one that a person starts gets their name: whatever the request claims it was."""

    def submit_run(self, context: SubmitRunContext) -> DagsterRun:
        """Queue a run; what the daemon starts is left as it is, on the tags of its schedule, sensor or backfill."""
        tags = context.workspace.get_viewer_tags()
        if tags:
            self._instance.add_run_tags(context.dagster_run.run_id, tags)
        return super().submit_run(context)


def name_people(reference: InstanceRef) -> InstanceRef:
    """The same Dagster instance with a queue that keeps who started a run, whatever its `dagster.yaml` sets for it."""
    queue = reference.run_coordinator_data
    assert queue is not None  # noqa: S101 - there is a default
    config = queue.config_yaml if queue.class_name == QueuedRunCoordinator.__name__ else "{}"
    data = ConfigurableClassData(PersonRunCoordinator.__module__, PersonRunCoordinator.__name__, config)
    return reference._replace(run_coordinator_data=data)
