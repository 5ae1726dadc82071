"""Stand-ins for the model providers: scripted, faulty on demand, and they keep books.

with serve(gemini.WIRE, [Reply("hello")]) as server:
    ...                                   # server.url, or serve(..., socket=path)
assert server.books.tokens_in == 1000
"""

from tests.servers.http import Server, serve
from tests.servers.script import Ask, Books, Drop, Hang, Raw, Refusal, Reply, Served, Tokens

__all__ = ["Ask", "Books", "Drop", "Hang", "Raw", "Refusal", "Reply", "Served", "Server", "Tokens", "serve"]
