"""YAML that a person wrote: values that know their lines, so that an error can name one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from factory.errors import Mistake
from factory.plain import many
from factory.ssot import encoding

if TYPE_CHECKING:
    import yaml

M = TypeVar("M", bound=BaseModel)
Place = tuple[str | int, ...]
REMEDY = "`factory plan --help` shows the keys"


class Written(NamedTuple, Generic[M]):
    """A validated value, the file that it came from and the line of each of its keys."""

    value: M
    path: str
    lines: Mapping[Place, int]

    def mistake(self, what: str, *place: str | int, remedy: str = "") -> Mistake:
        """An error at the line of a key, or of the nearest key around it."""
        return Mistake(what, path=self.path, line=_nearest(self.lines, place), remedy=remedy)


def read_written(model: type[M], path: str, content: bytes, *, max_lines: int) -> Written[M]:
    """Parse and validate. Mistake, with file and line, for anything that is not as the model says."""
    lines: dict[Place, int] = {}
    data = _plain(_compose(path, _text(path, content, max_lines)), (), path, lines, set())
    try:
        return Written(model.model_validate(data), path, lines)
    except ValidationError as error:
        what, place = _first(error, lines)
        raise Mistake(what, path=path, line=_nearest(lines, place), remedy=REMEDY) from None


def _text(path: str, content: bytes, max_lines: int) -> str:
    text = encoding.read(content, path).text.removeprefix(encoding.BOM)
    if (count := len(text.rstrip("\n").split("\n"))) > max_lines:
        remedy = "move what differs by file into globs and rules, or split the plan by goal"
        raise Mistake(
            f"{many(count, 'line')}; a plan has at most {max_lines}", path=path, line=max_lines + 1, remedy=remedy
        )
    return text


def _compose(path: str, text: str) -> yaml.Node:
    """The document's nodes. The pure loader: deep nesting is an exception there, and a crash in the C one."""
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Mistake(error.problem or "not YAML", path=path, line=mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, RecursionError) as error:
        what = str(error).splitlines()[0] if isinstance(error, yaml.YAMLError) else "nested too deep"
        raise Mistake(what, path=path, line=1) from None
    if node is None:
        raise Mistake("the plan is empty", path=path, line=1, remedy=REMEDY)
    return node


def _plain(node: yaml.Node, place: Place, path: str, lines: dict[Place, int], seen: set[int]) -> Any:
    """The node as plain data, noting lines. An alias is refused: thirty lines of them can stand for gigabytes."""
    import yaml

    line = node.start_mark.line + 1
    lines.setdefault(place, line)
    if id(node) in seen:
        raise Mistake("an anchor (&name) with an alias (*name)", path=path, line=line, remedy="write the value twice")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, path, lines, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*place, i), path, lines, seen) for i, child in enumerate(node.value)]
    return _scalar(node, path)


def _mapping(node: yaml.Node, place: Place, path: str, lines: dict[Place, int], seen: set[int]) -> dict[Any, Any]:
    import yaml

    out: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Mistake("a key that is no plain word", path=path, line=line, remedy=REMEDY)
        key = _scalar(key_node, path)
        if key in out:
            raise Mistake(f"{key} is written twice", path=path, line=line, remedy="keep one of them")
        lines[*place, key] = line
        out[key] = _plain(value_node, (*place, key), path, lines, seen)
    return out


def _scalar(node: yaml.Node, path: str) -> Any:
    import yaml

    try:
        return yaml.SafeLoader("").construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        what = getattr(error, "problem", None) or str(error)
        raise Mistake(str(what), path=path, line=node.start_mark.line + 1, remedy="quote the value") from None


def _first(error: ValidationError, lines: Mapping[Place, int]) -> tuple[str, Place]:
    """What is wrong and where; pydantic's names for the arms of a union are left out of the place."""
    found = error.errors(include_url=False, include_input=False)
    first = next((one for one in found if one["type"] == "extra_forbidden"), found[0])  # a typo also makes one missing
    place: Place = tuple(part for part in first["loc"] if part != "[key]")
    name = ".".join(map(str, place))
    match first["type"]:
        case "missing":
            return f"{name} is missing", place
        case "extra_forbidden":
            return f"unknown key {name}", place
        case _:
            place = place[: _depth(lines, place)]
            return f"{'.'.join(map(str, place))}: {first['msg'].removeprefix('Value error, ')}".removeprefix(
                ": "
            ), place


def _nearest(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a key, or of the innermost thing around it that has one."""
    return lines.get(place[: _depth(lines, place)], 1)


def _depth(lines: Mapping[Place, int], place: Place) -> int:
    """How much of a place was written."""
    return next((end for end in range(len(place), 0, -1) if place[:end] in lines), 0)
