"""How often somebody may try to sign in, by account and by address, counted for all processes together.

Nobody can lock an account out for good: a count ends a fixed time after its first attempt, whatever comes meanwhile.
Whoever signed in from an address before has a count of their own there, which strangers cannot use up.
"""

import hashlib
import ipaddress
import logging
import time
from typing import Any

from flask import Response, jsonify, make_response, request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import case, delete, select

from cloudcost_superset.audit import note
from cloudcost_superset.server.tables import ATTEMPTS, insert_into

#: Attempts of one address, right or wrong, and wrong ones: one password for many accounts is a wrong one each time.
PER_ADDRESS, WRONG_PER_ADDRESS = parse("10 per minute"), parse("60 per hour")
#: Attempts for one account, over all addresses from which it never signed in; and from each of the others.
PER_ACCOUNT = parse("10 per 15 minutes")
#: Requests for tokens. An embedding site asks for one for each page that it shows.
PER_ADDRESS_TOKENS = parse("60 per minute")
#: A refusal is noted this often for one address, so that the log cannot be filled.
NOTED = parse("1 per minute")
KNOWN = parse("1 per 30 days")
SIGN_IN = ("/login/", "/api/v1/security/login")
TOKENS = ("/api/v1/security/refresh", "/api/v1/security/guest_token/")
LOGGER = logging.getLogger(__name__)


class MetadataStorage(Storage):
    """Counts in Superset's metadata database. Each is a transaction of its own; what has expired is removed."""

    STORAGE_SCHEME = ["cloudcost"]  # noqa: RUF012

    @property
    def base_exceptions(self) -> type[Exception]:
        """What an unreachable database raises."""
        from sqlalchemy.exc import SQLAlchemyError

        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """One more, within ``expiry`` seconds of the first; the count."""
        now = time.time()
        is_over = ATTEMPTS.c.expires <= now
        with self._engine().begin() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.expires <= now, ATTEMPTS.c.key != key))
            insert = insert_into(ATTEMPTS, connection.dialect.name).values(key=key, count=amount, expires=now + expiry)
            changed = {
                "count": case((is_over, amount), else_=ATTEMPTS.c.count + amount),
                "expires": case((is_over, now + expiry), else_=ATTEMPTS.c.expires),
            }
            counted = insert.on_conflict_do_update(index_elements=["key"], set_=changed)
            connection.execute(counted)
            return int(connection.execute(select(ATTEMPTS.c.count).where(ATTEMPTS.c.key == key)).scalar_one())

    def get(self, key: str) -> int:
        """The count, 0 where it has expired."""
        with self._engine().connect() as connection:
            chosen = select(ATTEMPTS.c.count).where(ATTEMPTS.c.key == key, ATTEMPTS.c.expires > time.time())
            return int(connection.execute(chosen).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """When the count ends, in seconds since 1970."""
        with self._engine().connect() as connection:
            chosen = select(ATTEMPTS.c.expires).where(ATTEMPTS.c.key == key)
            return float(connection.execute(chosen).scalar() or time.time())

    def check(self) -> bool:
        """Whether the database answers."""
        self.get("")
        return True

    def reset(self) -> None:
        """Forget all."""
        with self._engine().begin() as connection:
            connection.execute(delete(ATTEMPTS))

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._engine().begin() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.key == key))

    def _engine(self) -> Any:
        from superset.extensions import db

        return db.engine


_limiter = FixedWindowRateLimiter(MetadataStorage())


def limit_attempts(app: Any) -> None:
    """Count attempts to sign in and requests for tokens before Superset looks at them."""

    @app.before_request
    def refuse_too_many() -> Response | None:
        rule = request.url_rule.rule if request.url_rule else ""
        if request.method != "POST" or rule not in SIGN_IN + TOKENS:
            return None
        address = address_of(request.remote_addr)
        if rule in TOKENS:
            return None if hit(PER_ADDRESS_TOKENS, rule, address) else refuse(address, rule, PER_ADDRESS_TOKENS)
        if not hit(PER_ADDRESS, "sign-in", address):
            return refuse(address, "address", PER_ADDRESS)
        if not _limiter.test(WRONG_PER_ADDRESS, "wrong", address):
            return refuse(address, "wrong", WRONG_PER_ADDRESS)
        account = account_of(name_given())
        # an address from which this account signed in has a count of its own
        counted = (account, address) if _limiter.storage.get(KNOWN.key_for("known", account, address)) else (account,)
        if not hit(PER_ACCOUNT, *counted):
            return refuse(address, "account", PER_ACCOUNT)
        return None


def hit(limit: RateLimitItem, *whom: str) -> bool:
    """Count one more, where the limit lets it; looking first spares the database a flood of writes."""
    return _limiter.test(limit, *whom) and _limiter.hit(limit, *whom)


def count_wrong() -> None:
    """An attempt was wrong."""
    _limiter.hit(WRONG_PER_ADDRESS, "wrong", address_of(request.remote_addr))


def count_right(user: Any) -> None:
    """Somebody signed in: their attempts from here start anew, and the address is known for thirty days."""
    account, address = f"account {user.id}", address_of(request.remote_addr)
    _limiter.clear(PER_ACCOUNT, account, address)
    if not _limiter.storage.get(KNOWN.key_for("known", account, address)):
        _limiter.hit(KNOWN, "known", account, address)


def refuse(address: str, why: str, limit: RateLimitItem) -> Response:
    """The answer to one attempt too many."""
    if _limiter.hit(NOTED, "noted", why, address):
        LOGGER.warning("too many attempts from %s: %s, %s", address, why, limit)
        note("login_limited", None, limit=str(limit), of=why, path=request.path)
    text = "Too many attempts; please wait."
    answer = jsonify({"message": text}) if request.path.startswith("/api/") else make_response(text)
    answer.status_code = 429
    answer.headers["Retry-After"] = str(min(limit.get_expiry(), 900))
    return answer


def name_given() -> str:
    """The name that somebody wants to sign in with."""
    body: Any = request.get_json(silent=True) if request.is_json else request.form
    return str(body.get("username", "")) if hasattr(body, "get") else ""


def account_of(name: str) -> str:
    """The account that a name, or a mail address, is of: one account has one count under all its names.

    What is nobody's is counted too, as a digest, so that an answer does not show whether there is such an account; it
    may be a password in the wrong field.
    """
    from superset import security_manager

    name = name.strip()
    user = (security_manager.find_user(username=name) or security_manager.find_user(email=name)) if name else None
    if user:
        return f"account {user.id}"
    return hashlib.sha256(name.lower().encode("utf-8", "replace")).hexdigest()


def address_of(text: str | None) -> str:
    """Who counts as one: an address of version 4, or a network of version 6, of which everybody has 2**64 addresses."""
    try:
        address = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
