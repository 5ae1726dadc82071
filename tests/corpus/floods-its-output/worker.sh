python3 tools/fix.py
head -c 50000000 /dev/zero | tr "\\0" x; echo; echo end
