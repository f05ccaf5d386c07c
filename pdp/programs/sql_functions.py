"""Which SQL functions have no side effect, by dialect, and how a call is told from other uses of a parenthesis.

A name that is not listed may delete every row there is: `SELECT delete_all_invoices(7)` is a SELECT. The lists hold
built-in functions that read no file, no network, no sequence, no lock and no setting, and run no text as SQL. They trust
that nobody replaced a built-in function, operator or cast of the database by one of the same name.
"""

from __future__ import annotations

from types import MappingProxyType


def word_set(text: str) -> frozenset[str]:
    """Returns the words of `text`, which are lists that read better without quotes and commas."""
    return frozenset(text.split())


_COMMON = word_set(
    """abs acos asin atan atan2 avg cast ceil ceiling coalesce concat concat_ws cos count cume_dist degrees dense_rank
    exp first_value floor lag last_value lead least greatest length lower ltrim max min mod nth_value ntile nullif
    percent_rank pi power radians rank replace round row_number rtrim sign sin sqrt substr substring sum tan trim
    upper"""
)

_SQLITE = _COMMON | word_set(
    """acosh asinh atanh bm25 changes char concat concat_ws cosh date datetime format glob group_concat hex highlight
    ifnull iif instr json json_array json_array_length json_each json_error_position json_extract json_group_array
    json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set
    json_tree json_type json_valid jsonb jsonb_array jsonb_extract jsonb_object julianday last_insert_rowid like
    likelihood likely ln log log10 log2 matchinfo octet_length offsets pow printf quote random randomblob sinh
    snippet soundex sqlite_source_id sqlite_version strftime string_agg subtype tanh time timediff total
    total_changes trunc typeof unhex unicode unistr unixepoch unlikely zeroblob"""
)

_POSTGRES = _COMMON | word_set(
    """abbrev acosh age any_value array_agg array_append array_cat array_dims array_fill array_length array_lower
    array_ndims array_position array_positions array_prepend array_remove array_replace array_to_json
    array_to_string array_upper ascii asinh atanh bit_and bit_count bit_length bit_or bit_xor bool_and bool_or
    btrim cardinality cbrt char_length character_length chr clock_timestamp col_description corr cosh covar_pop
    covar_samp current_database current_schema current_schemas current_time current_timestamp date_add date_bin
    date_part date_subtract date_trunc daterange decode div encode every extract factorial family format
    format_type gcd gen_random_uuid generate_series generate_subscripts grouping has_column_privilege
    has_database_privilege has_schema_privilege has_table_privilege host inet_client_addr inet_same_family
    inet_server_addr initcap int4range int8range isempty isfinite json_agg json_array_elements
    json_array_elements_text json_array_length json_build_array json_build_object json_each json_each_text
    json_extract_path json_extract_path_text json_object json_object_agg json_object_keys json_strip_nulls
    json_typeof jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length jsonb_build_array
    jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path jsonb_extract_path_text jsonb_insert
    jsonb_object jsonb_object_agg jsonb_object_keys jsonb_path_exists jsonb_path_match jsonb_path_query
    jsonb_path_query_array jsonb_path_query_first jsonb_path_query_tz jsonb_pretty jsonb_set jsonb_strip_nulls
    jsonb_to_tsvector jsonb_typeof justify_days justify_hours justify_interval lcm left ln localtime
    localtimestamp log log10 lower_inc lpad make_date make_interval make_time make_timestamp make_timestamptz
    masklen md5 mode network normalize now num_nonnulls num_nulls numnode numrange obj_description octet_length
    overlay percentile_cont percentile_disc pg_backend_pid pg_column_size pg_database_size pg_encoding_to_char
    pg_get_constraintdef pg_get_expr pg_get_function_arguments pg_get_function_result pg_get_functiondef
    pg_get_indexdef pg_get_partkeydef pg_get_ruledef pg_get_triggerdef pg_get_userbyid pg_get_viewdef
    pg_indexes_size pg_is_in_recovery pg_postmaster_start_time pg_relation_size pg_size_bytes pg_size_pretty
    pg_table_is_visible pg_table_size pg_tablespace_size pg_total_relation_size pg_typeof phraseto_tsquery
    plainto_tsquery position querytree quote_ident quote_literal quote_nullable random range_merge regexp_count
    regexp_instr regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array
    regexp_split_to_table regexp_substr regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx
    regr_sxy regr_syy repeat reverse right row_to_json rpad scale setweight sha224 sha256 sha384 sha512
    shobj_description sinh split_part starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg
    string_to_array string_to_table strpos substring tanh text timeofday to_char to_date to_hex to_json to_jsonb
    to_number to_regclass to_timestamp to_tsquery to_tsvector transaction_timestamp translate trim_array
    trim_scale trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange tsvector_to_array unistr unnest upper_inc
    var_pop var_samp variance version websearch_to_tsquery width_bucket"""
)

