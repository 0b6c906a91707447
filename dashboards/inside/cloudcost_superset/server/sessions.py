"""Sessions and tokens that end on the server.

Superset keeps sessions in signed cookies and gives out signed tokens; both stay good after signing out, for whoever
copied them. Here each carries a stamp, a seal over what a sign-in stands on: the person's password, roles, and the
generation of their sign-ins, a random text in the metadata database that is another one after every sign-out, change of
password, roles or being active. A stamp that is not the present one is nobody's. Reading it costs a look-up by primary
key; nothing is written but when something ends.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any

from flask import current_app, g, session
from flask_login import user_logged_in
from sqlalchemy import event, inspect, select
from superset.security import SupersetSecurityManager

from cloudcost_superset.server.following import FOLLOWER
from cloudcost_superset.server.tables import SIGN_INS, insert_into

#: Where the session, and the claims of a token, have the stamp.
STAMP = "cloudcost_stamp"
#: What of a person ends their sessions when it changes.
ENDING = ("username", "password", "active", "roles", "groups")


class StampedSecurityManager(SupersetSecurityManager):
    """Lets in whoever has a stamp that is the present one."""

    def create_login_manager(self, app: Any) -> Any:
        """Stamps the session of whoever signs in, by a form, a provider, or as a report's reader."""
        user_logged_in.connect(self._stamp_session, weak=False)
        return super().create_login_manager(app)

    def create_jwt_manager(self, app: Any) -> Any:
        """Stamps access and refresh tokens when they are made."""
        manager = super().create_jwt_manager(app)
        manager.additional_claims_loader(self._claims_of)
        return manager

    def load_user(self, pk: Any) -> Any:
        """The person of a session; none where it has ended."""
        user = super().load_user(pk)
        return user if user and self._still_counts(user, session.get(STAMP)) else None

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """The person of a token; none where it has ended."""
        user = super().load_user(jwt_data["sub"])
        if user is None or not self._still_counts(user, jwt_data.get(STAMP)):
            return None
        g.user = user
        return user

    def on_user_logout(self, user: Any) -> None:
        """Signing out ends every session and token of the person, wherever it is."""
        super().on_user_logout(user)
        end_sessions(self.session.connection(), user.id)
        self.session.commit()

    def stamp(self, user: Any) -> str:
        """A seal over what a sign-in of this person stands on now."""
        generation = select(SIGN_INS.c.generation).where(SIGN_INS.c.user_id == user.id)
        roles = sorted(role.id for role in self.get_user_roles(user))
        parts = [user.id, user.username, user.password, roles, self.session.execute(generation).scalar()]
        key = str(current_app.config["SECRET_KEY"]).encode()
        return hmac.new(key, b"stamp" + json.dumps(parts).encode(), hashlib.sha256).hexdigest()

    def _still_counts(self, user: Any, stamp: Any) -> bool:
        """Whether a stamp is this person's present one, and they are let in now."""
        return FOLLOWER.lets_in(user.username) and stamp == self.stamp(user)

    def _stamp_session(self, sender: Any, user: Any, **_: Any) -> None:
        session[STAMP] = self.stamp(user)

    def _claims_of(self, identity: str) -> dict[str, str]:
        user = self.get_user_by_id(int(identity))
        return {STAMP: self.stamp(user)} if user else {}


def end_sessions(connection: Any, user_id: int) -> None:
    """Make all that this person signed in with worthless, once the connection's transaction is committed."""
    insert = insert_into(SIGN_INS, connection.dialect.name).values(user_id=user_id, generation=secrets.token_hex(16))
    connection.execute(
        insert.on_conflict_do_update(index_elements=["user_id"], set_={"generation": insert.excluded.generation})
    )


def end_sessions_of_changed_people(app: Any) -> None:
    """Whoever is made, changed or removed starts a new generation, in the same transaction.

    Without it a role that is given and taken back would leave the stamp as it was, and somebody new would inherit
    what was signed for somebody removed who had the same number.
    """
    person = app.appbuilder.sm.user_model

    def end(mapper: Any, connection: Any, user: Any) -> None:
        end_sessions(connection, user.id)

    def end_if_changed(mapper: Any, connection: Any, user: Any) -> None:
        attributes = inspect(user).attrs
        if any(attributes[name].history.has_changes() for name in ENDING):
            end_sessions(connection, user.id)

    event.listen(person, "after_insert", end)
    event.listen(person, "after_update", end_if_changed)
    event.listen(person, "after_delete", end)
