# Chaque cible marche seule depuis un clone neuf : `make nightly` et `make test` ne demandent que make et Python 3.11.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
PY := $(VENV)/bin/python
NUIT ?=
ARRETE ?=
# Essais menés de front.
TRAVAIL ?= 2
# sqlfluff compile les modèles par dbt, qui veut une base où écrire : une base d'un instant.
SQLFLUFF := base=$$(mktemp -d) && trap 'rm -rf "$$base"' EXIT && \
  ENTREPOT_BUILD=$$base/entrepot.duckdb DBT_LOG_PATH=$$base $(VENV)/bin/sqlfluff
SQL := --disable-progress-bar dbt_project/models dbt_project/tests

export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export AIRFLOW__USAGE_DATA_COLLECTION__ENABLED := False

.PHONY: help
help: ## cette liste
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Installer --------------------------------------------------------------------------------------------------

.PHONY: venv
venv: $(VENV)/.installe ## l'environnement Python, sur les versions de requirements.txt

# Le témoin n'est posé qu'une fois tout installé : une installation interrompue reprend.
$(VENV)/.installe: requirements.txt
	@for python in "$${PYTHON:-python3.11}" python3; do \
	  if "$$python" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then break; fi; \
	  python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Il faut Python 3.11 et son module venv : apt-get install python3.11 python3.11-venv (ou PYTHON=chemin)." >&2; \
	  exit 1; \
	fi; \
	echo "Installation dans $(VENV) (quelques minutes, une seule fois)…"; \
	"$$python" -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-input -r requirements.txt
	@$(PY) -m pip check --disable-pip-version-check >/dev/null
	@touch $@

.PHONY: compile
compile: venv ## requirements.txt, d'après requirements.in (MAJ=1 : aux dernières versions admises)
	$(PY) outils/epingler.py $(if $(MAJ),--mettre-a-jour)

# --- La nuit ----------------------------------------------------------------------------------------------------

.PHONY: nightly
nightly: venv ## une nuit entière par Airflow (NUIT=2018-01-02 ARRETE=2017-12-31 pour la choisir)
	@$(PY) -m include.orchestration nuit "$(NUIT)" "$(ARRETE)"

.PHONY: check-file
check-file: venv ## le verdict d'un fichier avant de l'envoyer : make check-file FILE=chemin
	@if [ -z "$(FILE)" ]; then echo "Quel fichier ? make check-file FILE=chemin" >&2; exit 2; fi
	@$(PY) -m include.extraction.verifier "$(FILE)"

.PHONY: why
why: venv ## le chemin d'un chiffre jusqu'aux lignes reçues : make why CODE=CL001 ANNEE=2017 [CSV=chemin]
	@if [ -z "$(CODE)" ] || [ -z "$(ANNEE)" ]; then echo "Quel chiffre ? make why CODE=CL001 ANNEE=2017" >&2; exit 2; fi
	@$(PY) -m include.pourquoi "$(CODE)" "$(ANNEE)" $(if $(CSV),"$(CSV)")

.PHONY: diff
diff: venv ## ce qui a changé entre deux publications : make diff [DE=2018-01-02-1] [A=2018-01-03-1]
	@$(PY) -m include.differences "$(DE)" "$(A)"

.PHONY: sql
sql: venv ## la base publiée, en lecture seule, dans le terminal SQL de DuckDB
	@base="$${ENTREPOT_DATA:-data}/publie/courant/entrepot.duckdb"; \
	if [ ! -e "$$base" ]; then echo "Rien n'est encore publié : make nightly." >&2; exit 2; fi; \
	$(VENV)/bin/duckdb -readonly -cmd "set autoinstall_known_extensions = false" "$$base"

.PHONY: person
person: venv ## ce que l'entrepôt sait d'une personne : le nom se donne au clavier
	@$(PY) -m include.droits.personne

.PHONY: erase-person
erase-person: venv ## efface une personne, partout et pour toujours : le nom se donne au clavier
	@$(PY) -m include.droits.personne --effacer

