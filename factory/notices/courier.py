"""A process of its own that hands one receiver's messages to apprise: JSON on stdin (url, and letters of title, body,
urgent), and a line of JSON for each as soon as it is known: why its service did not take it, empty where it did.
Nothing else imports apprise.

What it says of a failure is in its own words: the library's may hold parts of the URL.
"""

from __future__ import annotations

import io
import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

REFUSED = re.compile(r"error=(\d{3})")


def deliver(url: str, letters: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Of each why its service did not take it; empty where it did."""
    import apprise

    heard = io.StringIO()
    log = logging.getLogger("apprise")
    log.addHandler(logging.StreamHandler(heard))
    log.propagate = False
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="stampmill", app_desc="stampmill", app_url=""))
    known = service.add(url)
    for letter in letters:
        before = len(heard.getvalue())
        kind = apprise.NotifyType.FAILURE if letter["urgent"] else apprise.NotifyType.INFO
        text = apprise.NotifyFormat.TEXT
        if not known:
            yield "its URL is none that apprise understands"
        elif service.notify(body=letter["body"], title=letter["title"], notify_type=kind, body_format=text):
            yield ""
        else:
            refused = REFUSED.search(heard.getvalue(), before)
            yield f"its service refused it ({refused[1]})" if refused else "its service could not be reached"


def main() -> None:
    asked = json.load(sys.stdin)
    for why in deliver(asked["url"], asked["letters"]):
        sys.stdout.write(f"{json.dumps(why)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
