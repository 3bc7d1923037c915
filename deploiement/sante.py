"""Contrôle de santé d'un service HTTP : sort en erreur s'il ne répond pas ou répond autre chose que 2xx.

python sante.py URL (l'image n'a pas curl)
"""

import sys
from urllib.request import urlopen

urlopen(sys.argv[1], timeout=8).close()
