"""L'entrepôt d'une nuit : une base DuckDB neuve, ouverte sur bronze, que dbt remplit."""
