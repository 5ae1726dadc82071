"""A process of its own that hands one message to apprise: JSON on stdin (url, title, body, urgent), exit code 0 where
its service took it. The only importer of apprise.

What it says of a failure is in its own words: the library's may hold parts of the URL.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from typing import Any

REFUSED = re.compile(r"error=(\d{3})")


def deliver(letter: dict[str, Any]) -> str:
    """Why its service did not take it; empty where it did."""
    import apprise

    heard = io.StringIO()
    log = logging.getLogger("apprise")
    log.addHandler(logging.StreamHandler(heard))
    log.propagate = False
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="stampmill", app_desc="stampmill", app_url=""))
    if not service.add(letter["url"]):
        return "its URL is none that apprise understands"
    kind = apprise.NotifyType.FAILURE if letter["urgent"] else apprise.NotifyType.INFO
    text = apprise.NotifyFormat.TEXT
    if service.notify(body=letter["body"], title=letter["title"], notify_type=kind, body_format=text):
        return ""
    refused = REFUSED.search(heard.getvalue())
    return f"its service refused it ({refused[1]})" if refused else "its service could not be reached"


def main() -> int:
    why = deliver(json.load(sys.stdin))
    sys.stdout.write(why)
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
