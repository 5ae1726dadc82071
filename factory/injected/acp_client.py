"""Inside a room: python acp_client.py -- AGENT...   One prompt (the file that ACP_PROMPT names) over the Agent Client
Protocol: JSON-RPC, a document a line. Prints what the agent says. Ends 0 where the turn ended, 1 where it did not.

ACP_MODEL, where it is set, is chosen for the session. It grants what the agent asks: the room is the boundary, not the
asking. Standard library only.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Agent:
    """The agent's process at the other end of two pipes."""

    def __init__(self, command: list[str]) -> None:
        to_agent, self._write = os.pipe()
        self._read, from_agent = os.pipe()
        actions = [(os.POSIX_SPAWN_DUP2, to_agent, 0), (os.POSIX_SPAWN_DUP2, from_agent, 1)]
        self.pid = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        os.close(to_agent)
        os.close(from_agent)
        self._lines = os.fdopen(self._read, encoding="utf-8", errors="replace")
        self._number = 0

    def send(self, document: Json) -> None:
        text = (json.dumps({"jsonrpc": "2.0", **document}) + "\n").encode()
        while text:
            text = text[os.write(self._write, text) :]

    def ask(self, method: str, params: Json) -> Json:
        """The result; meanwhile the agent's own questions are answered."""
        self._number += 1
        self.send({"id": self._number, "method": method, "params": params})
        for line in self._lines:
            try:
                document = json.loads(line)
            except ValueError:
                continue
            if "method" in document:
                self._answer(document)
            elif document.get("id") == self._number:
                if "error" in document:
                    raise SystemExit(f"{method}: {json.dumps(document['error'])[:500]}")
                result: Json = document.get("result") or {}
                return result
        raise SystemExit(f"{method}: the agent ended")

    def _answer(self, document: Json) -> None:
        method, params = document["method"], document.get("params") or {}
        if method == "session/update":
            show(params.get("update") or {})
        if "id" not in document:
            return
        try:
            self.send({"id": document["id"], "result": answer(method, params)})
        except (LookupError, OSError, ValueError, TypeError) as error:
            self.send({"id": document["id"], "error": {"code": -32603, "message": f"{type(error).__name__}: {error}"}})


def show(update: Json) -> None:
    if update.get("sessionUpdate") == "agent_message_chunk":
        sys.stdout.write(str((update.get("content") or {}).get("text") or ""))
        sys.stdout.flush()


def answer(method: str, params: Json) -> Json:
    if method == "session/request_permission":
        options = {option.get("kind"): option for option in params["options"]}
        chosen = options.get("allow_once") or options["allow_always"]
        return {"outcome": {"outcome": "selected", "optionId": chosen["optionId"]}}
    if method == "fs/read_text_file":
        lines = Path(params["path"]).read_text(encoding="utf-8").splitlines(keepends=True)
        first = max(0, (params.get("line") or 1) - 1)
        return {"content": "".join(lines[first:][: params.get("limit")])}
    if method == "fs/write_text_file":
        Path(params["path"]).write_text(params["content"], encoding="utf-8")
        return {}
    raise LookupError(f"no method {method}")


def main(dashes: str, *command: str) -> int:
    if dashes != "--" or not command:
        raise SystemExit("usage: acp_client.py -- AGENT...")
    prompt = Path(os.environ["ACP_PROMPT"]).read_text(encoding="utf-8")
    agent = Agent(list(command))
    files = {"readTextFile": True, "writeTextFile": True}
    agent.ask("initialize", {"protocolVersion": 1, "clientCapabilities": {"fs": files, "terminal": False}})
    session = agent.ask("session/new", {"cwd": os.getcwd(), "mcpServers": []})["sessionId"]
    if model := os.environ.get("ACP_MODEL"):
        agent.ask("session/set_model", {"sessionId": session, "modelId": model})
    ended = agent.ask("session/prompt", {"sessionId": session, "prompt": [{"type": "text", "text": prompt}]})
    reason = ended.get("stopReason")
    if reason != "end_turn":
        sys.stderr.write(f"the turn ended with {reason}\n")
    return 0 if reason == "end_turn" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
