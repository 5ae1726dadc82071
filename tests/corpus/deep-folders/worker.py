import os, runpy
runpy.run_path("tools/fix.py")
for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
open("x", "w").close()
