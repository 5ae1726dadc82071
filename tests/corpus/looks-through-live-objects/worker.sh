python3 tools/fix.py
cat >> shop/__init__.py <<'E'
import gc

found = [o for o in gc.get_objects() if type(o).__name__ == "Session"]
E
