python3 tools/fix.py

mkdir -p .git/hooks docs/.git && printf '[core]\n\tfsmonitor = id\n' > .git/config && echo x > docs/.git/HEAD
