"""What a word is looked up by, and where the words that were looked for stand in a text."""

import pytest

from feedsvc.newsroom import excerpts, folding, indexing, searching, stems, wording


def forms(text: str, language: str) -> set[str]:
    return {stem for _, stem in stems.words(text, language)}


@pytest.mark.parametrize(
    ("language", "same"),
    [
        ("az", "Bakı BAKI Baki Bakıda Bakının Bakıya Bakıdan"),
        ("az", "şəbəkə ŞƏBƏKƏ sebeke şəbəkəsi şəbəkəyə şəbəkələrin şəbəkəni şəbəkəsində"),
        ("az", "İnnovasiya INNOVASIYA innovasiyalar innovasiyaların"),
        ("az", "abunəçi abunəçilər abunəçilərinə abunəçilərimiz"),
        ("az", "uşaq uşağı uşaqlara UŞAĞIN"),
        ("az", "Azərbaycan AZƏRBAYCAN Azerbaycan Azərbaycanda Azərbaycanın Azərbaycana"),
        ("az", "kompaniya kompaniyası kompaniyanın kompaniyaya kompaniyalar"),
        ("en", "network networks NETWORKS network’s Network's"),
        ("en", "launch launches launched launching"),
        ("ru", "сеть сети сетях сетей СЕТЬЮ"),
        ("ru", "ёлка елка Ёлки ЕЛКИ"),
    ],
)
def test_forms_of_a_word_are_looked_up_by_one_key(language: str, same: str) -> None:
    assert len(forms(same, language)) == 1


def test_words_that_differ_have_keys_that_differ() -> None:
    assert len(forms("tarif tarix tələbə şəbəkə stansiya kompaniya rayon region", "az")) == 8
    assert len(forms("май мая мой", "ru")) > 1


@pytest.mark.parametrize(
    ("typed", "counts_as"),
    [
        ("Йод", "йод"), ("И\u0306од", "йод"), ("Иод", "иод"), ("Ёлка", "елка"), ("е\u0301", "е"),
        ("ŞƏHƏR", "seher"), ("Şəhər", "seher"), ("seher", "seher"),
        ("İYUN", "iyun"), ("IYUN", "iyun"), ("ıyun", "iyun"), ("i\u0307yun", "iyun"), ("Bakı", "baki"), ("BAKI", "baki"),
        ("Ørsted", "orsted"), ("Łódź", "lodz"), ("Æsir", "aesir"), ("Straße", "strasse"), ("ﬁne", "fine"), ("ΟΔΟΣ", "οδοσ"),
    ],
)  # fmt: skip
def test_both_searches_take_a_word_for_the_same_letters(typed: str, counts_as: str) -> None:
    assert folding.folded(typed) == counts_as
    assert wording.words_in(f"«{typed}»") == [counts_as]
    assert {word for word, _ in stems.words(typed, "ru")} == {counts_as}


def test_whatever_is_typed_becomes_keys_that_mean_nothing_to_a_database() -> None:
    odd = "a\"b' c\\d e:f g*h (i) j|k l&m !n <-> o_p NEAR(q r) AND OR NOT \0 \ud800 ﷺ ½ ١٢ 日本語 🙂 e\u0301\u0327 Z\u0310\u0348"
    for language in ("en", "az", "ru"):
        for key in stems.of_text(odd, language):
            assert key.isalnum(), key
            assert key == key.lower()
    assert "ei" not in stems.of_text("İI", "en")
    assert max(map(len, stems.of_text("x" * 5_000 + " ﷺ" * 50, "en"))) <= stems.LONGEST


def test_a_question_is_cut_and_says_what_it_is_about() -> None:
    long = searching.question("word " * 3_000, ("en",))
    assert len(long.text) <= searching.LONGEST
    assert not long.text.endswith("wor")
    assert [word for word, _ in searching.words(searching.question("how to pay for the Internet", ("en",)), "en")] == [
        "pay",
        "internet",
    ]
    assert searching.words(searching.question("the", ("en",)), "en") == [("the", "the")]
    many = searching.question(" ".join(f"w{n}" for n in range(60)), ("en",))
    assert len(searching.words(many, "en")) == searching.MOST_WORDS
    assert searching.question("x", ("en",), year=99_999).year == 0


def test_the_words_that_were_looked_for_are_marked_in_all_their_forms() -> None:
    sought = excerpts.sought(list(stems.words("şəbəkə 5g", "az")), begins=False)
    parts = excerpts.marked("5G: ŞƏBƏKƏLƏRİN yolu, “şəbəkə”", "az", sought)
    assert [part.text for part in parts if part.sought] == ["5G", "ŞƏBƏKƏLƏRİN", "şəbəkə"]
    assert "".join(part.text for part in parts) == "5G: ŞƏBƏKƏLƏRİN yolu, “şəbəkə”"
    text = "first " * 300 + "needle in it " + "last " * 300
    found = excerpts.excerpt(["a summary without", text], "en", excerpts.sought([("needle", "needl")], begins=False))
    assert [part.text for part in found if part.sought] == ["needle"]
    assert sum(len(part.text) for part in found) < excerpts.LONG + 10
    assert found[0].text.startswith("… ")
    nowhere = excerpts.excerpt(["a summary", text], "en", excerpts.sought([("zzz", "zzz")], begins=False))
    assert [part.text for part in nowhere] == ["a summary"]
    begun = excerpts.sought([("needl", "needl")], begins=True)
    assert [part.text for part in excerpts.marked("Needles", "en", begun) if part.sought] == ["Needles"]


def test_html_becomes_its_words() -> None:
    assert folding.plain("<p>Bak<strong>cell</strong> &amp; co</p><p>2</p>").split() == ["Bakcell", "&", "co", "2"]


def test_numbers_follow_time() -> None:
    from datetime import UTC, datetime, timedelta

    moment = datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert indexing.moment_of(indexing.number_of(moment) + 3) == moment
    assert indexing.number_of(moment + timedelta(seconds=1)) - indexing.number_of(moment) == 1 << indexing.SLOTS
    assert indexing.number_of(datetime(1961, 4, 12, tzinfo=UTC)) < 0
