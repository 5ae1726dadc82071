python3 tools/fix.py
python3 -c "import socket; socket.create_connection(('127.0.0.1', 22), 1)" 2>/dev/null && echo ESCAPED; ls /sys/class/net 2>/dev/null | grep -v "^lo$" && echo ESCAPED
true
