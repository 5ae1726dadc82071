python3 tools/fix.py

printf 'one\r\ntwo' > docs/windows.txt
