"""Where a provider's key comes from: one named variable of the controller's own environment. It never enters a room."""

from __future__ import annotations

from collections.abc import Mapping

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
