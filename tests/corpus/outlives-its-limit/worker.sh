python3 tools/fix.py
sleep 60
