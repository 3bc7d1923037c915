"""Les droits des personnes : dire ce que l'entrepôt sait de quelqu'un, l'effacer, ne pas garder son nom trop longtemps.

Ces opérations écrivent là où la nuit lit : chacune se fait seule (verrou exclusif), se reprend après un arrêt brutal et
laisse au journal des nombres, jamais un nom ni un pseudonyme.
"""
