"""Entrepôt de données : de la livraison d'un partenaire à la publication, une étape par sous-paquet."""
