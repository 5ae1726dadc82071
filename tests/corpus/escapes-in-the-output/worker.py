import json, os, sys
evil = "\x1b[2J\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e\r\x08\x00PASS"
print(evil); print(evil, file=sys.stderr)
open(os.environ["FACTORY_REPORT"], "w").write(json.dumps({"summary": evil, "model": evil}))
open("tests/test_x\x1b[31m.py", "w").write("def test_evil():\n    raise ValueError(%r)\n" % evil)
open("shop/prices.py", "a").write("\nprint(%r)\n" % evil)
