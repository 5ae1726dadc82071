"""Pure: the two sides of a tree. What a change is about is product; all else judges it, and comes from main."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from factory.model import Changed, Terms
from factory.ssot.product import JUDGING, is_product, product_of
from factory.ssot.settings import Settings
from factory.tree import Entry, Tree, matches

Laid = dict[str, Entry | None]


class Sides:
    """Product and judge, as main's settings and the ticket's terms draw the line between them."""

    def __init__(
        self,
        product: Collection[str],
        terms: Terms,
        protected: Collection[str] = (),
        deciding: frozenset[str] = frozenset(),
    ) -> None:
        self._product, self._protected, self._deciding = tuple(product), tuple(protected), deciding
        self._opened = tuple(glob for glob in terms.modify if glob.split("/")[0] not in ("*", "**"))
        self._named = frozenset(glob for glob in terms.modify if not set(glob) & set("*?[")) | {
            node.split("::")[0] for node in terms.may_change_tests
        }
        self._may = terms.may_change_tests
        self._lets_go = "tests_kept" in terms.allow

    @classmethod
    def of(
        cls,
        settings: Settings,
        main: Tree,
        terms: Terms,
        protected: Collection[str],
        deciding: frozenset[str] = frozenset(),
        tree: Tree | None = None,
    ) -> Sides:
        """As main draws the line: the settings' own globs, or what its tree shows. `deciding`: scripts of checks.

        `tree`: with the change; a package or module at a place where main has nothing is more of the product.
        """
        product = tuple(settings.product.paths or product_of(main))
        return cls((*product, *(_new(main, tree) if tree else ())), terms, protected, deciding)

    def judges(self, path: str) -> bool:
        """Whether a path judges. A test never is the product; another path is also where the ticket's scope names it.

        A glob whose first folder is `*` or `**` names nothing: it only says that the scope is wide.
        """
        if matches(path, self._protected) or (path in self._deciding and path not in self._named):
            return True
        return matches(path, JUDGING) or not is_product(path, (*self._product, *self._opened))

    def is_named(self, path: str) -> bool:
        """Whether a person's ticket names this very file."""
        return path in self._named

    def may_contradict(self, node: str) -> bool:
        """Whether a person's ticket names this test, or the file that it lies in."""
        return node.split("::")[0] in self._named and (
            not any(m.split("::")[0] == node.split("::")[0] for m in self._may)
            or any(node == m or node.startswith((f"{m}[", f"{m}::")) for m in self._may)
        )

    def brought(self, changed: Iterable[Changed]) -> tuple[Changed, ...]:
        """What of a change lies on the judge's side."""
        return tuple(c for c in changed if self.judges(c.path))

    def mains(self, brought: Iterable[Changed], main: Mapping[str, Entry]) -> Laid:
        """What to lay over a tree with the change, so that main judges it: each judging path as main has it.

        Tests are left as they are where a person's ticket lets them go.
        """
        return {c.path: main.get(c.path) for c in brought if not (self._lets_go and matches(c.path, JUDGING))}


def _new(main: Tree, tree: Tree) -> tuple[str, ...]:
    paths = main.entries()
    found = [glob for glob in product_of(tree, grown=True) if not glob.startswith("*")]
    return tuple(glob for glob in found if not any(matches(path, (glob,)) for path in paths))
