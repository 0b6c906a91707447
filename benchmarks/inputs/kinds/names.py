"""File names as people and machines choose them; a name never changes what is in a file."""

from benchmarks.inputs.draft import Draft, Right
from benchmarks.inputs.kinds.registry import kind
from benchmarks.inputs.writing import ending

STEMS = (
    "bill with blanks", "Rechnung für März", "bill[1]", "bill*", "bill?", "b%20ill", "it's", 'a"b', "-dash", "~tilde",
    "bill (1)", "bill;drop", "$HOME", "a&b", "東京", "{braces}", "bill#1", "a=b", "x" * 180, "emoji 😀", "tab\there",
    "back\\slash", "2026-10", "null", "bill.csv", "bill.parquet", "a..b", "bill,v2", "CON", "100%", "e\u0301 and é",
)  # fmt: skip


@kind("file names")
def a_name_of_any_kind(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.bare = True
    stem = draft.random.choice(STEMS)
    draft.details = stem[:30]
    draft.names = [stem + ending(draft.format.content, draft.dialect.packing)]


@kind("file names")
def a_folder_of_any_name(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.bare = True
    folder = draft.random.choice([*STEMS, "2026/10", "year=2026/month=10", "a/b/c/d/e/f", "BILLING_PERIOD=2026-10"])
    draft.details = folder[:30]
    draft.names = [f"{folder}/part{ending(draft.format.content, draft.dialect.packing)}"]


@kind("file names")
def an_ending_in_capitals(draft: Draft) -> None:
    draft.expect(Right.TAKEN)
    draft.bare = True
    end = ending(draft.format.content, draft.dialect.packing)
    draft.names = [f"PART{draft.random.choice([end.upper(), end.title(), end.capitalize()])}"]


@kind("file names")
def a_name_that_is_no_text(draft: Draft) -> None:
    """Bytes that are no UTF-8: a file system takes them. To take it or to say so is right, to fall over is not."""
    draft.bare = True
    name = draft.random.choice([b"bill-\xff\xfe", b"M\xfcller", b"\xed\xa0\x80"])
    end = ending(draft.format.content, draft.dialect.packing).encode()

    def rename(built: Draft) -> None:
        built.judged = [built.files[built.names[0]]]
        built.files[name + end] = built.files.pop(built.names[0])
        built.names = [(name + end).decode("utf-8", "replace")]
        built.also_named += [(name + end).decode("utf-8", "surrogateescape"), end.decode()]

    draft.after.append(rename)


@kind("file names")
def an_ending_nobody_knows(draft: Draft) -> None:
    """What is no export by its name is left alone and said, or taken by its content; never silently missing."""
    draft.bare = True
    draft.names = [draft.random.choice(["part.txt", "part.bak", "part.csv.tmp", "part.crdownload", "part.xlsx"])]


@kind("file names", ["json", "csv", "avro", "parquet"], ["plain"])
def a_shard_without_ending(draft: Draft) -> None:
    """BigQuery names shards as the wildcard says, often without an ending."""
    draft.bare = True
    if draft.format.provider == "gcp":
        draft.expect(Right.TAKEN)
    draft.names = ["export-000000000000"]


@kind("file names")
def a_folder_of_an_impossible_month(draft: Draft) -> None:
    """A folder that looks like a period and is none; the rows tell the month, or the folder is named."""
    draft.bare = True
    folder = draft.random.choice(
        ["99991201-99991231", "20261301-20261331", "BILLING_PERIOD=0000-00", "BILLING_PERIOD=2026-13",
         "year=9999/month=99", "00010101-00010131", "billing_period=9999-12", "20261031-20261001"]
    )  # fmt: skip
    draft.details = folder
    draft.names = [f"export/{folder}/part{ending(draft.format.content, draft.dialect.packing)}"]
    draft.also_named.append(folder.rpartition("/")[2])