.PHONY: retention
retention: venv ## purge les noms dont le délai est passé (JOUR=2020-01-01, ESSAI=1 pour voir, REPRISE=1 pour finir)
	@$(PY) -m include.droits.conservation $(if $(JOUR),"$(JOUR)") $(if $(ESSAI),--essai) $(if $(REPRISE),--reprise)

.PHONY: rotate-key
rotate-key: venv ## change la clé de prive/ et archives/ (clé fournie : la neuve dans ENTREPOT_CLE_NOUVELLE)
	@$(PY) -m include.droits.rotation

.PHONY: train
train: venv ## apprend le modèle qui dit qui est qui, sur des fiches synthétiques ; la nuit n'apprend jamais
	@$(PY) -m include.personnes.entrainement

.PHONY: measure-persons
measure-persons: venv ## ce que vaut le rapprochement des personnes (FILE=fiches.csv avec verite, LIGNES=200000)
	@$(PY) -m include.personnes.mesure $(if $(FILE),"$(FILE)") $(if $(LIGNES),--lignes $(LIGNES))

.PHONY: report
report: venv ## le rapport d'activité d'une période : make report PERIODE=2017 (2017-S2, 2017-09, 2017-04-a-09) [VERS=dossier]
	@if [ -z "$(PERIODE)" ]; then echo "Quelle période ? make report PERIODE=2017 (ou 2017-S2, 2017-09, 2017-04-a-09)" >&2; exit 2; fi
	@$(PY) -m include.rapport_activite "$(PERIODE)" $(if $(VERS),"$(VERS)")

.PHONY: standalone
standalone: venv ## l'interface d'Airflow et son ordonnanceur, sur http://127.0.0.1:8080
	@$(PY) -m include.orchestration standalone

.PHONY: bench
bench: venv ## les temps et la mémoire, à côté d'un plancher (LIGNES="1000000 10000000")
	@$(PY) bench/banc.py $(LIGNES)

.PHONY: sources
sources: venv ## les sources de dbt, récrites d'après les contrats
	@$(PY) -m include.contrats

.PHONY: er
er: venv ## les schémas de docs/images, redessinés d'après la publication courante
	@$(PY) -m outils.schemas

.PHONY: env
env: ## .env du déploiement : secrets tirés au hasard, jamais écrasés
	@python3 deploiement/secrets_env.py

# --- Vérifier ---------------------------------------------------------------------------------------------------

.PHONY: lint
lint: venv ## la forme : ruff, sqlfluff
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/ruff format --check --quiet .
	@$(SQLFLUFF) lint $(SQL)

.PHONY: types
types: venv ## les types d'include/ : mypy
	$(VENV)/bin/mypy

.PHONY: format
format: venv ## remet en forme Python et SQL
	$(VENV)/bin/ruff check --fix --quiet .
	$(VENV)/bin/ruff format --quiet .
	@$(SQLFLUFF) fix $(SQL)

.PHONY: test
test: lint types ## tout ce qui doit passer avant de livrer, sans paquet Debian (moins de 20 minutes)
	$(PY) -m pytest -m "not long" --ignore=tests/longs --ignore=tests/rendu -n $(TRAVAIL) --dist loadfile

.PHONY: test-rendu
test-rendu: venv ## ce que chacun reçoit, ouvert par Chromium et LibreOffice (ENTREPOT_RENDU : où vont les images)
	@images="$${ENTREPOT_RENDU:-$$(mktemp -d)}"; trap 'echo "Images et PDF, à regarder : $$images"' EXIT; \
	ENTREPOT_RENDU="$$images" $(PY) -m pytest tests/rendu

.PHONY: test-long
test-long: test ## en plus : ordonnanceur réel, déploiement, clients anciens (dit les paquets Debian qui manquent)
	$(PY) -m pytest -m long --ignore=tests/longs --ignore=tests/rendu -n $(TRAVAIL) --dist loadfile
	$(PY) -m pytest tests/longs
	@$(MAKE) --no-print-directory test-rendu

.PHONY: clean
clean: ## efface les restes d'outils ; ni data/, ni .env, ni l'environnement Python
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
