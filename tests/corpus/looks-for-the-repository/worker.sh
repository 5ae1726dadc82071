python3 tools/fix.py
git rev-parse --git-dir >/dev/null 2>&1 && echo ESCAPED; ls ../.git ../../shop >/dev/null 2>&1 && echo ESCAPED
true
