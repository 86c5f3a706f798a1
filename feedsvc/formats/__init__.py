"""Writers: a plain document in, bytes out. No database, no Flask, no clock, no settings."""
