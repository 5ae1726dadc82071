python3 tools/fix.py

(setsid sh -c 'sleep 3; echo "x = 1" > shop/late.py' >/dev/null 2>&1 &)
