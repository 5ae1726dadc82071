python3 tools/fix.py
mkdir .GIT && echo x > .GIT/config
