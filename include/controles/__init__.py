"""Les contrôles de la nuit : le seul endroit qui importe Great Expectations.

Rien de ce que Great Expectations a vu n'est gardé : ni valeur, ni message d'erreur. Un contrôle laisse un verdict, un
nombre de lignes en cause et la phrase écrite d'avance dans expectations/.
"""

from include.controles.verdict import controler

__all__ = ["controler"]
