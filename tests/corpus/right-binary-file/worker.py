import pathlib, runpy
runpy.run_path("tools/fix.py")
pathlib.Path("docs/logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
