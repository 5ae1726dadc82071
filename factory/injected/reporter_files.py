"""Which files of the room are opened, and by whom the hidden ones. PYTEST_DONT_REWRITE

An audit hook cannot be taken out. It sees every call that Python audits, so it looks at the event's name first.
"""

import dis
import os
import sys
import threading

MOST = 1000  # files that are told
QUIET = (".py", ".pyc", ".pyi")
STARTS = ("subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.spawn", "os.system")
ELSEWHERE = "/"  # told with the files: another process was started, and what it read nobody saw
STORES = ("STORE_FAST", "STORE_DEREF", "STORE_FAST_STORE_FAST", "STORE_FAST_LOAD_FAST", "STORE_FAST_MAYBE_NULL")


def _stack(frame):
    while frame is not None:
        yield frame
        frame = frame.f_back


def _untouched(frame):
    """The values that a function was called with and did not put others in the place of."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    stored = set()
    for step in dis.get_instructions(code):
        if step.opname in STORES:
            both = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            stored.update(both if step.opname.endswith("STORE_FAST") else both[:1])
    return [frame.f_locals.get(name) for name in names if name not in stored]


def _leads_to(value, target):
    try:
        at = os.path.abspath(os.fsdecode(value))
    except (TypeError, ValueError):
        return False
    return target == at or target.startswith(at.rstrip("/") + "/")


def _handed(frames, is_judge, target):
    """Whether the judge's own code, nearest on the stack, gave the path (or a folder above it) to who opens it."""
    called = frames[0]
    for frame in frames:
        if is_judge(frame):
            words = [word for word in frame.f_code.co_consts if isinstance(word, str)]
            values = [value for name, value in frame.f_locals.items() if name[:2] != "__"]
            given = values + _untouched(called)
            return any(os.path.basename(target) in word for word in words) or any(_leads_to(v, target) for v in given)
        called = frame
    return False


def _guard(relative, terms, accuse):
    """`check(path, low)`: raises PermissionError where a hidden file is opened by code that may not.

    `low`: by `os.open`, which may start at another folder than the current one; then the name says enough."""
    stat, frame_of, hidden, names = os.stat, sys._getframe, {}, {}
    may = frozenset(terms["hidden"]) | frozenset(terms["judges"])
    for path in terms["hidden"]:
        try:
            seen = stat(os.path.join(terms["room"], path))
        except OSError:
            continue
        hidden[seen.st_ino, seen.st_dev] = names[os.path.basename(path)] = path

    def is_judge(frame):
        return relative(frame.f_code.co_filename) in may

    def sought(path, low):
        if low and path[:1] != "/" and path.rpartition("/")[2] in names:
            return names[path.rpartition("/")[2]]
        try:
            seen = stat(path)
        except (OSError, ValueError):
            return None
        return hidden.get((seen.st_ino, seen.st_dev))

    def check(path, low):
        target = sought(path, low)
        if target is None:
            return
        frames = list(_stack(frame_of(2)))
        room = [n for n, frame in enumerate(frames) if relative(frame.f_code.co_filename) is not None]
        if not room:
            if threading.current_thread() is threading.main_thread():
                return  # pytest itself, or Python's import
            who = "a thread"
        else:
            who = relative(frames[room[0]].f_code.co_filename)
            if who in may or _handed(frames[room[0] :], is_judge, os.path.join(terms["room"], target)):
                return
        by_line = any(frame.f_code.co_filename.endswith("/linecache.py") for frame in frames[: room[0] if room else 3])
        if not by_line:  # what shows a warning's or an error's place reads it too
            accuse("%s opened the hidden %s" % (who, target))
        raise PermissionError(13, "a hidden file", target)

    return check if hidden else None


def _words(frames):
    """The texts and paths that functions were called with, or that lie in an object which they were called with."""
    for frame in frames:
        code = frame.f_code
        for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
            value = frame.f_locals.get(name)
            inner = getattr(value, "__dict__", None)
            yield from (value, *(inner.values() if type(inner) is dict else ()))


def _is_by_python(frame):
    """Whether Python itself opens a source: to import it, or to show one of its lines."""
    names = [one.f_code.co_filename for one, _ in zip(_stack(frame), range(6))]
    return any(name.startswith("<frozen importlib") or name.endswith("/linecache.py") for name in names)


def _reaches(relative, frame, at):
    """Which file of the room opens another one that nobody handed to it; "" where it was handed, or nobody can tell.

    What tests hand over is input. The outermost file on the stack is the tests' own, whatever it is called with."""
    room = [(relative(one.f_code.co_filename), one) for one in _stack(frame)]
    room = [(place, one) for place, one in room if place is not None]
    if not room or room[0][0] == room[-1][0]:
        return ""
    name, folder = os.path.basename(at), os.path.dirname(at)
    for value in _words(one for place, one in room if place != room[-1][0]):
        text = os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else ""
        if text and (name in text or (len(text) > 2 and folder.endswith(text.rstrip("/")))):
            return ""
    return room[0][0]


def watch(relative, terms, accuse):
    """Adds the hook; returns the files that were opened to be read, each with who reached for it, as they come."""
    if not terms["hidden"] and not terms["opened"]:
        return {}  # any audit hook makes each id(), and so copy.deepcopy, slower: none without need
    opened, cwd, decode, write, is_file = {}, os.getcwd, os.fsdecode, os.O_WRONLY, os.path.isfile
    frame_of = sys._getframe
    check = _guard(relative, terms, accuse)

    def note(path, low):
        at = path if path[:1] == "/" else cwd() + "/" + path
        place = relative(at)
        if not place or len(opened) >= MOST or (low and not is_file(at)):
            return
        quiet = place.endswith(QUIET)  # told only where somebody reads it who neither imports it nor shows a line of it
        if not quiet or not _is_by_python(frame_of(2)):
            who = opened.get(place) or _reaches(relative, frame_of(2), at)
            if who or not quiet:
                opened[place] = who

    def hook(event, args):
        if event != "open" and event != "sqlite3.connect":
            if event in STARTS and any(relative(f.f_code.co_filename) is not None for f in _stack(frame_of(1))):
                opened[ELSEWHERE] = ""
            return
        path, low = args[0], event == "open" and args[1] is None
        if isinstance(path, int) or path is None:
            return
        try:
            path = decode(path)
            if check is not None:
                check(path, low)
            if event != "open" or (args[2] or 0) & 3 != write:
                note(path, low)
        except PermissionError:
            raise
        except Exception:
            return

    sys.addaudithook(hook)
    return opened
