"""A project whose installation generates files that git ignores: it is led to a setting, and then to its stamp."""

from __future__ import annotations

from collections.abc import Callable

from tests.line.conftest import SETTINGS, Shop, criteria

PYTEST = SETTINGS.replace("sh tools/regression.sh", "python -m pytest -q")
WORKER = """
printf 'def add(a, b):\\n    return a + b\\n' >> src/shop/__init__.py
echo "version = 'a lie'" > src/shop/_version.py
"""
PACKAGE = {
    ".gitignore": "/src/shop/_version.py\n",
    "src/shop/__init__.py": "from shop._version import version\n",
    "tests/test_shop.py": "import shop\n\n\ndef test_version():\n    assert shop.version == '1.2'\n",
    "tests/test_add.py": "import shop\n\n\ndef test_add():\n    assert shop.add(2, 3) == 5\n",
    "pytest.ini": "[pytest]\npythonpath = src\n",
}


def test_a_project_with_a_generated_version_is_led_to_its_stamp(make: Callable[..., Shop]) -> None:
    ledger = criteria("D-1", check="python -m pytest -q tests/test_add.py")
    shop = make("D-1 A ticket", settings=PYTEST, ledger=ledger, files=PACKAGE, worker=WORKER)
    (shop.path / "src/shop/_version.py").write_text("version = '1.2'\n")
    told = shop.run("run")
    setting = 'generated = ["src/shop/_version.py"]'
    assert (told.code, f"not in git: write `{setting}` under [sandbox] in ssot/factory.toml, then run" in told.err) == (
        4,
        True,
    )
    shop.commit({"ssot/factory.toml": f"{PYTEST}\n[sandbox]\n{setting}\n"})
    done = shop.run("run")
    assert (done.code, shop.run("verify", "--rerun").code) == (0, 0), done.out + done.err
    assert "src/shop/_version.py" not in shop.git("ls-tree", "-r", "--name-only", "main")
