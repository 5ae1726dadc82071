python3 tools/fix.py
mkdir git~1 && echo x > git~1/config
