python3 tools/fix.py
mv ssot rules && ln -s rules ssot
