python3 tools/fix.py
grep -q 'set D-2' "$FACTORY_PLAN" && sed -i 's/D-2 | PLANNED/D-2 | IN_PROGRESS/' D_ROADMAP.md
