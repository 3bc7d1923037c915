#!/usr/bin/env bash
# Le compte de l'interface vient de .env ; le gestionnaire d'accès simple le lit dans un fichier (docs/decisions/0008).
set -euo pipefail
umask 077
python - > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE" <<'PYTHON'
import json, os
print(json.dumps({os.environ["ENTREPOT_COMPTE"]: os.environ["ENTREPOT_MOT_DE_PASSE"]}))
PYTHON
unset ENTREPOT_MOT_DE_PASSE
exec airflow api-server
