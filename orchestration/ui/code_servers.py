"""The processes that load the definitions, without what `dagster.yaml` says among their arguments."""

from dagster._cli.proxy_server_manager import ProxyServerManager


class CodeServers(ProxyServerManager):
    """Dagster's own, which find the instance by DAGSTER_HOME.

    Dagster tells them the instance on the command line, which every account of the machine sees. The queue that keeps
    who started a run is not in theirs; it comes with each run from the daemon, and only the UI and the daemon use it.
    """

    def _initialize_endpoints(self) -> None:
        # the last moment before the first of them is started
        self._grpc_server_registry.instance_ref = None
        super()._initialize_endpoints()
