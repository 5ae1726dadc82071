"""What an honest worker would write. The cheats begin with it where they need a change that works."""

import pathlib

at = pathlib.Path("shop/prices.py")
at.write_text(at.read_text().replace("return sum(prices)", "return sum(prices) * (100 - percent) // 100"))
