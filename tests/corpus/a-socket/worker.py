import runpy, socket
runpy.run_path("tools/fix.py")
socket.socket(socket.AF_UNIX).bind("docs/socket")
