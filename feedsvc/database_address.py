"""The address of a database, as an operator writes it and as SQLAlchemy wants it."""

import re
from urllib.parse import urlsplit

_POSTGRESQL = re.compile(r"\Apostgres(ql)?(\+psycopg)?://")


def with_driver(url: str) -> str:
    """The address with the driver that is installed here, where it is a PostgreSQL server's."""
    return _POSTGRESQL.sub("postgresql+psycopg://", url)


def is_server(url: str) -> bool:
    """Whether this is the address of a PostgreSQL database, with only parameters that the driver knows."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = urlsplit(url)
        if parts.scheme != "postgresql+psycopg" or parts.port == 0 or not parts.path.strip("/"):
            return False
        said = conninfo_to_dict(url.replace("+psycopg", "", 1))
    except (ValueError, ProgrammingError):
        return False
    return bool(said.get("host")) and "/" not in str(said.get("dbname", "/"))
