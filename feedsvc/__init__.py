"""feedsvc: a newsroom that publishes corporate news as pages and feeds."""

__version__ = "0.1.0"
