"""The panel itself: four pages, the same keys as the console, an item's page by Enter. It looks, and writes nothing."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import ContentSwitcher, DataTable, Input, Log, Static

from factory.desk import live
from factory.desk.commands import command
from factory.desk.panes.line import line_pane
from factory.desk.panes.watch import Sighting, Signs, Watch
from factory.desk.panes.words import words
from factory.desk.submit import submit
from factory.errors import FactoryError
from factory.faces.top import rows
from factory.faces.top.rows import Frame
from factory.plain import printable, whole_line

LOOK = 0.2  # seconds between looks at what moved
AGAIN = 2.0  # seconds between looks at what rooms print, and at clocks
BAR = 2  # columns of a bar that scrolls
TAIL = 40  # lines of a room that are read
PAGES = ("line", "queue", "money", "log")
PAGE_KEYS = tuple((str(at), name) for at, name in enumerate(PAGES, 1))
KEYS = (*PAGE_KEYS, ("q", "quit"), ("/", "search"))


class ItemPage(Screen[None]):
    """All that was tried at one item."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,left", "app.pop_screen", "")]

    def __init__(self, text: str, frame: Frame) -> None:
        super().__init__()
        self._text, self._frame = text, frame

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(Text(printable(self._text)))
        yield Static(rows.key_line((("Esc", "back"), *PAGE_KEYS), self._frame), classes="keys", markup=False)


