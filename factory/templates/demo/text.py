"""Small things with words."""


def slug(title):
    """`Hello, World` -> `hello-world`."""
    return title.lower().replace(" ", "-")


def shorten(text, limit):
    """At most `limit` characters, the last of them an ellipsis where something was cut."""
    return text[:limit] + "…" if len(text) > limit else text


def initials(name):
    """`Ada Lovelace` -> `AL`."""
    return "".join(word[0] for word in name.split(" "))


def count_words(text):
    """How many words there are, whatever the white space between them."""
    return len(text.split(" "))
