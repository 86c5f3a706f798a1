"""Families of readers: each is known by a User-Agent as it is really sent, and no User-Agent costs more than its share."""

import re
import time
from pathlib import Path

import pytest
from patience import PATIENCE

from feedsvc.newsroom import families
from feedsvc.newsroom.families import KIND_OF, KINDS, LONGEST, MOST_SUBSCRIBERS, reader

CORPUS = Path(__file__).parents[1] / "corpus" / "user-agents.tsv"
AGENTS = [line.split("\t") for line in CORPUS.read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("agent", "family", "subscribers"), AGENTS, ids=[one[0][:60] or "empty" for one in AGENTS])
def test_a_reader_is_known_by_what_it_sends(agent: str, family: str, subscribers: str) -> None:
    assert reader(agent) == (family, int(subscribers))


def test_every_family_stands_in_the_corpus() -> None:
    assert {family for _, family, _ in AGENTS} == set(KIND_OF)
    assert len(KIND_OF) >= 60
    assert set(KIND_OF.values()) == set(KINDS)


def test_names_fit_their_column_and_no_sign_is_hidden_by_an_earlier_one() -> None:
    assert all(0 < len(name) <= 40 for name in KIND_OF)
    for nth, (sign, name) in enumerate(families._SIGNS):
        assert sign == sign.lower()
        for earlier, other in families._SIGNS[:nth]:
            assert earlier not in sign or other == name, f"{sign!r} ({name}) is never reached: {earlier!r} ({other})"


@pytest.mark.parametrize(
    ("said", "subscribers"),
    [
        ("Feedly (16 subscribers)", 16),
        ("Feedly (1 subscriber)", 1),
        ("Feedly (1,204,000 subscribers)", 1_204_000),
        ("x; Subscribers: 7", 7),
        ("x subscribers=8)", 8),
        ("x subscribers", 0),
        ("Reader 2.2 for users", 0),
        ("version 3.5 readers", 0),
        ("0 subscribers", 0),
        ("-5 subscribers", 5),
        (f"{10**8} subscribers", MOST_SUBSCRIBERS),
        (f"{'9' * 40} subscribers", MOST_SUBSCRIBERS),
        (f"{'9' * 60} subscribers", 0),
        ("٣ subscribers", 0),
        ("1e9 subscribers", 0),
        (",,,, subscribers", 0),
        (f"{' ' * LONGEST}9 subscribers", 0),
    ],
)
def test_subscribers_are_read_with_care(said: str, subscribers: int) -> None:
    assert reader(f"Some {said}").subscribers == subscribers


HOSTILE = {
    "long": "a" * 1_000_000,
    "digits": "9" * 1_000_000 + " subscribers",
    "commas": "1," * 500_000 + " subscribers",
    "spaces": " " * 1_000_000,
    "NULs": "Feedly\0\0" * 1_000,
    "bytes": bytes(range(256)).decode("latin-1") * 100,
    "half a pair": "\ud800" * 1_000,
    "almost": "subscribers readers users " * 10_000,
    "brackets": "(" * 1_000_000,
    "grows in small letters": "İ" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_user_agent_takes_long_or_gets_a_name_of_its_own(name: str) -> None:
    agent = HOSTILE[name]
    began = time.perf_counter()
    for nth in range(50):
        found = reader(f"{nth}{agent}")
    assert (time.perf_counter() - began) / 50 < 0.002 * PATIENCE
    assert found.family in KIND_OF
    assert 0 <= found.subscribers <= MOST_SUBSCRIBERS


def test_patterns_have_no_repetition_without_an_end() -> None:
    for pattern in families._SUBSCRIBERS:
        assert not re.search(r"(?<!\\)[*+]", pattern.pattern)
