python3 tools/fix.py
sed -i 's/D-1 | IN_PROGRESS/D-1 | DONE/' D_ROADMAP.md
