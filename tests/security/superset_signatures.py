"""What of Superset 6.1 ours stands in for, with its parameters."""

#: What we put something in front of in Superset, with what the original takes.
REPLACED = """
    ExploreMixin._process_select_expression: self expression database_id engine schema template_processor
    ExploreMixin._process_orderby_expression: self expression database_id engine schema template_processor
    SqlaTable.query: self query_obj
    SqlaTable.values_for_column: self column_name limit denormalize_column
    SqlaTable.validate_expression: self expression expression_type
    SqlaTable.get_query_str: self query_obj
    BaseEngineSpec.execute: cls cursor query database kwargs
    BaseEngineSpec.fetch_data: cls cursor limit
    models.get_columns_description: database catalog schema query
    helpers.apply_rls: database catalog schema parsed_statement
    core.create_engine: url kwargs
    core.make_url_safe: raw_url
    SQLStatement._parse: cls script engine
    BaseReportState._get_url: self user_friendly result_format kwargs
    BaseReportState._send: self notification_content recipients
    AsyncExecuteReportScheduleCommand.run: self
"""
#: Methods of Superset's, and of what it brings, that ours stand in for.
OVERRIDDEN = """
    SupersetSecurityManager.auth_user_db: self username password
    SupersetSecurityManager.create_jwt_manager: self app
    SupersetSecurityManager.create_login_manager: self app
    SupersetSecurityManager.exist_permission_on_roles: self view_name permission_name role_ids
    SupersetSecurityManager.get_rls_filters: self table
    SupersetSecurityManager.is_item_public: self permission_name view_name
    SupersetSecurityManager.load_user: self pk
    SupersetSecurityManager.load_user_jwt: self _jwt_header jwt_data
    SupersetSecurityManager.on_user_login: self user
    SupersetSecurityManager.on_user_login_failed: self user
    SupersetSecurityManager.on_user_logout: self user
    SupersetSecurityManager.raise_for_access: self dashboard chart database datasource query query_context table viz sql
        catalog schema template_params
    SupersetSecurityManager.user_view_menu_names: self permission_name
    DBEventLogger.log: self user_id action dashboard_id duration_ms slice_id referrer args kwargs
    FileSystemCache._get_filename: self key
    RedisCache._get_prefix: self
"""


def signatures(text: str) -> dict[str, list[str]]:
    """The parameters of each by its name."""
    pairs = (line.partition(":") for line in text.replace("\n        ", " ").strip().splitlines())
    return {name.strip(): names.split() for name, _, names in pairs}
