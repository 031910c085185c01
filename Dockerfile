# The service: web, worker and commands from one image. Nothing secret goes into it.
FROM python:3.13-slim-trixie AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements.txt .
RUN /app/.venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.13-slim-trixie
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin mentorship \
    && install -d -o mentorship -g mentorship -m 700 /var/lib/mentorship /var/cache/numba /backups
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY wsgi.py gunicorn.conf.py LICENSE ./
COPY deploy deploy
COPY migrations migrations
COPY static static
COPY templates templates
COPY mentorship mentorship
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    INSTANCE_DIR=/var/lib/mentorship NUMBA_CACHE_DIR=/var/cache/numba PORT=8000
USER mentorship
EXPOSE 8000
# Alive is what a container is judged by: a database that is away is not mended by a restart.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=4)"]
CMD ["sh", "-c", "exec gunicorn --config gunicorn.conf.py --bind 0.0.0.0:${PORT} wsgi:app"]
