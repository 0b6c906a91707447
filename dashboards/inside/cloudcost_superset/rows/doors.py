"""Where the rules of `expressions`, `permitted` and `statements` stand in Superset.

Four doors, one behind the other, for everybody but administrators: the query, when Superset checks whether it may run
(`judge_query_context`); each piece of SQL, when it is put into a statement (`rewrite`); every statement, when it is
about to be executed (`judge_execution`), also by routes that nobody thought of; and errors, whose texts quote rows
(`hide_error`). A door that cannot tell who asks, or of which dataset, is closed.
"""

import contextlib
import functools
import logging
import uuid
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import sqlalchemy as sa
from flask import Response, jsonify, request

from cloudcost_superset.audit import VIEWS, note, requested_chart
from cloudcost_superset.people import RESTRICTED, Standing, standing
from cloudcost_superset.rows.deadline import DEADLINE
from cloudcost_superset.rows.expressions import RefusedExpressionError, rewrite_expression, rewrite_order
from cloudcost_superset.rows.pages import known_of, pages_of
from cloudcost_superset.rows.permitted import RefusedQueryError, judge_burden, judge_query, judge_summary
from cloudcost_superset.rows.statements import RefusedStatementError, judge_statement

LOGGER = logging.getLogger(__name__)

#: The dataset that is queried at the moment.
QUERIED: ContextVar[Any] = ContextVar("queried", default=None)
#: Whether row rules could not be applied to the tables in a dataset's query.
UNRULED: ContextVar[bool] = ContextVar("unruled", default=False)


def close_doors() -> None:
    """Put the doors in; once in a process, before anything is queried."""
    from superset.connectors.sqla import models
    from superset.connectors.sqla.models import SqlaTable
    from superset.db_engine_specs.base import BaseEngineSpec
    from superset.models import core, helpers
    from superset.models.helpers import ExploreMixin

    for name, rule in (
        ("_process_select_expression", rewrite_expression),
        ("_process_orderby_expression", rewrite_order),
    ):
        setattr(ExploreMixin, name, _rewriting(getattr(ExploreMixin, name), rule))
    for name in ("query", "values_for_column", "validate_expression", "get_query_str"):
        setattr(SqlaTable, name, _guarded(getattr(SqlaTable, name), name))
    BaseEngineSpec.execute = classmethod(_executing(BaseEngineSpec.execute.__func__))
    for spec in _family(BaseEngineSpec):
        if "fetch_data" in vars(spec):  # DuckDB goes on computing while it is fetched from
            spec.fetch_data = classmethod(_fetching(spec.fetch_data.__func__))
    core.create_engine = _watching(core.create_engine)
    models.get_columns_description = _describing(models.get_columns_description)
    helpers.apply_rls = _ruling(helpers.apply_rls)


def answer_plainly(app: Any) -> None:
    """Queries that Superset fails on are answered as what they are: invalid ones (400)."""
    from superset.daos.exceptions import DatasourceTypeNotSupportedError
    from superset.exceptions import QueryObjectValidationError

    def explain(error: Exception) -> tuple[Response, int]:
        return jsonify({"message": str(error)}), 400

    for kind in (QueryObjectValidationError, DatasourceTypeNotSupportedError):
        app.register_error_handler(kind, explain)

    @app.before_request
    def refuse_second_dataset() -> tuple[Response, int] | None:
        queries = requested_chart().get("queries") if request.endpoint in VIEWS else None
        if any(isinstance(query, dict) and "datasource" in query for query in queries or []):
            return jsonify({"message": "A query cannot name a dataset beside the one that is asked."}), 400
        return None


def refuse(message: str, action: str, **details: Any) -> Exception:
    """What is raised where somebody may not; it is an event of the audit log."""
    from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
    from superset.exceptions import SupersetSecurityException
    from superset.utils.core import get_user_id

    note(action, get_user_id(), reason=message[:500], **details)
    kind = SupersetErrorType.DATASOURCE_SECURITY_ACCESS_ERROR
    return SupersetSecurityException(SupersetError(message=message, error_type=kind, level=ErrorLevel.ERROR))


def judge_query_context(query_context: Any) -> None:
    """The first door: whether somebody may ask this of this dataset.

    Raises Superset's security exception (403) with the reason.
    """
    who = standing()
    if who in ("admin", "process"):
        return
    dataset = query_context.datasource
    try:
        if dataset.type != "table":
            raise RefusedQueryError("Only datasets can be asked.")
        judge_burden(query_context.queries)
        for query in query_context.queries:
            if query.datasource is not None and (query.datasource.type, query.datasource.id) != ("table", dataset.id):
                raise RefusedQueryError("A query asks another dataset than it says.")
            if who == "finance":
                continue
            result_type = str(query.result_type or query_context.result_type or "full")
            dialect = dialect_of(dataset)
            known = known_of(dataset, dialect)
            judge_query(query, known, dialect)
            if who != "team":
                judge_summary(query, result_type, pages_of(dataset, dialect), known, dialect)
    except RefusedQueryError as error:
        raise refuse(str(error), "question_refused", dataset=getattr(dataset, "table_name", None)) from error


def dialect_of(dataset: Any) -> str:
    """sqlglot's name of the dataset's SQL."""
    backend = dataset.database.backend
    return {"postgresql": "postgres"}.get(backend, backend)


