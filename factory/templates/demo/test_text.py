from shop import text


def test_slug_drops_punctuation():
    assert text.slug("Hello, World") == "hello-world"


def test_slug_keeps_words():
    assert text.slug("one two") == "one-two"


def test_shorten_holds_the_limit():
    assert text.shorten("abcdef", 4) == "abc…"


def test_shorten_leaves_short_texts():
    assert text.shorten("abc", 4) == "abc"


def test_initials_are_capitals():
    assert text.initials("ada lovelace") == "AL"


def test_initials_of_a_spaced_name():
    assert text.initials("Ada  Lovelace") == "AL"


def test_count_words_in_any_white_space():
    assert text.count_words(" one\ntwo ") == 2
