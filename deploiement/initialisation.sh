#!/usr/bin/env bash
# Le schéma d'Airflow, puis le pool d'une place : DuckDB n'admet qu'un processus sur la base en construction.
set -euo pipefail
airflow db migrate
airflow pools set ecrivain 1 "DuckDB n'admet qu'un processus sur la base en construction"