class Top(App[None]):
    """Made of a Watch, which whoever opened it closes."""

    CSS = """
    #top { height: 1; text-style: bold; }
    #second { height: 1; color: $text-muted; }
    ContentSwitcher { height: 1fr; }
    .keys { height: 1; background: $panel; }
    #search { display: none; }
    #search.asked { display: block; }
    """
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = "#line"
    BINDINGS: ClassVar[list[BindingType]] = [
        *((key, f"page('{name}')", "") for key, name in PAGE_KEYS),
        ("k", "page('line')", ""),
        ("slash", "search", ""),
        ("escape", "calm", ""),
        ("q", "quit", ""),
        Binding("ctrl+c", "quit", priority=True),  # as everywhere else in a terminal
    ]

    def __init__(self, watch: Watch, language: str = "") -> None:
        super().__init__()
        self._path, self._watch = watch.path, watch
        self._asked, self._found, self._language = "", "", language
        self._sign: Signs | None = None
        self._busy = False
        self._seen: Sighting | None = None
        self._tails: dict[str, tuple[str, ...]] = {}
        self._shown: list[str] = []
        self._queued: tuple[list[tuple[str, ...]], Frame] = ([], Frame("", 0))

    def compose(self) -> ComposeResult:
        yield Static("", id="top", markup=False)
        yield Static("", id="second", markup=False)
        with ContentSwitcher(initial="line"):
            with VerticalScroll(id="line"):
                yield Static("", id="works", markup=False)
            yield DataTable(id="queue", cursor_type="row", zebra_stripes=True)
            with VerticalScroll(id="money"):
                yield Static("", id="sums", markup=False)
            yield Log(id="log", max_lines=5000)
        yield Input(id="search", disabled=True, compact=True)
        yield Static("", id="keys", classes="keys", markup=False)

    def on_mount(self) -> None:
        """The first look, and the clock of the others."""
        self.query_one(DataTable).cursor_type = "row"
        self.look()
        self.set_interval(LOOK, self._moved)
        self.set_interval(AGAIN, self.look)

    def on_resize(self) -> None:
        """As wide as the window is now."""
        self._show()

    # --- looking

    def _moved(self) -> None:
        if not self._busy and (sign := self._watch.signs()) != self._sign:
            self._sign = sign
            self.look()

    def look(self) -> None:
        """How everything stands, in a while. A look that takes long is not asked for twice."""
        if not self._busy:
            self._busy = True
            self._look()

    @work(thread=True)
    def _look(self) -> None:
        """Beside the screen, which stays alive meanwhile."""
        try:
            seen = self._watch.look()
            tails = {one.id: live.tail(self._path, one.id, TAIL) for one in line_pane(seen).works}
        except (FactoryError, OSError) as error:
            self.call_from_thread(self._fault, str(error))
            return
        self.call_from_thread(self._took, seen, tails)

    def _fault(self, why: str) -> None:
        self._busy = False
        self.query_one("#second", Static).update(Text(whole_line(why)))

    def _took(self, seen: Sighting, tails: dict[str, tuple[str, ...]]) -> None:
        self._busy = False
        self._seen, self._tails = seen, tails
        self._show()

    # --- showing

    @property
    def frame(self) -> Frame:
        language = self._language or (self._seen.settings.factory.language if self._seen else "en")
        return Frame(language, self.size.width)

    def _show(self) -> None:
        if self._seen is None:
            return
        seen, frame = self._seen, self.frame
        self.query_one("#top", Static).update(Text(rows.top_line(seen, frame)))
        self.query_one("#second", Static).update(Text(rows.second_line(seen, frame)))
        self.query_one("#keys", Static).update(Text(rows.key_line(KEYS, frame)))
        inner = Frame(frame.language, max(1, frame.wide - BAR))
        boxes = rows.box_lines(seen, inner)
        room = max(1, self.size.height - 4 - len(boxes))
        works = rows.work_lines(line_pane(seen).works, self._tails, inner, room)
        self.query_one("#works", Static).update(Text("\n".join([*works, "", *boxes])))
        self.query_one("#sums", Static).update(Text("\n".join(rows.money_lines(seen, inner))))
        self._show_queue(seen, frame)
        self._show_log(seen)

    def _show_queue(self, seen: Sighting, frame: Frame) -> None:
        """Made anew where something differs; the cursor stays on its item, wherever that stands now."""
        shown, (before, like) = list(rows.queue_rows(seen, frame)), self._queued
        if (shown, frame) == (before, like):
            return
        table, said, ids = self.query_one(DataTable), words(frame.language), [row[0] for row in shown]
        at = table.cursor_row
        if at < len(before) and before[at][0] in ids:
            at = ids.index(before[at][0])
        table.clear(columns=True)
        for name in ("item", "priority", "tries", "title", "why"):
            table.add_column(said[name])
        for row in shown:
            table.add_row(*map(Text, row), key=row[0])
        table.move_cursor(row=min(at, max(0, table.row_count - 1)))
        self._queued = (shown, frame)

    def _show_log(self, seen: Sighting) -> None:
        """What is new is added, so that whoever reads further up stays there; another word begins anew."""
        lines, log = rows.event_lines(seen.recent, seen, self._asked), self.query_one(Log)
        last = self._shown[-1:]
        if self._asked == self._found and last and last[0] in lines:
            new = lines[len(lines) - lines[::-1].index(last[0]) :]
        else:
            new = lines
            log.clear()
        log.write_lines(new)
        self._shown, self._found = lines, self._asked

    # --- keys

    def action_page(self, name: str) -> None:
        """Another page, also from an item's."""
        if isinstance(self.screen, ItemPage):
            self.pop_screen()
        self.query_one(ContentSwitcher).current = name
        target = self.query_one(f"#{name}")
        target.focus()

    def action_search(self) -> None:
        """A word to look for in the log."""
        self.action_page("log")
        search = self.query_one(Input)
        search.placeholder = words(self.frame.language)["look_for"]
        search.disabled = False
        search.add_class("asked")
        search.focus()

    def action_calm(self) -> None:
        """No word any more."""
        search = self.query_one(Input)
        search.value, search.disabled = "", True
        search.remove_class("asked")
        self.action_page(self.query_one(ContentSwitcher).current or PAGES[0])

    def on_input_changed(self, event: Input.Changed) -> None:
        """While it is typed."""
        self._asked = event.value
        if self._seen:
            self._show_log(self._seen)

    def on_input_submitted(self) -> None:
        """Back to the lines that were found."""
        self.query_one(Log).focus()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """An item's page."""
        answer = submit(self._path, command("log", item=str(event.row_key.value)))
        self.push_screen(ItemPage(answer.text or str(answer.problem or ""), self.frame))
