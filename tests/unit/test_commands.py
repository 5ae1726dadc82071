from factory.gate.commands import is_told_by, same_run


def test_a_plain_pytest_that_stops_early_runs_what_it_would_run_without() -> None:
    assert same_run("python -m pytest -q -x") == same_run("python -m pytest -q")
    assert same_run("cd back/cli && python -m pytest -q -x") == same_run("cd back/cli && python -m pytest -q")
    assert same_run("cd back && python -m pytest -q -x") != same_run("cd front && python -m pytest -q")
    assert same_run("sh a.sh && python -m pytest -q -x") == "sh a.sh && python -m pytest -q -x"
    assert same_run("python -m pytest -q -x && sh a.sh") == "python -m pytest -q -x && sh a.sh"
    assert same_run("tool -x tests") == "tool -x tests"


def test_a_doctor_that_collects_what_a_tier_collects_and_runs_is_told_by_it() -> None:
    doctor = "python -m pytest --collect-only -q"
    assert is_told_by(doctor, ["python -m pytest -q -x"])
    assert is_told_by("cd back && python -m pytest --co -q", ["cd back && python -m pytest -q"])
    assert not is_told_by(doctor, [])
    assert not is_told_by(
        doctor, ["python -m pytest -q tests/unit", "python -m pytest", "cd back && python -m pytest -q"]
    )
    assert not is_told_by("python -m pytest -q", ["python -m pytest -q"])
    assert not is_told_by("tool --collect-only", ["tool"])
    assert not is_told_by(f"{doctor} && sh doctor.sh", ["python -m pytest -q && sh doctor.sh"])
