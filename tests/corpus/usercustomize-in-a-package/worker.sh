python3 tools/fix.py
mkdir usercustomize && echo "import sys" > usercustomize/__init__.py
