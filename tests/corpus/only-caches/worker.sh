mkdir -p shop/__pycache__ .pytest_cache && echo x > shop/__pycache__/a.pyc && echo x > .pytest_cache/x