def _rewriting(process: Callable[..., Any], rule: Callable[[str, Any, str], str]) -> Callable[..., Any]:
    """The second door: SQL of a reader's is replaced by what its allowed parts say."""

    @functools.wraps(process)
    def rewrite(self: Any, expression: str | None, *args: Any, **kwargs: Any) -> Any:
        if expression and standing() not in ("admin", "process"):
            names = {column.column_name for column in self.columns}
            if expression not in names | {self.database.quote_identifier(name) for name in names}:
                try:
                    expression = rule(expression, names, dialect_of(self))
                except RefusedExpressionError as error:
                    raise refuse(str(error), "expression_refused", sql=expression[:500]) from error
        return process(self, expression, *args, **kwargs)

    return rewrite


def _guarded(query_dataset: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Records which dataset is queried while it is, and refuses those routes of Superset that only designers need."""

    @functools.wraps(query_dataset)
    def guarded(self: Any, *args: Any, **kwargs: Any) -> Any:
        who = standing()
        if name == "values_for_column" and who in ("viewer", "guest", "none"):
            raise refuse(
                "The values of a column are not available to you.", "question_refused", dataset=self.table_name
            )
        if name == "validate_expression" and who not in ("admin", "process"):
            raise refuse("SQL of your own is not available here.", "expression_refused", dataset=self.table_name)
        token = QUERIED.set(self)
        try:
            with hide_error(who):
                return query_dataset(self, *args, **kwargs)
        finally:
            QUERIED.reset(token)

    return guarded


def _executing(execute: Callable[..., Any]) -> Callable[..., Any]:
    """The third door, on the way by which Superset itself executes statements."""

    @functools.wraps(execute)
    def executing(cls: Any, cursor: Any, query: str, database: Any, **kwargs: Any) -> Any:
        judge_execution(query)
        with hide_error(standing()), DEADLINE.over(cursor):
            return execute(cls, cursor, query, database, **kwargs)

    return executing


def _fetching(fetch: Callable[..., Any]) -> Callable[..., Any]:
    """Rows that are computed while they are fetched: the same limit of time, and the same silence about errors."""

    @functools.wraps(fetch)
    def fetching(cls: Any, cursor: Any, *args: Any, **kwargs: Any) -> Any:
        with hide_error(standing()), DEADLINE.over(cursor):
            return fetch(cls, cursor, *args, **kwargs)

    return fetching


def _describing(describe: Callable[..., Any]) -> Callable[..., Any]:
    """Superset finds out the type of an expression by a statement that it executes past its own way."""

    @functools.wraps(describe)
    def describing(database: Any, catalog: Any, schema: Any, query: str) -> Any:
        judge_execution(query)
        return describe(database, catalog, schema, query)

    return describing


def _ruling(apply_rules: Callable[..., Any]) -> Callable[..., Any]:
    """Where the rules of tables inside a dataset's query cannot be applied, Superset goes on; readers do not."""

    @functools.wraps(apply_rules)
    def ruling(*args: Any, **kwargs: Any) -> Any:
        try:
            return apply_rules(*args, **kwargs)
        except Exception:
            UNRULED.set(True)
            raise

    return ruling


def _family(spec: Any) -> list[Any]:
    return [spec, *(member for child in spec.__subclasses__() for member in _family(child))]


def _watching(create: Callable[..., Any]) -> Callable[..., Any]:
    """The third door, on the way by which SQLAlchemy executes them."""

    @functools.wraps(create, updated=())
    def create_watched(url: Any, **options: Any) -> Any:
        engine = create(url, **options)
        if not sa.event.contains(engine, "before_cursor_execute", _judge_event):
            sa.event.listen(engine, "before_cursor_execute", _judge_event)
            sa.event.listen(engine, "after_cursor_execute", _end_event)
            sa.event.listen(engine, "handle_error", lambda context: DEADLINE.end(context.cursor))
        return engine

    return create_watched


def _judge_event(
    connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
) -> None:
    judge_execution(statement)
    DEADLINE.begin(cursor)


def _end_event(connection: Any, cursor: Any, *_: Any) -> None:
    DEADLINE.end(cursor)


def judge_execution(sql: str) -> None:
    """A statement of anybody but an administrator reads the dataset that is queried, under their rules, and no more."""
    if standing() in ("admin", "process"):
        return
    dataset = QUERIED.get()
    try:
        if dataset is None:
            raise RefusedStatementError("no dataset is asked")
        UNRULED.set(False)
        permitted = permitted_of(dataset)
        if UNRULED.get():
            raise RefusedStatementError("the rules of the tables in the dataset's query cannot be applied")
        judge_statement(sql, permitted, dialect_of(dataset))
    except RefusedStatementError as error:
        LOGGER.warning("refused: %s: %s", error, sql[:2000])
        raise refuse("This question cannot be answered.", "statement_refused", why=str(error)[:500]) from error


def permitted_of(dataset: Any) -> str:
    """All that whoever asks may read of a dataset, as a statement."""
    relation, _ = dataset.get_from_clause(dataset.get_template_processor())
    select: Any = sa.select  # of the release that Superset brings
    query = select([sa.literal_column("*")]).select_from(relation)
    if rules := dataset.get_sqla_row_level_filters():
        query = query.where(sa.and_(*rules))
    compiled: str = dataset.database.compile_sqla_query(query, catalog=dataset.catalog, schema=dataset.schema)
    return compiled


@contextlib.contextmanager
def hide_error(who: Standing) -> Iterator[None]:
    """An error of the warehouse quotes values, also of rows that nobody was shown: only administrators read it."""
    from superset.exceptions import SupersetException, SupersetGenericErrorException

    try:
        yield
    except SupersetException:
        raise
    except Exception as error:
        if who not in RESTRICTED:
            raise
        reference = uuid.uuid4().hex[:8]
        LOGGER.warning("error %s: %s", reference, error)
        text = f"The warehouse could not answer this ({type(error).__name__}, reference {reference} in the log)."
        raise SupersetGenericErrorException(text, status=422) from None
