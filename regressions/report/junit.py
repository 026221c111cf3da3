# SPDX-License-Identifier: Apache-2.0
"""JUnit XML, for continuous-integration servers."""

import re
from pathlib import Path

from markupsafe import Markup

from regressions.pages import templates
from regressions.summary import Summary
from tb.exchange.status import Status

# Characters that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The device or its timing is wrong; everything else is an error of the run itself.
_FAILURES = (Status.MISMATCH, Status.PROTOCOL, Status.TIMEOUT)
_KINDS = {status: "failure" if status in _FAILURES else "error" for status in Status} | {Status.PASSED: ""}


def _clean(text: object) -> str:
    return _FORBIDDEN.sub("?", str(text))


def _attribute(text: str) -> Markup:
    """Text of an attribute, in which a plain end of a line would be read as a blank."""
    return Markup("&#10;").join(_clean(text).split("\n"))


def render_junit(summary: Summary) -> str:
    """The run as one test suite with a case for each test; nothing that did not pass is left as passed."""
    page = templates(Path(__file__).parent, clean=_clean, attribute=_attribute).get_template("junit.xml.j2")
    kinds = [_KINDS[test.status] for test in summary.tests]
    return page.render(
        summary=summary,
        failures=kinds.count("failure"),
        errors=kinds.count("error"),
        kinds=_KINDS,
        properties={"seed": summary.run.seed, "git": summary.run.git, **summary.run.tools},
    )
