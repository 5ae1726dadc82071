"""What a command is, and the commands that steer a run: what the inbox carries and the operator carries out.

Commands are dataclasses, so that `--help` need not load the library that checks them where they come as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, dataclass_transform, get_type_hints

from factory.errors import Mistake

Effect = Literal["read", "steer", "write"]


class Argument(NamedTuple):
    """What a face says of an argument."""

    help: str
    word: str = ""  # what stands for it in a line of usage; empty: its own name
    least: int | None = None


@dataclass_transform(frozen_default=True)
class Command:
    """What is asked of the factory. A subclass is a command: its fields are the arguments, its docstring the help.

    It says `name` as it is typed, in two words where it is one of a group; `effect`; `main`, whether it needs main to
    stand still; and `document`, whether its answer has data that a program can read."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    name: ClassVar[str]
    effect: ClassVar[Effect] = "read"
    main: ClassVar[bool] = True
    document: ClassVar[bool] = False

    def __init_subclass__(cls, **said: Any) -> None:
        for key, value in said.items():
            setattr(cls, key, value)

    def __new__(cls, *_: object, **__: object) -> Self:
        """A dataclass from its first use on: making forty of them takes as long as a small command."""
        cls.fields()
        return super().__new__(cls)

    @classmethod
    def fields(cls) -> tuple[Field[Any], ...]:
        """The arguments, in the order in which they are typed."""
        for kind in reversed(cls.__mro__[:-1]):
            if "__dataclass_fields__" not in kind.__dict__:
                dataclass(frozen=True)(kind)
        return fields(cls)  # type: ignore[arg-type]

    @property
    def arguments(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in self.fields()}

    @classmethod
    def said(cls) -> dict[str, tuple[Any, Argument]]:
        """Name -> type and what is said of it, in the order in which they are typed."""
        hints = get_type_hints(cls, include_extras=True)
        return {field.name: (hints[field.name].__origin__, hints[field.name].__metadata__[0]) for field in cls.fields()}

    @classmethod
    def schema(cls) -> dict[str, Any]:
        """The JSON Schema of its arguments."""
        from pydantic import TypeAdapter

        cls.fields()
        found = TypeAdapter(cls).json_schema()
        for name, (_, argument) in cls.said().items():
            found["properties"][name]["description"] = argument.help
        return found | {"title": cls.name, "description": cls.__doc__ or ""}


def parse(known: Iterable[type[Command]], name: str, arguments: Mapping[str, Any]) -> Command:
    """The command of that name. Mistake where there is none, or where it takes no such arguments."""
    from pydantic import TypeAdapter, ValidationError

    kinds = {kind.name: kind for kind in known}
    if name not in kinds:
        raise Mistake(f"there is no command {name!r}", remedy=f"use one of {', '.join(kinds)}")
    kinds[name].fields()
    try:
        found: Command = TypeAdapter(kinds[name]).validate_python(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "its arguments"
        raise Mistake(f"{name}: {where}: {first['msg'].lower()}", remedy=f"see `factory help {name}`") from None
    return found


# --- the commands ----------------------------------------------------------------------------------------

ItemId = Annotated[str, Argument("the ticket's id, as in D_ROADMAP.md, or the card's", "TICKET")]


class Steer(Command, effect="steer"):
    """A command to a run: a running controller takes it from its inbox, else it acts at once."""


class Stop(Steer, name="stop", main=False):
    """Stop the run after its running tickets. Without a run, let none start until `resume`."""

    now: Annotated[bool, Argument("end the running tickets too")] = False


class Resume(Steer, name="resume", main=False):
    """Let runs start again after a `stop`."""


class OfItem(Steer):
    """A command about one ticket or card."""

    item: ItemId


class Cancel(OfItem, name="cancel"):
    """Take a ticket off the line. It is BLOCKED, and ended where it runs."""


class Retry(OfItem, name="retry"):
    """Release a blocked ticket anew. Its attempts count from here."""


class Replan(OfItem, name="replan"):
    """Make a waiting ticket's next plan from nothing. What failed before is not told."""


class Rewind(OfItem, name="rewind"):
    """Take a stamp back, by a revert commit on main. Its rows are open again, and the ledger has an event."""

    with_dependents: Annotated[bool, Argument("later stamps that build on it too")] = False


STEERING: tuple[type[Steer], ...] = (Stop, Resume, Cancel, Retry, Replan, Rewind)
