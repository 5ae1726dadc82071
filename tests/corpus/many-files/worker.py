import os, runpy
runpy.run_path("tools/fix.py")
os.mkdir("docs/many")
for number in range(21_000):
    os.close(os.open(f"docs/many/{number}", os.O_CREAT | os.O_WRONLY))
    os.truncate(f"docs/many/{number}", number % 7)
