r"""DuckDB macros that read tags from any spelling that exporters write them in.

What they know: a JSON object; a JSON list of objects with key and value (Google's labels and tags, the APIs of AWS), of
objects with one member each, or of texts such as `team:search`; any of these as a JSON string once more, with the
quotes of CSV still doubled, or in Python's spelling (single quotes, None, True); the members of an object without its
braces (Azure's enterprise exports); and pairs: `a=1;b=2`, `a: 1, b: 2`, Athena's `{a=1, b=2}`, Alibaba's
`key:a value:1; key:b value:2`.

`read_tags` takes the quick way where a text is a plain object, the others only where it is none. A macro's argument is
copied wherever it is used: ``list_transform([x], lambda y: ...)[1]`` works it out once. In a lambda ``y.name`` would be
a column of a table or a struct of the export named y, where it has one: ``y['name']`` is not.
"""

#: A value that stands for none, as generators write it out. People do write `none` and `n/a` in lower case.
NO_VALUES = ("null", "NULL", "None", "nan", "NaN", "N/A", "\\N")

_WORDS = "|".join(("null", "NULL", "None", "nan", "NaN", "N/A", r"\\\\N"))
#: In JSON: null, what DuckDB takes although it is no JSON (NaN, +1, Infinity), and text that is empty or means nothing.
_NO_VALUE = rf'([+nNiI]|-[iI]|"({_WORDS})?")'
_PYTHON_WORD = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z_]+|[^'"A-Za-z_]+"""
_ALIBABA_PAIR = r"(?i)^\s*key:\s*(.+?)\s+value:\s*(.*?)\s*$"
_PAIR_KEY = r"""[^"'{}\[\]]*[^"'{}\[\]\s][^"'{}\[\]]*"""
_KEY_NAMES = ("key", "Key", "k", "K", "name", "Name", "tagKey", "TagKey", "tag_key")
_VALUE_NAMES = ("value", "Value", "v", "V", "val", "tagValue", "TagValue", "tag_value")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _first_of(names: tuple[str, ...]) -> str:
    return f"coalesce({', '.join(f'members[{_quote(name)}]' for name in names)})"


_NOTHING = ", ".join(_quote(word) for word in ("", *NO_VALUES))
_BLANKS = "' ' || chr(9) || chr(10) || chr(13) || chr(65279)"

#: Texts to JSON: anything else, or NULL, where a text holds none.
_TEXTS = rf"""
create or replace temp macro unescape_python(v) as (
    regexp_replace(replace(v, '\''', ''''), '\\x([0-9a-f]{{2}})', '\\u00\1', 'g')
);
create or replace temp macro python_as_json(v) as (
    list_transform([regexp_extract_all(v, {_quote(_PYTHON_WORD)}, 0, 's')], lambda tokens:
        -- a character that belongs to no token is a quote without its other half
        if(array_to_string(tokens, '') = v, array_to_string(list_transform(tokens, lambda t:
            case t when 'None' then 'null' when 'nan' then 'null' when 'True' then 'true' when 'False' then 'false'
                else if(starts_with(t, ''''),
                        '"' || replace(unescape_python(t[2:-2]), '"', '\"') || '"', unescape_python(t)) end), ''), '')
    )[1]
);
create or replace temp macro escape_breaks(v) as (
    replace(replace(replace(v, chr(9), '\t'), chr(10), '\n'), chr(13), '\r')
);
create or replace temp macro json_of_plain(v) as (
    case when starts_with(v, '"') then '{{' || v || '}}'
         when starts_with(v, '''') then python_as_json('{{' || v || '}}')
         when json_valid(v) then v
         when json_valid(replace(v, '""', '"')) then replace(v, '""', '"')
         when json_valid(escape_breaks(v)) then escape_breaks(v)
         else python_as_json(v) end
);
create or replace temp macro json_of_text(v) as (
    case when not (starts_with(v, '{{') or starts_with(v, '[') or starts_with(v, '"') or starts_with(v, '''')) then null
         when starts_with(v, '"') and json_valid(v) then json_of_plain(trim(v ->> '$'))
         when starts_with(v, '"{{""') or starts_with(v, '"[{{""') then replace(v[2:-2], '""', '"')
         else json_of_plain(v) end
);
"""

#: JSON and pairs to a list of tags: key as text, value as JSON. NULL where it is something else.
_TAGS = rf"""
create or replace temp macro json_members(j) as (try(json_transform(j, '"MAP(VARCHAR, JSON)"')));
create or replace temp macro tags_of_members(members) as (
    list_transform(map_entries(members), lambda e: {{'k': e['key'], 'v': e['value']}})
);
create or replace temp macro is_pair(v, mark) as (
    contains(v, mark) and regexp_full_match(split_part(v, mark, 1), {_quote(_PAIR_KEY)}, 's')
    and not (mark = ':' and starts_with(v[instr(v, mark) + 1:], '//'))
);
create or replace temp macro pair(v, mark) as (
    {{'k': trim(split_part(v, mark, 1)), 'v': to_json(trim(v[instr(v, mark) + 1:]))}}
);
create or replace temp macro pairs(parts, mark) as (
    case when len(list_filter(parts, lambda p: not is_pair(p, mark))) = 0
         then list_transform(parts, lambda p: pair(p, mark)) end
);
create or replace temp macro alibaba_pair(v) as (
    list_transform([regexp_extract(v, {_quote(_ALIBABA_PAIR)}, ['k', 'v'], 's')],
                   lambda p: {{'k': p['k'], 'v': to_json(p['v'])}})[1]
);
create or replace temp macro tags_of_pairs(v) as (
    list_transform([rtrim(if(starts_with(v, '{{') and ends_with(v, '}}'), v[2:-2], v), ' ;,|')], lambda body:
        if(regexp_matches(body, {_quote(_ALIBABA_PAIR)}, 's'),
           list_transform(string_split(body, ';'), lambda p: alibaba_pair(p)),
           pairs(
               string_split(body, if(contains(body, ';'), ';', if(contains(body, '|'), '|', ','))),
               if(contains(body, '='), '=', ':')))
    )[1]
);
create or replace temp macro tag_of_word(v) as (
    -- a tag without a value: FOCUS writes true
    list_transform([if(contains(v, '='), '=', ':')], lambda mark:
        if(is_pair(v, mark), pair(v, mark), {{'k': trim(v), 'v': 'true'::json}}))[1]
);
create or replace temp macro tags_of_element(j) as (
    case json_type(j)
        when 'OBJECT' then list_transform([json_members(j)], lambda members:
            if({_first_of(_KEY_NAMES)} is null, tags_of_members(members),
               [{{'k': {_first_of(_KEY_NAMES)} ->> '$', 'v': {_first_of(_VALUE_NAMES)}}}]))[1]
        when 'VARCHAR' then [tag_of_word(j ->> '$')]
        when 'NULL' then [] end
);
create or replace temp macro tags_of_elements(elements) as (
    list_transform(
        [list_transform(elements, lambda e: tags_of_element(coalesce(e, 'null'::json)))],
        lambda found: if(len(list_filter(found, lambda f: f is null)) > 0, null, flatten(found))
    )[1]
);
create or replace temp macro own_first(found) as (
    if(len(list_filter(found, lambda e: e['inherited'])) = 0, found,
       list_concat(list_filter(found, lambda e: not coalesce(e['inherited'], false)),
                   list_filter(found, lambda e: e['inherited'])))
);
create or replace temp macro tags_of_list(j) as (
    list_transform(
        [from_json(j, '[{{"key":"VARCHAR","value":"JSON","inherited":"BOOLEAN"}}]')],
        lambda found: if(len(list_filter(found, lambda e: e['key'] is null)) > 0,
            tags_of_elements(from_json(j, '["JSON"]')),
            list_transform(own_first(found), lambda e: {{'k': e['key'], 'v': e['value']}}))
    )[1]
);
"""

#: Tags to the text of one JSON object, or NULL without any. What has no value goes, and an empty one beside a filled
#: one of the same key in any case; the rest keeps its order, of which readers take the first.
_WRITING = rf"""
create or replace temp macro has_value(tag) as (
    not regexp_full_match(coalesce(tag['v']::varchar, 'null'), {_quote(_NO_VALUE)} || '[a-zA-Z]*')
);
create or replace temp macro keep_tags(tags) as (
    list_transform(
        [list_transform(list_filter(tags, lambda t: has_value(t)), lambda t: lower(t['k']))],
        lambda filled: list_filter(tags, lambda t, i: list_position(tags, t) = i and (
            has_value(t) or (t['v']::varchar = '""' and not list_contains(filled, lower(t['k'])))))
    )[1]
);
create or replace temp macro join_tags(tags) as (
    '{{' || array_to_string(list_transform(tags, lambda t: to_json(t['k']) || ':' || t['v']), ',') || '}}'
);
create or replace temp macro is_doubtful(v) as (regexp_matches(v, ':\s*' || {_quote(_NO_VALUE)}));
create or replace temp macro write_tags(tags) as (
    nullif(list_transform([join_tags(tags)], lambda w: if(is_doubtful(w), join_tags(keep_tags(tags)), w))[1], '{{}}')
);
create or replace temp macro is_plain_object(v) as (
    starts_with(v, '{{') and contains(v, '"') and json_valid(v) and not is_doubtful(v)
);
create or replace temp macro read_json(j, otherwise) as (
    case json_type(j)
        when 'OBJECT' then list_transform([json_members(j)], lambda members:
            -- a map takes no key twice
            if(cardinality(members) is distinct from len(json_keys(j)), json(j)::varchar,
               write_tags(tags_of_members(members))))[1]
        when 'ARRAY'
            then list_transform([tags_of_list(j)], lambda tags: if(tags is null, otherwise, write_tags(tags)))[1]
        else otherwise end
);
create or replace temp macro tag_value(v) as (if(list_contains([{_NOTHING}], v), null, v));
create or replace temp macro check_object(v) as (
    list_transform([v], lambda x: case when is_doubtful(x) then read_json(x, x) when x <> '{{}}' then x end)[1]
);
create or replace temp macro read_oddity(v) as (
    list_transform([json_of_text(v)], lambda j:
        if(coalesce(json_valid(j), false), read_json(j, to_json(v)::varchar),
           list_transform([tags_of_pairs(v)], lambda tags: if(tags is null, to_json(v)::varchar, write_tags(tags)))[1])
    )[1]
);
create or replace temp macro read_tags(v) as (
    list_transform([v], lambda x:
        case when x is null or x in ({_NOTHING}, '{{}}', '[]') then null
             when is_plain_object(x) then json(x)::varchar
             when starts_with(x, '"') and is_plain_object('{{' || x || '}}') then json('{{' || x || '}}')::varchar
             when starts_with(x, '[') and json_valid(x) then read_json(x, to_json(x)::varchar)
             else list_transform([trim(x, {_BLANKS})], lambda trimmed:
                 if(trimmed in ({_NOTHING}), null, read_oddity(trimmed)))[1] end
    )[1]
);
create or replace temp macro merge_tags(a, b) as (
    list_transform([{{'a': a, 'b': b}}], lambda two: if(
        starts_with(two['a'], '{{') and starts_with(two['b'], '{{'),
        json_merge_patch(two['a'], two['b'])::varchar, coalesce(two['b'], two['a'])))[1]
);
create or replace temp macro strip_prefix(members, prefix) as (
    -- a third of the time that replace() takes
    array_to_string(string_split(members, ',"' || prefix), ',"')
);
create or replace temp macro members_of(v) as (',' || substr(v, 2));
create or replace temp macro object_of(members) as ('{{' || substr(members, 2));
"""

TAG_MACROS = _TEXTS + _TAGS + _WRITING
