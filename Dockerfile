# L'image des services Airflow : Python 3.11 et les mêmes épingles que sur un poste (requirements.txt).
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 TZ=Europe/Paris
WORKDIR /opt/entrepot

# D'abord les paquets : cette couche ne change qu'avec requirements.txt.
COPY requirements.txt .
RUN python -m pip install -r requirements.txt && python -m pip check

COPY organisation.yml .
COPY dags dags
COPY dbt_project dbt_project
COPY deploiement deploiement
COPY docs/analysts.md docs/analysts.md
COPY expectations expectations
COPY include include

# Compilé à la construction : l'image est ensuite en lecture seule pour qui l'exécute.
RUN python -m compileall -q dags expectations include \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin entrepot \
    && install -d -o entrepot -g entrepot /donnees
USER entrepot
