echo 'python -m shop' > tools/shown.sh
echo 'print(0)' > shop/__main__.py
