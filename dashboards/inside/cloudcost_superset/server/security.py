"""Who may do what: Superset's security manager that remembers permissions for seconds, has sign-ins audited, judges
questions, and shows no row of a dataset that nobody has made a rule for.
"""

import hashlib
import time
from typing import Any, NamedTuple

from flask import g
from superset.utils.core import get_user_id

from cloudcost_superset.audit import note
from cloudcost_superset.people import standing
from cloudcost_superset.rows.doors import judge_query_context, refuse
from cloudcost_superset.server.following import FOLLOWER
from cloudcost_superset.server.limits import count_right, count_wrong
from cloudcost_superset.server.sessions import StampedSecurityManager

#: Seconds that a role's permissions are remembered. People's roles and row-level rules are read for every request.
PERMISSIONS_SECONDS = 5.0


class ClosedRule(NamedTuple):
    """A row rule, as Superset reads them, that no row fulfils."""

    id: int = 0
    group_key: str | None = None
    clause: str = "1 = 0"


class CloudcostSecurityManager(StampedSecurityManager):
    """Reads all permissions of a set of roles at once, where Superset asks its database for each of them."""

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        self._remembered: dict[frozenset[int], tuple[float, set[tuple[str, str]]]] = {}
        self._ruled: tuple[float, set[int]] = (0.0, set())
        self._public: tuple[float, set[tuple[str, str]]] = (0.0, set())

    def raise_for_access(self, *args: Any, **kwargs: Any) -> None:
        """As Superset has it; beyond that, readers ask datasets by charts' queries alone, and only what they may."""
        super().raise_for_access(*args, **kwargs)
        if query_context := kwargs.get("query_context"):
            judge_query_context(query_context)
        elif standing() not in ("admin", "process") and any(kwargs.get(name) for name in ("query", "sql", "viz")):
            raise refuse("SQL of your own is not available to you.", "question_refused")

    def get_rls_filters(self, table: Any) -> list[Any]:
        """The row rules of whoever asks on a dataset. One that is newer than our rules is closed until it has one."""
        found = super().get_rls_filters(table)
        who = standing()
        if who in ("admin", "process"):
            return found
        if who == "guest":
            is_ruled = any(str(rule.get("clause") or "").strip() for rule in self.get_guest_rls_filters(table))
        elif who in ("finance", "viewer"):
            is_ruled = self._has_rule(table.id)
        else:
            is_ruled = bool(found)
        return found if is_ruled else [*found, ClosedRule()]

    def _has_rule(self, dataset: int) -> bool:
        until, ruled = self._ruled
        if until < time.monotonic():
            from superset.connectors.sqla.models import RLSFilterTables

            ruled = {number for (number,) in self.session.query(RLSFilterTables.c.table_id).distinct()}
            self._ruled = (time.monotonic() + PERMISSIONS_SECONDS, ruled)
        return dataset in ruled

    def exist_permission_on_roles(self, view_name: str, permission_name: str, role_ids: list[int]) -> bool:
        """Whether one of the roles has the permission on the view."""
        return (permission_name, view_name) in self._permissions_of(frozenset(role_ids))

    def user_view_menu_names(self, permission_name: str) -> set[str]:
        """The views on which somebody who signed in has the permission; guests and strangers as Superset has it."""
        if g.user.is_anonymous or get_user_id() is None:
            return super().user_view_menu_names(permission_name)
        held = self._permissions_of(frozenset(role.id for role in self.get_user_roles(g.user)))
        return {view for permission, view in held if permission == permission_name}

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Whether people who did not sign in have the permission on the view."""
        until, held = self._public
        if until < time.monotonic():
            role = self.get_public_role()
            held = self._permissions_of(frozenset([role.id])) if role else set()
            self._public = (time.monotonic() + PERMISSIONS_SECONDS, held)
        return (permission_name, view_name) in held

    def digest_permissions(self, role_ids: frozenset[int]) -> str:
        """Names what the roles may do."""
        held = self._permissions_of(role_ids)
        return hashlib.sha256(repr(sorted(held)).encode()).hexdigest()

    def _permissions_of(self, role_ids: frozenset[int]) -> set[tuple[str, str]]:
        until, held = self._remembered.get(role_ids, (0.0, set()))
        if until < time.monotonic():
            found = (
                self.session.query(self.permission_model.name, self.viewmenu_model.name)
                .select_from(self.permissionview_model)
                .join(self.permission_model, self.permissionview_model.permission_id == self.permission_model.id)
                .join(self.viewmenu_model, self.permissionview_model.view_menu_id == self.viewmenu_model.id)
                .join(self.permissionview_model.role)
                .filter(self.role_model.id.in_(role_ids))
            )
            held = {(permission, view) for permission, view in found}
            if len(self._remembered) > 1000:
                self._remembered.clear()
            self._remembered[role_ids] = (time.monotonic() + PERMISSIONS_SECONDS, held)
        return held

    def on_user_login(self, user: Any) -> None:
        """Somebody signed in."""
        super().on_user_login(user)
        count_right(user)
        note("login", user.id, name=user.username)

    def on_user_login_failed(self, user: Any) -> None:
        """A known person's password was wrong."""
        super().on_user_login_failed(user)
        note("login_refused", user.id, name=user.username)

    def on_user_logout(self, user: Any) -> None:
        """Somebody signed out."""
        super().on_user_logout(user)
        note("logout", user.id, name=user.username)

    def auth_user_db(self, username: str, password: str) -> Any:
        """The person of this name and password; who is not known, or let in no more, is refused and noted."""
        is_let_in = FOLLOWER.lets_in(str(username))
        user = super().auth_user_db(username, password) if is_let_in else None
        if user is None:
            count_wrong()
        is_known = is_let_in and (self.find_user(username=username) or self.find_user(email=username))
        if user is None and not is_known:
            note("login_refused", None, name=str(username)[:200])
        return user
