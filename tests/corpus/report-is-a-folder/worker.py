import os, runpy
runpy.run_path("tools/fix.py")
os.mkdir(os.environ["FACTORY_REPORT"])
os.chdir(os.environ["FACTORY_REPORT"])
for _ in range(2500):
    os.mkdir("d")
    os.chdir("d")
os.chmod(".", 0)
