CREATE OR REPLACE VIEW questions AS
SELECT view_name AS ask, comment AS answer, 'view' AS kind FROM duckdb_views()
WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
UNION ALL
SELECT function_name || '(…)', comment, 'macro' FROM duckdb_functions()
WHERE NOT internal AND database_name = current_database() AND function_type = 'table_macro'
ORDER BY kind DESC, ask;
COMMENT ON VIEW questions IS 'Every view and macro here, and what it answers: begin with this.';
COMMENT ON COLUMN questions.ask IS 'type FROM and this';
COMMENT ON COLUMN questions.answer IS 'what it says';
COMMENT ON COLUMN questions.kind IS 'view, or macro: a view with an argument';
