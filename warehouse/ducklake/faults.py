"""What is wrong with the catalog or the files of DuckLake, out of what DuckDB, PostgreSQL and S3 state."""

import re

import duckdb

#: What PostgreSQL or its client library says -> what it means.
_CATALOG = {
    "password authentication failed": "PostgreSQL refuses the password of the user {user}",
    "no password supplied": "PostgreSQL wants a password for the user {user}",
    "does not support ssl": "PostgreSQL does not encrypt there, as `warehouse.sslmode` demands",
    "certificate": "the certificate of PostgreSQL is not trusted (PGSSLROOTCERT names a file of those that are)",
    "could not translate host name": "there is no host of that name",
    "connection refused": "PostgreSQL cannot be reached: nothing answers there",
    "timeout expired": "PostgreSQL cannot be reached: it does not answer in time",
    "timed out": "PostgreSQL cannot be reached: it does not answer in time",
    "network is unreachable": "PostgreSQL cannot be reached from this network",
    "no route to host": "PostgreSQL cannot be reached from this network",
    "too many connections": "PostgreSQL has no connection left: try again later",
    "too many clients": "PostgreSQL has no connection left: try again later",
    "starting up": "PostgreSQL is just starting: try again later",
    "shutting down": "PostgreSQL is just shutting down: try again later",
    "server closed the connection": "PostgreSQL ended the session: run again",
    "connection to server was lost": "PostgreSQL ended the session: run again",
    "terminating connection": "PostgreSQL ended the session: run again",
    "permission denied": "the user {user} may not do that in PostgreSQL ({reason})",
    "read-only transaction": "PostgreSQL is read-only there: name the primary server",
}
_NO_DATABASE = re.compile(r'(database|role) "[^"]*" does not exist')
#: What S3 answers -> what it means for the files.
_FILES = (
    (re.compile(r"NoSuchBucket"), "the bucket of {data_path} does not exist"),
    (re.compile(r"HTTP(?: code)? 403|AccessDenied|Forbidden"), "S3 does not let the credential in use at {address}"),
    (re.compile(r"HTTP(?: code)? 404|Not Found"), "{address} does not exist (any more)"),
    (re.compile(r"HTTP(?: code)? (?:503|429)|SlowDown"), "S3 asks to slow down: try again later"),
    (re.compile(r"HTTP(?: code)? 301|PermanentRedirect"), "the bucket is in another region, see `region`"),
    (re.compile(r"(?i)could not (?:connect|establish)|HTTP (?:GET|PUT|HEAD|POST)"), "S3 cannot be reached: {reason}"),
)  # fmt: skip
_ADDRESS = re.compile(r"(?:s3|https?)://[^\s'\"?]+")
_CONFLICT = re.compile(r"(?i)transaction conflict|write-write conflict")
OTHERS_WROTE = "another run wrote to the warehouse meanwhile, and nothing of this was kept: run again"


def is_about_storage(error: duckdb.Error) -> bool:
    """Whether DuckDB could not read or write the catalog or the files; else a statement is wrong."""
    kinds = (duckdb.IOException, duckdb.HTTPException, duckdb.FatalException, duckdb.InternalException)
    if isinstance(error, (*kinds, duckdb.TransactionException)):
        return True
    return any(name in str(error) for name in ("Postgres", "DuckLake"))


def explain_ducklake(error: BaseException, user: str, data_path: str) -> str:
    """One sentence. A connection string, in which DuckDB may quote more than a host, is never repeated."""
    text = " ".join(str(error).split())
    if _CONFLICT.search(text):
        return OTHERS_WROTE
    if "connect to Postgres" in text or "Postgres" in text:
        reason = _reason(text)
        if _NO_DATABASE.search(text):
            return f"PostgreSQL says: {_NO_DATABASE.search(text)[0]}"  # type: ignore[index]
        for words, meaning in _CATALOG.items():
            if words in text.lower():
                return meaning.format(user=user, reason=reason)
        return f"the catalog cannot be used: {reason}"
    address = _ADDRESS.search(text)
    for pattern, meaning in _FILES:
        if pattern.search(text):
            reason = text.partition(" LINE 1:")[0]
            return meaning.format(data_path=data_path, address=address[0] if address else data_path, reason=reason)
    return f"it cannot be used: {text.partition(' LINE 1:')[0]}"


def _reason(text: str) -> str:
    """What PostgreSQL itself says: what comes after the last place that a client library names."""
    return re.split(r"failed: |ERROR: |FATAL: ", text)[-1].strip()[:300]
