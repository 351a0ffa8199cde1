# syntax=docker/dockerfile:1
# Two stages: dependencies by hash into a virtual environment, then that alone with the content, as a user without rights.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.txt pyproject.toml README.md ./
COPY bot bot
COPY runbooks runbooks
COPY config config
RUN python -m venv /opt/secondline \
 && /opt/secondline/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir hatchling \
 && /opt/build/bin/python -m hatchling build -t wheel -d /tmp/dist \
 && /opt/secondline/bin/pip install --no-cache-dir --no-deps /tmp/dist/*.whl

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home secondline && install -d -o secondline /var/lib/secondline
COPY --from=build /opt/secondline /opt/secondline
ENV PATH=/opt/secondline/bin:$PATH PYTHONUNBUFFERED=1 \
    SECONDLINE_ENGINE__STATE_DIR=/var/lib/secondline SECONDLINE_SERVING__HOST=0.0.0.0
USER 10001
WORKDIR /var/lib/secondline
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/livez', timeout=2)"]
ENTRYPOINT ["secondline"]
CMD ["serve"]
