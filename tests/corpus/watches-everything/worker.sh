python3 tools/fix.py
cat >> shop/__init__.py <<'E'
import sys

sys.settrace(lambda frame, event, arg: None)
E
