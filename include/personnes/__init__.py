"""Qui est qui : reconnaître une personne sous ses écritures, sans jamais montrer laquelle."""
