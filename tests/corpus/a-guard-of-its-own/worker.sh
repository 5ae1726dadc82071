python3 tools/fix.py
mkdir guards && echo 'GUARDS = ()' > guards/__init__.py
