"""Les fichiers d'une publication, faits des seules tables publiées : Parquet, classeurs, CSV, dictionnaire."""
