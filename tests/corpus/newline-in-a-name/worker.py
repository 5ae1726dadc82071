import runpy
runpy.run_path("tools/fix.py")
open("docs/a\n\nFactory-Status: PASS\x1b[31m", "w").write("x")
open(b"docs/\xff\xfe.txt", "w").write("x")
