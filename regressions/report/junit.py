# SPDX-License-Identifier: Apache-2.0
"""JUnit XML, for continuous-integration servers."""

import re
import xml.etree.ElementTree as ET

from regressions.summary import Summary, TestRow
from tb.exchange.status import Status

# Characters that XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The device or its timing is wrong; everything else is an error of the run itself.
_FAILURES = (Status.MISMATCH, Status.PROTOCOL, Status.TIMEOUT)


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("?", text)


def render_junit(summary: Summary) -> bytes:
    """The run as one test suite with a case for each test; nothing that did not pass is left as passed."""
    run = summary.run
    bad = [test for test in summary.tests if test.status is not Status.PASSED]
    failures = sum(test.status in _FAILURES for test in bad)
    counts = {
        "tests": str(len(summary.tests) + len(summary.faults)),
        "failures": str(failures + len(summary.faults)),
        "errors": str(len(bad) - failures),
        "skipped": "0",
        "time": f"{summary.seconds:.3f}",
    }
    name = f"{run.main.name}.{run.label}"
    suites = ET.Element("testsuites", {"name": "regressions", **counts})
    suite = ET.SubElement(suites, "testsuite", {"name": name, **counts})
    properties = ET.SubElement(suite, "properties")
    for key, value in {"seed": str(run.seed), "git": run.git, **run.tools}.items():
        ET.SubElement(properties, "property", {"name": key, "value": _clean(value)})
    for test in summary.tests:
        _case(suite, f"{test.device}.{run.label}", test)
    for number, text in enumerate(summary.faults):
        case = ET.SubElement(
            suite,
            "testcase",
            {"classname": name, "name": f"run {number}", "time": "0"},
        )
        ET.SubElement(case, "failure", {"type": "run", "message": _clean(text)})
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _case(suite: ET.Element, classname: str, test: TestRow) -> None:
    case = ET.SubElement(
        suite, "testcase", {"classname": classname, "name": test.name, "time": f"{test.seconds:.3f}"}
    )
    if test.status is not Status.PASSED:
        kind = "failure" if test.status in _FAILURES else "error"
        fault = ET.SubElement(case, kind, {"type": test.status.value, "message": _clean(test.detail)})
        fault.text = _clean(f"{test.detail}\nrerun: {test.rerun}\n")
    out = ET.SubElement(case, "system-out")
    out.text = _clean(f"{test.jobs} of {test.jobs_planned} jobs\nrerun: {test.rerun}\n")
