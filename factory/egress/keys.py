"""A provider's key, from one named variable of the controller's own environment, and where it is good. It never enters
a room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from factory.egress.providers import Provider
from factory.errors import NoWorker

DEFAULT = {"gemini": "GEMINI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "openai": "OPENAI_API_KEY"}


def find_key(provider: str, environ: Mapping[str, str], name: str | None = None) -> str:
    """The key in the variable `name` (default: the provider's usual one). NoWorker with the remedy where none is."""
    variable = name or DEFAULT[provider]
    key = environ.get(variable, "").strip()
    if not key:
        raise NoWorker(f"no key for {provider}: {variable} is not set; export {variable}=... and run again")
    if not key.isascii() or not key.isprintable():
        raise NoWorker(f"the key in {variable} holds a character that no key has; export {variable}=... anew")
    return key


class Access(NamedTuple):
    """Who is asked, with which key, and at which address where that is another than the provider's own."""

    provider: Provider
    key: str
    address: str = ""

    @property
    def upstream(self) -> str:
        return (self.address or self.provider.upstream).rstrip("/")

    @property
    def home(self) -> bool:
        """Whether it goes to the provider itself."""
        return self.upstream == self.provider.upstream
