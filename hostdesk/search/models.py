"""The index is one table outside Django's sight, made by the migration for each database in its own way."""
