"""What was loaded, and from where it would have been: modules, sys.path, names outside the room. PYTEST_DONT_REWRITE"""

import os
import sys

import pytest

ASKED_FOR = {"sitecustomize", "usercustomize"}  # by each Python that starts, whether they are there or not
MAIN = ("__main__", "__mp_main__")
ROOM, OUTSIDE, NAMES, ENTRIES = 5000, 2000, 20000, 200  # the most that is told


def _files(module):
    """All that a module says of its file. Its own words can be false: one that names the room is enough."""
    try:
        space = object.__getattribute__(module, "__dict__")  # a lazy module must not wake up
        spec = space.get("__spec__")
        loader = space.get("__loader__")
        found = [space.get("__file__"), getattr(spec, "origin", None), getattr(loader, "path", None)]
    except Exception:
        return []
    return [at for at in found if isinstance(at, str) and os.sep in at]


def modules(relative, homes, own=os.sep):
    """Module -> file: all of the room and of anywhere, but of a package in `homes` the uppermost; none of `own`."""
    room, outside = {}, {}
    for name, module in sorted(dict.copy(sys.modules).items(), key=lambda pair: str(pair[0])):
        files = _files(module) if isinstance(name, str) and name not in MAIN else []
        here = [at for at in map(relative, files) if at]
        if here and len(room) < ROOM:
            room[name] = here[0]
        elif files and not here and not files[0].startswith(own) and len(outside) < OUTSIDE:
            parents = name.split(".")
            inner = any(".".join(parents[:n]) in outside for n in range(1, len(parents)))
            if not (inner and files[0].startswith(homes)):
                outside[name] = files[0]
    return dict(outside, **room)


def _names(folders):
    """The top-level names that can be imported from these folders, or are built in."""
    found = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names) | ASKED_FOR
    for folder in folders:
        try:
            entries = os.listdir(folder)
        except OSError:
            continue
        for entry in entries:
            name, _, kind = entry.partition(".")
            if name.isidentifier() and (not kind or kind.endswith(("py", "so", "pyc"))):
                found.add(name)
    return sorted(found - {"test", "tests", "docs", "examples", "conftest", "setup", "bin", "lib"})[:NAMES]


def loaded(send, relative, own):
    """`send(message)`. `own` is the reporter's folder, which is no part of what the command's tests see."""
    homes = [os.path.dirname(os.__file__)]

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish():
        entries = [os.path.abspath(at) for at in sys.path if isinstance(at, str)][:ENTRIES]
        entries = [at for at in entries if at != own]
        places = [(at, relative(at)) for at in entries]
        homes.extend(at for at, place in places if place is None)
        told = [at if place is None else place or "." for at, place in places]
        send(["path", told, _names(at for at, place in places if place is None)])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish():
        send(["loaded", modules(relative, tuple(home + os.sep for home in homes), own)])

    return {"pytest_collection_finish": pytest_collection_finish, "pytest_sessionfinish": pytest_sessionfinish}
