"""What Superset calls of ours: which publication it reads, caches that a publication makes void, who has which role."""

import os
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from cachelib.file import FileSystemCache
from cachelib.redis import RedisCache
from flask import g, has_request_context

#: The link in the serving folder that points at the folder published last.
CURRENT = "current"
ROLE_PREFIX, SCOPE_PREFIX = "cloudcost_", "cloudcost_scope_"


#: The publication that answers are made of, where it is not the current one: a new one, before it becomes that.
PINNED: ContextVar[str] = ContextVar("pinned", default="")


def published_version() -> str:
    """The folder that was published last; empty on Redshift, where readers see each committed build.

    For one request it stays the same, so that no rows of one publication are remembered as those of the next.
    """
    folder = os.environ.get("CLOUDCOST_SERVING")
    if not folder:
        return ""
    if pinned := PINNED.get():
        return pinned
    if not has_request_context():
        return os.path.realpath(Path(folder) / CURRENT)
    if "published" not in g:
        g.published = os.path.realpath(Path(folder) / CURRENT)
    return str(g.published)


def _publication() -> str:
    return Path(published_version()).name


class PublishedFileCache(FileSystemCache):
    """The embedded cache: files, shared by all workers. No answer outlives the figures it was made of."""

    def _get_filename(self, key: str) -> str:
        return super()._get_filename(key if key == self._fs_count_file else f"{_publication()}:{key}")


class PublishedRedisCache(RedisCache):
    """The cache in Redis. No answer outlives the figures it was made of."""

    def _get_prefix(self) -> str:
        return f"{super()._get_prefix()}{_publication()}:"


def make_file_cache(app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> PublishedFileCache:
    """For flask-caching's CACHE_TYPE."""
    return PublishedFileCache(config["CACHE_DIR"], config["CACHE_THRESHOLD"], config["CACHE_DEFAULT_TIMEOUT"])


def make_redis_cache(app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> PublishedRedisCache:
    """For flask-caching's CACHE_TYPE."""
    from redis import from_url

    client = from_url(config["CACHE_REDIS_URL"])
    return PublishedRedisCache(client, default_timeout=config["CACHE_DEFAULT_TIMEOUT"], key_prefix="data_")


def adapt_application(app: Any) -> None:
    """What Superset's settings cannot say, done once the application stands."""
    from superset_answers import remember_answers
    from superset_audit import note_exports
    from superset_burden import limit_burden
    from superset_connections import guard_connections
    from superset_doors import answer_plainly, close_doors, hide_people
    from superset_hosts import serve_known_hosts
    from superset_limits import limit_attempts
    from superset_reports import send_workbooks
    from superset_sessions import end_sessions_of_changed_people
    from superset_speed import remember_parsing, share_engines, write_ahead
    from superset_tables import make_tables

    make_tables(app)
    limit_burden(app)
    limit_attempts(app)
    end_sessions_of_changed_people(app)
    guard_connections(app)
    serve_known_hosts(app, app.config["SETTINGS"])
    note_exports(app)
    share_engines()
    close_doors()
    answer_plainly(app)
    hide_people(app)
    remember_parsing()
    remember_answers(app)
    write_ahead(app)
    part_connections(app)
    send_workbooks()


def part_connections(app: Any) -> None:
    """A forked process opens connections of its own: two that share one read each other's answers."""
    from superset.extensions import db

    def forget() -> None:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)


def read_people(settings: dict[str, Any]) -> dict[str, list[str]]:
    """Superset roles by what a person brings: an address of `people`, or a group of `group_roles`."""
    mapping = {f"mail:{p['email'].lower()}": roles_of(p["role"], p["scopes"]) for p in settings["people"]}
    mapping |= {f"group:{group}": roles_of(role, []) for group, role in settings["oidc"]["group_roles"].items()}
    return mapping


def roles_of(role: str, scopes: list[str]) -> list[str]:
    """The Superset roles of somebody with this role and these scopes."""
    return ["Admin"] if role == "admin" else [ROLE_PREFIX + role, *(SCOPE_PREFIX + scope for scope in scopes)]


def guards_every_row(token: dict[str, Any]) -> bool:
    """Whether a guest token has a row-level rule for every dataset behind it; one without would show everything.

    A rule that names no dataset holds for all of them.
    """
    from superset.daos.dashboard import EmbeddedDashboardDAO

    guarded = {rule.get("dataset") for rule in token.get("rls", []) if rule.get("clause", "").strip()}
    if None in guarded:
        return True
    read: set[int] = set()
    for resource in token["resources"]:
        embedded = EmbeddedDashboardDAO.find_by_id(resource["id"])
        if embedded is None:
            return False
        read |= {chart.datasource_id for chart in embedded.dashboard.slices}
    return bool(read) and read <= guarded
