cat >> tools/reporting.py <<'E'


def _drop(items):
    items[:] = [item for item in items if "discount" not in item.name or "no_discount" in item.name]


globals()["pytest_collection_modify" + "items"] = _drop
E
