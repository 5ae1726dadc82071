"""What `dry`, `report`, `kpi` and `rewind` say of cards, as a person types them."""

from __future__ import annotations

from tests.trucks.conftest import DAY, PLAN, PLAN_AT, MakeDay, stamps, states
from tests.trucks.test_failures import GOOD_AND_BAD, NO_PRINTS

BARE = (
    '[factory]\ntimezone = "UTC"\n\n[gate]\ndoctor = ["true"]\nfast = []\nregression = []\n[sandbox]\nkind = "none"\n'
)


def test_dry_tells_what_the_next_truck_takes_and_changes_nothing(make_day: MakeDay) -> None:
    shop = make_day(settings=BARE)  # cards need no worker of the settings
    before = shop.main()
    (found,) = shop.run("dry", "--json").json["cards"]
    assert (found["does"], found["truck"], found["types"]) == ("compile", 1, {"SCAN": 4, "TAG": 4})
    assert shop.run("dry").out == (
        f"cards of {DAY}: the plan is compiled, then truck 001 takes 8 cards (SCAN 4, TAG 4) by built-in 8\n"
    )
    assert shop.main() == before
    assert shop.git("status", "--porcelain") == ""
    assert shop.run("run").code == 0
    assert shop.run("dry", "--json").json["cards"] == []


def test_dry_tells_the_cards_that_wait_for_a_person(make_day: MakeDay) -> None:
    shop = make_day(NO_PRINTS, files=GOOD_AND_BAD)
    assert shop.run("run").code == 1
    assert shop.run("dry").out == f"cards of {DAY}: no card can be packed; 1 need a person\n"
    assert shop.run("retry", "L2_TAG_000002").code == 0
    assert "takes 1 card (TAG 1)" in shop.run("dry").out


def test_a_plan_of_a_later_day_waits_for_that_day(make_day: MakeDay) -> None:
    shop = make_day(settings=BARE)
    shop.commit({PLAN_AT: None, "ssot/plans/dayplan_29991231.yaml": PLAN})
    assert shop.run("dry").out == "cards of 29991231: a later day's plan: nothing is done before that day\n"


def test_the_days_page_counts_the_cards_and_their_strikes_in_both_languages(make_day: MakeDay) -> None:
    shop = make_day(settings=BARE)
    assert shop.run("run").code == 0
    page = shop.run("report").out
    done = len(states(shop))
    assert page.count(f"| {done} | {done} | 0 | 0 | 0 |") == 2
    assert f"Cards stamped today: {done}." in page
    assert "Strikes today: 6; files: 3 (replaced 3, reported 3)." in page
    assert "오늘 처리한 곳: 파일 3개에서 6곳 (바꿈 3, 보고 3)." in page
    assert f"Small cards done and checked: {done} of {done}." in page
    assert "Nobody has given the robots a job yet" not in page
    assert "Done today: ." not in page


def test_the_days_page_says_which_cards_need_a_person(make_day: MakeDay) -> None:
    shop = make_day(NO_PRINTS, files=GOOD_AND_BAD)
    assert shop.run("run").code == 1
    page = shop.run("report").out
    assert page.count("| 6 | 5 | 3 | 1 | 0 |") == 2
    assert "- L2_TAG_000002 needs a person: data did not have the agreed shape (`" in page
    assert page.count("| 0 | 0 | 0 | 0 | 0 |") == 2  # no ticket, and no ticket's attempt


def test_a_repository_without_cards_has_no_word_of_them_on_its_page(make_day: MakeDay) -> None:
    shop = make_day(settings=BARE)
    shop.commit({PLAN_AT: None})
    assert "Cards" not in shop.run("report").out


def test_kpi_counts_cards_apart_from_tickets(make_day: MakeDay) -> None:
    shop = make_day(NO_PRINTS, files=GOOD_AND_BAD)
    assert shop.run("run").code == 1
    found = shop.run("kpi", "--json").json
    assert (found["cards"], found["cards_failed"], found["cards_success_rate"]) == (5, 3, 5 / 8)
    assert (found["stamps"], found["failed"], found["success_rate"]) == (0, 0, None)


def test_a_stamp_of_cards_is_not_taken_back_and_the_line_says_what_to_do(make_day: MakeDay) -> None:
    shop = make_day(settings=BARE)
    assert shop.run("run").code == 0
    before = stamps(shop)
    said = shop.run("rewind", "L1_SCAN_000001")
    assert said.code == 2
    assert said.err.count("\n") == 1
    assert "it is not taken back; `git revert -m 1 " in said.err
    assert "a card has no plan but itself" in shop.run("replan", "L1_SCAN_000001").err
    assert stamps(shop) == before
