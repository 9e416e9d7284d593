"""Full-text search over the product's own rows: FTS5 on SQLite, tsvector on PostgreSQL, one small door for both."""
