"""What a query of the UI may ask Dagster to do, looked at before Dagster sees it."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    parse,
    value_from_ast_untyped,
    visit,
)

#: Starting and ending runs and backfills, switching schedules and sensors, and loading the definitions anew. Whatever
#: else Dagster can change is refused: it would rewrite the record of what was done, or what the pipeline goes by.
MUTATIONS = frozenset({
    "launchRun", "launchPipelineExecution", "launchMultipleRuns", "launchRunReexecution", "launchPipelineReexecution",
    "terminateRun", "terminateRuns", "terminatePipelineExecution",
    "launchPartitionBackfill", "cancelPartitionBackfill", "resumePartitionBackfill", "reexecutePartitionBackfill",
    "startSchedule", "stopRunningSchedule", "resetSchedule", "startSensor", "stopSensor", "resetSensor",
    "reloadWorkspace", "reloadRepositoryLocation",
})  # fmt: skip

#: Tags in Dagster's name that its own pages send: which periods and steps a run is about, and its turn in the queue.
TAGS = frozenset({
    "dagster/partition", "dagster/partition_set", "dagster/asset_partition_range_start",
    "dagster/asset_partition_range_end", "dagster/from_ui", "dagster/is_resume_retry", "dagster/step_selection",
    "dagster/solid_selection", "dagster/op_selection", "dagster/preset_name", "dagster/priority",
    "dagster/max_retries", "dagster/retry_strategy",
})  # fmt: skip
#: The one of ours that a run shown again in the launchpad brings; the queue writes it anew.
REWRITTEN_TAG = "cloudcost/person"

#: A page's largest query has 6 kB; a run's configuration is small here.
BODY_BYTES = 1_000_000
#: How deep lists and objects may be inside each other, and how many words a query may have. Dagster walks both
#: recursively, and what is deeper ends in an error of its own.
DEPTH, TOKENS = 60, 20_000


class QueryError(Exception):
    """A query that is not passed on: its HTTP status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def check_query(body: bytes) -> bytes:
    """The query as it is passed on: only what was looked at, so that no other reader of the text finds another one.

    Raises `QueryError` for what is no query (400), and for one that asks for more than people may do here (403).
    """
    return json.dumps(check_payload(read_object(body))).encode()


def read_object(body: bytes | str) -> dict[str, Any]:
    """The JSON object that a request is."""
    try:
        given = json.loads(body)
        if not isinstance(given, dict) or find_depth(given) > DEPTH:
            raise ValueError
    except (ValueError, RecursionError):
        raise QueryError(400, "A query is a JSON object, and not a deep one.") from None
    return given


def check_payload(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a query that Dagster reads, if all of its operations are allowed, whichever is meant."""
    query, variables, name = (given.get(key) for key in ("query", "variables", "operationName"))
    if isinstance(variables, str):  # Dagster reads this too
        variables = read_object(variables)
    if not isinstance(query, str) or not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise QueryError(400, "A query is a text with an object of variables and the name of an operation.")
    document = parse_query(query)
    if any(operation.operation is OperationType.MUTATION for operation in list_operations(document)):
        check_mutations(document)
        check_tags(document, variables or {})
    passed = {"query": query, "variables": variables, "operationName": name}
    return {key: value for key, value in passed.items() if key in given}


def parse_query(query: str) -> DocumentNode:
    """The parsed text; `QueryError` where it is none, or one that is too long or too deep."""
    try:
        document = parse(query, no_location=True, max_tokens=TOKENS)
        measure = _Depth()
        visit(document, measure)
    except (GraphQLError, RecursionError) as error:
        raise QueryError(400, f"This is no query: {getattr(error, 'message', 'it is too deep')}") from None
    if measure.deepest > 4 * DEPTH:
        raise QueryError(400, "This is no query: it is too deep")
    return document


def check_mutations(document: DocumentNode) -> None:
    """Refuse a document with a mutation that is not on the list, by whatever alias or fragment it is named."""
    fragments = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}
    for operation in list_operations(document):
        if operation.operation is OperationType.MUTATION:
            for name in list_fields(operation.selection_set, fragments, set()):
                if name not in MUTATIONS and name != "__typename":
                    raise QueryError(
                        403,
                        f"{name} is not for the UI: people start and end runs here, and switch schedules and sensors.",
                    )


def list_operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, of which a request means one."""
    return [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]


def list_fields(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """The fields that are requested at the top, those of fragments too, whatever their conditions say."""
    for part in selected.selections:
        if isinstance(part, FieldNode):
            yield part.name.value
        elif isinstance(part, InlineFragmentNode):
            yield from list_fields(part.selection_set, fragments, seen)
        elif isinstance(part, FragmentSpreadNode) and part.name.value not in seen:
            seen.add(part.name.value)
            if part.name.value in fragments:
                yield from list_fields(fragments[part.name.value].selection_set, fragments, seen)


def check_tags(document: DocumentNode, variables: Mapping[str, Any]) -> None:
    """Refuse tags that would claim of a run, in another's name, how it came about."""
    given: dict[str, Any] = {}
    for operation in list_operations(document):
        for variable in operation.variable_definitions:
            if variable.default_value is not None:
                given[variable.variable.name.value] = value_from_ast_untyped(variable.default_value)
    given |= variables
    found = _Arguments(given)
    visit(document, found)
    for key in list_keys([found.values, list(given.values())]):
        if is_dagsters(key):
            raise QueryError(403, f"The tag {key!r} is one that the pipeline gives itself.")


def is_dagsters(key: str) -> bool:
    """Whether a tag is Dagster's or ours to give, or looks as if it were."""
    if key in TAGS or key == REWRITTEN_TAG:
        return False
    shown = "".join(letter for letter in unicodedata.normalize("NFKC", key) if unicodedata.category(letter)[0] != "C")
    shown = shown.strip().casefold()
    return shown.lstrip(".").startswith(("dagster/", "cloudcost/")) or shown == "user"


def list_keys(value: object) -> Iterator[str]:
    """The keys of everything that has the form of a tag."""
    if isinstance(value, Mapping):
        if isinstance(value.get("key"), str):
            yield value["key"]
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from list_keys(part)


def find_depth(value: object) -> int:
    """How deep lists and objects are inside each other; `RecursionError` where that is very deep."""
    parts = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if parts is None else 1 + max(map(find_depth, parts), default=0)


class _Arguments(Visitor):
    """Collects the value of every argument."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        super().__init__()
        self.values: list[Any] = []
        self._variables = dict(variables)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self.values.append(value_from_ast_untyped(node.value, self._variables))


class _Depth(Visitor):
    """Measures how deep a document is, in nodes."""

    def __init__(self) -> None:
        super().__init__()
        self.deepest = self._now = 0

    def enter(self, _node: Node, *_: object) -> None:
        self._now += 1
        self.deepest = max(self.deepest, self._now)

    def leave(self, _node: Node, *_: object) -> None:
        self._now -= 1