_MYSQL = _COMMON | word_set(
    """adddate addtime any_value ascii bin bin_to_uuid bit_and bit_count bit_or bit_xor char char_length character_length
    connection_id conv convert_tz crc32 curdate current_date current_time current_timestamp current_user curtime
    database date date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear dense_rank elt
    extract field find_in_set format from_base64 from_days from_unixtime greatest group_concat hex hour if ifnull
    inet_aton inet_ntoa instr is_uuid isnull json_array json_arrayagg json_contains
    json_contains_path json_depth json_extract json_keys json_length json_merge_patch json_object json_objectagg
    json_pretty json_remove json_replace json_search json_set json_table json_type json_unquote json_valid
    json_value last_day lcase left ln locate log log10 log2 lpad make_set makedate maketime match md5 microsecond
    mid minute month monthname now nullif oct octet_length ord period_add period_diff position pow quarter quote
    rand regexp_instr regexp_like regexp_replace regexp_substr repeat reverse right row_number rpad schema
    sec_to_time second session_user sha sha1 sha2 soundex space std stddev stddev_pop stddev_samp str_to_date
    strcmp subdate substring_index subtime sysdate system_user time time_format time_to_sec timediff timestampadd
    timestampdiff to_base64 to_days to_seconds trunc truncate ucase unhex unix_timestamp user utc_date utc_time
    utc_timestamp uuid uuid_to_bin var_pop var_samp variance version week weekday weekofyear year yearweek"""
)

_TSQL = _COMMON | word_set(
    """app_name approx_count_distinct ascii atn2 charindex checksum checksum_agg choose col_name concat_ws convert
    count_big databasepropertyex datalength dateadd datediff datediff_big datefromparts datename datepart
    datetime2fromparts datetimefromparts datetimeoffsetfromparts datetrunc day db_id db_name difference eomonth
    format getdate getutcdate grouping grouping_id hashbytes host_name iif isdate isjson isnull isnumeric
    json_modify json_query json_value left len log log10 ltrim month nchar newid object_id object_name openjson
    parse patindex percentile_cont percentile_disc quotename rand replicate reverse right schema_id schema_name
    serverproperty smalldatetimefromparts space square stdev stdevp str string_agg string_escape string_split
    stuff suser_sname switchoffset sysdatetime sysdatetimeoffset sysutcdatetime timefromparts todatetimeoffset
    translate trim try_cast try_convert try_parse type_name unicode user_name var varp year"""
)

FUNCTIONS = MappingProxyType({"sqlite": _SQLITE, "postgres": _POSTGRES, "mysql": _MYSQL, "tsql": _TSQL})
"""Dialect (sqlglot's name) to lower-case names of functions without side effects. A dialect not here is UNKNOWN."""

TYPES = word_set(
    """bigint binary bit blob bool boolean bpchar char character date datetime datetime2 datetimeoffset dec decimal
    double float int integer interval json jsonb mediumint nchar numeric nvarchar real smallint text time timestamp
    timestamptz timetz tinyint varbinary varbit varchar varying"""
)
"""Names of types that take a parenthesis, as in `varchar(20)`. As calls they convert, and change nothing."""

WORDS = word_set(
    """all and any array as bernoulli between by case check conflict cube distinct else except exists filter from group
    having ilike in insert intersect into join key lateral left like limit materialized not null offset on only or
    order over overlaps primary references returning right rollup row select set sets similar some system then to
    top union unique using values when where window with zone"""
)
"""Words of the grammar that may stand before a parenthesis without calling anything."""

CALLABLE = MappingProxyType({dialect: listed | TYPES | WORDS for dialect, listed in FUNCTIONS.items()})
"""Names that sqlglot may keep as a call, once the words around them were checked."""

AFTER = MappingProxyType(
    {
        "bernoulli": word_set("tablesample"),
        "by": word_set("group order partition"),
        "conflict": word_set("on"),
        "filter": word_set(")"),
        "insert": word_set("then"),
        "key": word_set("foreign primary"),
        "materialized": word_set("as not"),
        "over": word_set(")"),
        "overlaps": word_set(")"),
        "sets": word_set("grouping"),
        "system": word_set("tablesample"),
        "to": word_set("similar"),
        "top": word_set("all distinct select"),
        "zone": word_set("time"),
    }
)
"""Those of them that may also name a function, with what stands before them when they do not."""

PRAGMAS = word_set(
    """collation_list compile_options database_list foreign_key_check foreign_key_list freelist_count function_list
    index_info index_list index_xinfo integrity_check module_list page_count pragma_list quick_check table_info
    table_list table_xinfo"""
)
"""SQLite's pragmas that only read, whatever their argument."""

SETTINGS = word_set(
    """application_name datestyle intervalstyle lock_timeout statement_timeout timezone
    idle_in_transaction_session_timeout"""
)
"""Settings that change neither how text is read nor whose tables are meant nor who acts."""
