"""Invented news to try a newsroom with: plain values from a seed; no database, no clock, no network.

`releases` gives as many as are asked for. The words stand in the lists and topics beside the modules.
"""

from feedsvc.newsroom.demo.grammar import LANGUAGES
from feedsvc.newsroom.demo.release import Release, Text
from feedsvc.newsroom.demo.writing import ORGANISATIONS, releases

__all__ = ["LANGUAGES", "ORGANISATIONS", "Release", "Text", "releases"]
