"""A scripted agent for clients that bring their own tools: read the file, edit it, say so.

It chooses among the tools that the client declares and fills their arguments from the client's own JSON schemas,
so that one script drives every command-line agent. How far it is follows from the tool results in the history.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.servers.script import Ask, Json, Reply, Tokens

READ = ("read", "read_file", "readfile", "view")
EDIT = ("edit", "replace", "str_replace", "edit_file")
SHELL = ("bash", "shell", "exec_command", "run_shell_command", "local_shell", "shell_command", "terminal")
CACHED = Tokens(cached=600, thought=7)
BLANK: dict[str, object] = {"string": "fix", "boolean": False, "integer": 1, "number": 1, "array": [], "object": {}}


@dataclass(frozen=True)
class Edit:
    """One replacement in one file, and the answers of a client's loop that make it."""

    file: str
    old: str
    new: str
    tokens: Tokens = CACHED
    ends_with: str = "Done."
    last_command: str = ""  # a shell command that ends the client's loop, where it wants one

    def __call__(self, ask: Ask) -> Reply:
        steps: list[tuple[tuple[str, ...], str]] = [(READ, f"cat {self.file}"), (EDIT, self._sed())]
        if self.last_command:
            steps.append(((), self.last_command))
        if not ask.tools:
            return Reply(self._block(ask.text) if "SEARCH" in ask.text else self.ends_with, tokens=self.tokens)
        if ask.results >= len(steps):
            return Reply(self.ends_with, tokens=self.tokens)
        kinds, command = steps[ask.results]
        name = next((n for kind in (kinds, SHELL) for k in kind for n in ask.tools if n.lower() == k), None)
        if name is None:
            return Reply(self.ends_with, tokens=self.tokens)
        return Reply(tool=(name, self._fill(ask.tools[name], command)), tokens=self.tokens)

    def _sed(self) -> str:
        return f"sed -i 's/{self.old}/{self.new}/' {self.file}"

    def _block(self, shown: str) -> str:
        """Such a client takes whole lines only, as it showed them."""
        name = self.file.rsplit("/", 1)[-1]
        old = next((line for line in reversed(shown.splitlines()) if self.old in line), self.old)
        new = old.replace(self.old, self.new)
        return f"{name}\n```\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"

    def _fill(self, schema: Json, command: str) -> Json:
        out: Json = {}
        for name, about in (schema.get("properties") or {}).items():
            match name.lower().replace("_", ""):
                case "filepath" | "absolutepath" | "path" | "file" | "filename":
                    out[name] = self.file
                case "oldstring" | "oldstr" | "old" | "search" | "oldtext":
                    out[name] = self.old
                case "newstring" | "newstr" | "new" | "replacement" | "newtext":
                    out[name] = self.new
                case "command" | "cmd":
                    out[name] = ["bash", "-lc", command] if about.get("type") == "array" else command
                case _ if name in (schema.get("required") or []):
                    kind = about.get("type") or "string"
                    out[name] = BLANK.get(str(kind[0] if isinstance(kind, list) else kind).lower(), "fix")
        return out
