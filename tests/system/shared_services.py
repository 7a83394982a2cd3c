"""The services that several machines share, for tests that are run a second time with them: a PostgreSQL server with a
database for each data folder, Redis, and an S3 server that checks signatures. For the length of the test process."""
import atexit
import os

import strict_s3
from postgres import Postgres

_running = {}
_databases = {}


def _start():
    from cluster_test import Redis  # it imports frontdesk, which imports this
    _running["postgres"] = Postgres()
    atexit.register(_running["postgres"].close)
    _running["redis"] = Redis()
    atexit.register(_running["redis"].close)
    _running["bucket"] = strict_s3.StrictS3()
    atexit.register(_running["bucket"].stop)


def environment_for(data_folder):
    """What makes the program use them; the same database for the same folder."""
    if not _running:
        _start()
    name = _databases.setdefault(os.path.realpath(data_folder), f"desk_{len(_databases)}")
    postgres, bucket = _running["postgres"], _running["bucket"]
    if name not in postgres.query("SELECT datname FROM pg_database").split():
        postgres.query(f"CREATE DATABASE {name}")
    access, (secret, _) = next(iter(bucket.keys.items()))
    return {
        "DATABASE_URL": f"postgresql:///{name}?user=postgres&host={postgres.folder}",
        "REDIS_URL": f"unix://{_running['redis'].path}?db={len(_databases) % 16}",
        "FRONTDESK_STORAGE_S3_ENDPOINT": bucket.endpoint,
        "FRONTDESK_STORAGE_S3_BUCKET": bucket.bucket,
        "FRONTDESK_STORAGE_S3_PREFIX": name + "/",
        "AWS_ACCESS_KEY_ID": access,
        "AWS_SECRET_ACCESS_KEY": secret,
        "FRONTDESK_OUTBOUND_ALLOWED_PRIVATE": f"127.0.0.1:{bucket.port}",
    }


class Database:
    """Rows of the database that belongs to a data folder, past the program."""

    def __init__(self, data_folder):
        self.name = _databases[os.path.realpath(data_folder)]

    def execute(self, sql, values=()):
        """Rows as tuples of text."""
        for value in values:
            sql = sql.replace("?", str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'", 1)
        lines = _running["postgres"].query(sql, self.name).splitlines()
        return [tuple(line.split("|")) for line in lines if line]

    def columns(self, table):
        """Name, is it text, must it be given."""
        return [(name, kind == "text", needed == "NO" and usual == "") for name, kind, needed, usual in self.execute(
            "SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns "
            "WHERE table_name = ? ORDER BY ordinal_position", [table])]

    def close(self):
        pass
