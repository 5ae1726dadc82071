"""What lies in the cases is material: nothing of it is this repository's test."""

collect_ignore_glob = ["base/*", "*/worker.py"]
