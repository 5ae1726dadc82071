# stampmill's own commands. `just --list` shows them; the README explains the first two.

set shell := ["bash", "-euo", "pipefail", "-c"]
export PATH := justfile_directory() / ".venv/bin:" + env("PATH")
export UV_SYSTEM_CERTS := "1"

# what holds pages to the code in seconds; a failure says the command that writes the page anew
pages := "tests/unit/test_words.py tests/unit/test_reference.py tests/unit/test_security_page.py tests/unit/test_proof_page.py tests/corpus/test_corpus.py::test_the_page_has_every_case_as_it_must_end"

[private]
default:
    @just --list

# an environment from the lock, with every hash checked; nothing to do while the lock is the same
[private]
_env:
    #!/usr/bin/env bash
    set -euo pipefail
    want=$(sha256sum requirements.lock pyproject.toml | sha256sum | cut -c1-16)
    [ "$(cat .venv/.lock-seen 2>/dev/null || true)" = "$want" ] && exit 0
    uv venv -q --allow-existing .venv
    uv pip sync -q --python .venv --require-hashes --compile-bytecode requirements.lock
    uv pip install -q --python .venv --no-deps --no-build-isolation -e .
    # pytest makes its plug-ins anew until it may keep what it makes; no sandbox lets it
    (cd "$(mktemp -d)" && env -u PYTHONDONTWRITEBYTECODE python -m pytest -q >/dev/null) || true
    echo "$want" > .venv/.lock-seen

# work until nothing is released
factory_run *args: _env
    factory run {{args}}

# what `factory_run` would do
factory_dry *args: _env
    factory dry {{args}}

# what stands where
factory_status *args: _env
    factory status {{args}}

# the day's page
factory_report *args: _env
    factory report {{args}}

# success rate, time to a stamp, retries, stale leases
factory_kpi *args: _env
    factory kpi {{args}}

# every number, as Prometheus reads it
factory_metrics *args: _env
    factory metrics {{args}}

# every alert, judged now
factory_alerts *args: _env
    factory alerts {{args}}

# an auditor's verdict on an attempt
factory_audit ticket: _env
    factory audit {{ticket}}

# guards, doctor, fast and regression, on the working tree
gate *args: _env
    factory gate {{args}}

# the gate's first tier
doctor *args: _env
    factory doctor {{args}}

# the gate's second tier
fast *args: _env
    factory fast {{args}}

# the gate's third tier
regression *args: _env
    factory regression {{args}}

# forbidden tokens in documents
docops *args: _env
    factory docops {{args}}

# every stamp's evidence, from git alone
evidence_check *args: _env
    factory evidence_check {{args}}

# a small real repository, twelve tickets, a minute or two
factory_demo *args: _env
    factory demo {{args}}

# index, tag and strike the whole standard library, with two kills on the way, held against an independent count
example_library *args: _env
    python examples/library/whole.py {{args}}

# every test; the sandbox tests start what they need. Four at a time also on two cores: half of their time they wait
test *args: _env
    #!/usr/bin/env bash
    set -euo pipefail
    at=$(mktemp -d) memory=/dev/shm
    trap 'rm -rf "$at"' EXIT
    # thousands of small repositories, each with its own syncs: in memory where there is room for them
    if [ -w "$memory" ] && [ "$(df -m --output=avail "$memory" | tail -1)" -ge 6000 ] && [ "$(awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)" -ge 8000 ]; then
        rmdir "$at" && at=$(mktemp -d "$memory/XXXXXX")
    fi
    python -m pytest -n 4 --dist worksteal --basetemp="$at/t" -o tmp_path_retention_policy=failed {{args}}

# the long proofs: every kill, every cut, every failing call, whole corpora; figures in docs/proof.md. Broken off, it goes on where it was (`.proof/`)
prove *args: _env
    python -m pytest -n 2 -v -m prove {{args}}

# the real agent CLIs in the sandbox, against stand-ins: installs the pinned versions beside the cache, and says what it cannot
test_clients *args: _env
    #!/usr/bin/env bash
    set -euo pipefail
    at="${XDG_CACHE_HOME:-$HOME/.cache}/stampmill/clients"
    mkdir -p "$at/bin"
    python -m tests.clients.install "$at"
    FACTORY_CLIENTS="$at/node_modules/.bin:$at/bin" python -m pytest -q -m clients tests/clients {{args}}

# the console in a real Chromium, with axe-core and the HTML checker: installs the pinned versions beside the cache (npm, Java)
test_console *args: _env
    #!/usr/bin/env bash
    set -euo pipefail
    at="${XDG_CACHE_HOME:-$HOME/.cache}/stampmill/referees"
    npm install --silent --no-save --prefix "$at" axe-core@4.14.1 vnu-jar@26.9.27
    export FACTORY_AXE="$at/node_modules/axe-core/axe.min.js" FACTORY_VNU="$at/node_modules/vnu-jar/build/dist/vnu.jar"
    python -m pytest -q -n 2 -m "prove or not prove" tests/web --ignore=tests/web/test_hour.py --ignore=tests/web/test_size.py {{args}}
    python -m pytest -q -m prove tests/web/test_size.py  # alone: it looks at a clock; figures in .proof/console.txt

# an hour of a busy night with five who watch; FACTORY_HOUR: so many minutes instead; figures in .proof/console.txt
test_console_hour *args: _env
    python -m pytest -q -m prove tests/web/test_hour.py {{args}}

# style, types, layers, and every page that is generated or counted: `python -m factory.reference` renews the tables
lint: _env
    ruff check .
    ruff format --check .
    mypy
    lint-imports
    python -m factory.reference --check
    python -m pytest -q -p no:randomly {{pages}}

# what a ticket, a card or a `cancel` passes on its way, as it is called: the walks of docs/architecture.md
walk what="ticket": _env
    python -m tests.pages.walks {{what}}

# speed and memory, as ratios against a baseline in the same run
bench *args: _env
    python -m bench {{args}}

# write requirements.lock anew from pyproject.toml
lock:
    uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --all-extras pyproject.toml -o requirements.lock

# branch coverage of factory/ and guards/ by the test command, held over 90 %
coverage: _env
    coverage erase
    coverage run -m pytest -q -n 2
    coverage combine -q
    coverage report
