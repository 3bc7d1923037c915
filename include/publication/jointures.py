"""Les chemins de jointure : un nom de colonne désigne la même table partout, par une seule colonne."""

from __future__ import annotations

from collections.abc import Collection

JOINTURES: dict[str, tuple[str, str, str]] = {
    "_livraison": ("meta", "livraisons", "livraison"),
    "livraison": ("meta", "livraisons", "livraison"),
    "code": ("rapport", "definitions", "code"),
    "code_projet": ("core", "dim_projet", "code_projet"),
    "donneur_ordre_id": ("core", "dim_structure", "structure_id"),
    "id_operation": ("achats_responsables", "dim_operation", "id_operation"),
    "personne_id": ("core", "dim_personne", "personne_id"),
    "structure_id": ("core", "dim_structure", "structure_id"),
    "type_contrat": ("achats_responsables", "dim_type_contrat", "type_contrat"),
}
"""Schéma, table et colonne que désigne une colonne de ce nom, où qu'elle soit."""


def designee(schema: str, table: str, colonne: str, publiees: Collection[tuple[str, str]]) -> str | None:
    """« schema.table.colonne » que désigne cette colonne ; None si rien, si c'est elle, ou si la table manque.

    publiees: schéma et nom des tables de la publication.
    """
    cible = JOINTURES.get(colonne)
    if cible is None or cible == (schema, table, colonne) or cible[:2] not in publiees:
        return None
    return ".".join(cible)
