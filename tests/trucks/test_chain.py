"""From plan to report with no person: the cards of a day as their user sees them."""

from __future__ import annotations

import json

from tests.trucks.conftest import DAY, PLAN, SETTINGS, SOURCES, MakeDay, cards, records, stamps, states

EVIDENCE = {
    "manifest.json", "kpi.json", "gate.log", "git_info.json", "cmd_history.txt", "stdout.txt", "stderr.txt",
    "exitcode.txt", "verify_report.json", "hash_manifest.json", "README.md",
}  # fmt: skip


def test_a_plan_becomes_cards_trucks_tags_strikes_and_a_report_in_one_run(make_day: MakeDay) -> None:
    shop = make_day()
    done = shop.run("run")
    assert (done.code, done.err) == (0, "")
    found = states(shop)
    assert set(found.values()) == {"DONE"}
    assert sorted({name.split("_")[1] for name in found}) == ["SCAN", "SEAL", "STRIKE", "TAG"]
    assert len(found) == 4 + 4 + 3 + 1
    assert shop.read("src/a.py") == "log('a')\n# XXX\n"
    assert (shop.path / "src/a.py").read_text() == "log('a')\n# XXX\n"
    assert shop.git("status", "--porcelain") == ""
    tags = records(shop, f"output/{DAY}/strike_list.jsonl")
    assert [(tag["path"], tag["rule"]) for tag in tags] == [
        (f"src/{name}.py", rule) for name in "abc" for rule in ("greet", "marks")
    ]
    sealed = records(shop, f"output/{DAY}/L8_SEAL_000001.jsonl")
    assert [record["path"] for record in sealed] == [f"output/{DAY}/L3_STRIKE_00000{n}.jsonl" for n in (1, 2, 3)]
    assert shop.run("verify").code == 0
    assert shop.run("check-consistency").out.startswith("the tables, the cards")


def test_a_half_is_one_stamp_and_each_of_its_cards_has_its_evidence(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    first = stamps(shop)[0]
    name = f"{DAY}_truck_001_box_01_front"
    assert first == f"stamp({name}): L1_SCAN_000001, L1_SCAN_000002, L1_SCAN_000003"
    halves = -(-8 // 3) + 2  # 8 cards of the first truck in threes, then the strikes, then the report
    assert len(stamps(shop)) == halves
    oid = cards(shop)["L1_SCAN_000002"]["stamp"]
    assert shop.git("show", "-s", "--format=%s", oid).strip() == first
    tree = shop.git("rev-parse", f"{oid}^2").strip()
    for card in ("L1_SCAN_000001", "L1_SCAN_000002", "L1_SCAN_000003"):
        names = shop.git("ls-tree", "--name-only", f"{tree}:.factory/cards/{card}/evidence").split()
        assert set(names) == EVIDENCE
        result = json.loads(shop.read(f".factory/cards/{card}/result.json", tree))
        assert (result["status"], result["files_changed"]) == ("PASS", [f"output/{DAY}/{card}.jsonl"])
    subjects = shop.git("log", "--first-parent", "--format=%s", "-3", f"{oid}^2").splitlines()
    assert [subject.partition(":")[0] for subject in subjects] == [
        f"{step}({name})" for step in ("evidence", "work", "plan")
    ]
    assert shop.git("ls-tree", "--name-only", "main", ".factory") == ""


def test_every_half_has_its_checkpoint_and_the_ledger_tells_of_each_card(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    events = [subject.partition(":")[0] for subject in shop.subjects("factory/ledger")]
    assert events.count("checkpoint") == events.count("deal") == events.count("stamped") == len(stamps(shop))
    assert events.count("leave") == 2
    told = shop.run("log", "L2_TAG_000003").out
    assert [line.split()[3] for line in told.splitlines()] == ["stamped", "start"]


def test_nothing_to_tag_is_an_end_and_not_an_error(make_day: MakeDay) -> None:
    shop = make_day(files={"src/a.py": "pass\n"})
    assert shop.run("run").code == 0
    assert sorted(states(shop)) == ["L1_SCAN_000001", "L2_TAG_000001"]
    assert shop.read(f"ssot/backlog/backlog_{DAY}_strike.jsonl") == ""
    before = shop.main()
    assert shop.run("run").code == 0
    assert shop.main() == before


def test_a_plan_of_a_day_to_come_waits(make_day: MakeDay) -> None:
    shop = make_day(files={**SOURCES, "ssot/plans/dayplan_29990101.yaml": PLAN})
    assert shop.run("run").code == 0
    assert list(shop.run("status", "--json").json["cards"]["days"]) == [DAY]


def test_a_glob_that_names_no_file_stops_the_run_with_file_and_line(make_day: MakeDay) -> None:
    shop = make_day(PLAN.replace("src/*.py", "lib/*.py"))
    done = shop.run("run")
    assert done.code == 2
    assert f"ssot/plans/dayplan_{DAY}.yaml:2: sources.code: lib/*.py names no file in the repository" in done.err
    assert shop.run("status", "--json").json["state"] == "FAIL_STOP"


def test_the_next_day_goes_on_with_the_numbers(make_day: MakeDay) -> None:
    shop = make_day(files={**SOURCES, "ssot/plans/dayplan_20260106.yaml": PLAN.replace("src/*.py", "src/[ab].py")})
    assert shop.run("run").code == 0
    days = shop.run("status", "--json").json["cards"]["days"]
    assert {day: found["counts"]["DONE"] for day, found in days.items()} == {DAY: 12, "20260106": 7}
    assert "L1_SCAN_000006" in states(shop)
    assert "L1_SCAN_000007" not in states(shop)


def test_tickets_go_first_or_cards_do(make_day: MakeDay) -> None:
    for first, before in (("tickets", "stamp(D-1)"), ("cards", f"stamp({DAY}")):
        shop = make_day(settings=SETTINGS + f'\n[cards]\nfirst = "{first}"\n', tickets=("D-1 A ticket",))
        assert shop.run("run").code == 0
        assert stamps(shop)[0].startswith(before)
        assert sum(subject.startswith("stamp(D-1)") for subject in stamps(shop)) == 1
        shop.path.rename(shop.path.with_name(first))


def test_a_run_with_a_limit_takes_tickets_alone(make_day: MakeDay) -> None:
    shop = make_day(tickets=("D-1 A ticket",))
    assert shop.run("run", "--tickets", "1").code == 1
    assert len(stamps(shop)) == 1
    assert set(states(shop).values()) == {"PENDING"}


def test_the_status_for_a_person_has_a_line_a_day(make_day: MakeDay) -> None:
    shop = make_day()
    assert shop.run("run").code == 0
    assert f"cards of {DAY}: PENDING 0  INFLIGHT 0  DONE 12  BLOCKED 0  trucks 2" in shop.run("status").out
