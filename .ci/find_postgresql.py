"""Prints a DATABASE_URL for a PostgreSQL on the local default port that lets us in, or nothing."""

import getpass

import psycopg

CANDIDATES = (
    "postgresql://collegium:collegium@127.0.0.1:5432/postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres@127.0.0.1:5432/postgres",
    f"postgresql://{getpass.getuser()}@127.0.0.1:5432/postgres",
)
for address in CANDIDATES:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.Error:
        continue
    print(address)
    break
