# The wheels are unpacked in a stage of their own: pip and its cache stay behind.
FROM python:3.13-slim-trixie AS wheels
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.13-slim-trixie
# pg_dump, pg_restore and psql, for backups and a look at the database.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin copydesk
COPY --from=wheels /venv /venv
WORKDIR /app
COPY manage.py ./
COPY config config
COPY apps apps
COPY templates templates
COPY static static
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production
# Static files belong to the image. The key signs nothing that leaves this step.
RUN SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(48))') \
    python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p var && chown copydesk var
USER copydesk
ARG RELEASE=""
ENV RELEASE=$RELEASE
EXPOSE 8000
# Of the web process; a container that runs `python manage.py worker` goes without.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["python", "-m", "config.gunicorn", "--bind", "0.0.0.0:8000"]
