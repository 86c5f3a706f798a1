"""Names stand where people of a language look for them."""

import random

import pytest

from feedsvc.web import alphabet


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "az",
            "Aysel Cavid Çingiz Elçin Əli Fərid Günay Ğ Həsən Xədicə Ilham İlham Jalə Kamil Qasım Lalə Şamil Zaur W",
        ),
        ("ru", "Елена Ёлка Жанна Илья Йод Яна Anna Əli Zaur"),
        ("en", "3G 5G Ada Éclair Edith Ərəb Fariz Ilham Ölüm Oman Şuşa Zoe Анна Ян"),
    ],
)
def test_names_come_in_the_order_of_the_alphabet(language: str, names: str) -> None:
    wanted = names.split()
    shuffled = random.Random(1).sample(wanted, len(wanted))
    assert sorted(shuffled, key=lambda name: alphabet.key(language, name)) == wanted


def test_a_short_name_comes_before_the_longer_one_and_capitals_do_not_matter() -> None:
    names = ["5G", "5G networks", "“New” media", "new York", "Newspaper"]
    backwards = names[::-1]
    assert sorted(backwards, key=lambda name: alphabet.key("en", name)) == names


@pytest.mark.parametrize(
    ("language", "name", "letter"),
    [
        ("az", "ilham", "İ"),
        ("az", "Ilıq", "I"),
        ("az", "əli", "Ə"),
        ("en", "ilham", "I"),
        ("en", "İlham", "I"),
        ("en", "“Éclair”", "E"),
        ("ru", "ёлка", "Ё"),
        ("en", "5G", alphabet.DIGITS),
        ("en", "", alphabet.DIGITS),
        ("en", "☂", alphabet.DIGITS),
        ("en", "北京", "北"),
    ],
)
def test_a_name_stands_under_its_letter(language: str, name: str, letter: str) -> None:
    assert alphabet.letter(language, name) == letter


def test_names_of_one_letter_stand_together() -> None:
    names = ["Éa", "Eb", "Əc", "ed", "Fe", "Ef", "ég"]
    for language in ("en", "az", "ru"):
        letters = [alphabet.letter(language, n) for n in sorted(names, key=lambda n: alphabet.key(language, n))]
        assert len(dict.fromkeys(letters)) == sum(a != b for a, b in zip(["", *letters], letters, strict=False))
