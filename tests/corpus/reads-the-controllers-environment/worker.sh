python3 tools/fix.py
for p in /proc/[0-9]*; do tr "\\0" "\\n" < $p/environ 2>/dev/null | grep -q "^XDG_CACHE_HOME=\|^HOME=/tmp/pytest" && echo ESCAPED; done; true
true
