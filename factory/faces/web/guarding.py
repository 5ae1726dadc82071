"""Every answer's headers, and who may ask: this machine's own browser, by GET, under this machine's own name."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
    "trusted-types htmx"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
NAMES = ("127.0.0.1", "localhost", "[::1]")


class OwnBrowser:
    """Lets by what this machine's browser asks for. Another name leads here only by somebody else's DNS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.encode() for name in HEADERS}
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in own]
                message["headers"] = [*kept, *((name.encode(), value.encode()) for name, value in HEADERS.items())]
            await send(message)

        if _name(scope) not in NAMES:
            await _refuse(guarded, 421, b"this is not the name of this console\n")
        elif scope["method"] not in ("GET", "HEAD"):
            await _refuse(guarded, 405, b"the console only looks\n")
        else:
            await self.app(scope, receive, guarded)


def _name(scope: Scope) -> str:
    """The name that was asked for, without its port; empty where there is none, or more than one."""
    hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    name, colon, port = hosts[0].rpartition(":") if len(hosts) == 1 else ("", "", "")
    if not colon or port.endswith("]"):
        name, port = (hosts[0], "") if len(hosts) == 1 else ("", "")
    return name.lower() if not port or (port.isascii() and port.isdecimal()) else ""


async def _refuse(send: Send, status: int, text: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"allow", b"GET, HEAD")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
