import runpy
runpy.run_path("tools/fix.py")
open("shop/keys.py", "w").write('KEY = "AKIA' + 'Q3EGRUZ7LWNXP5TD"\n')
