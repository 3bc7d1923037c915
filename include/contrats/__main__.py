"""`python -m include.contrats` : récrit les sources de dbt d'après les contrats (`make sources`)."""

from __future__ import annotations

from include.contrats.sources_dbt import FICHIER, rediger


def main() -> None:
    """Écrit dbt_project/models/staging/_sources.yml."""
    FICHIER.write_text(rediger(), encoding="utf-8")
    print(f"écrit : {FICHIER}")


if __name__ == "__main__":
    main()
