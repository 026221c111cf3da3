# SPDX-License-Identifier: Apache-2.0
"""The form of `junit.xml`, as continuous-integration servers read it."""

import re
import xml.etree.ElementTree as ET

from tests.runner.harness import Runner

# What the schema of Jenkins' xUnit plugin allows: attributes, those that must be there, and elements within.
_ALLOWED = {
    "testsuites": ("name time tests failures errors", "", "testsuite"),
    "testsuite": (
        "name tests failures errors group time skipped timestamp hostname id package file log url",
        "name tests failures errors",
        "testsuite properties testcase system-out system-err",
    ),
    "testcase": ("name time classname group", "name", "skipped error failure system-out system-err"),
    "properties": ("", "", "property"),
    "property": ("name value", "name value", ""),
    **dict.fromkeys(("skipped", "error", "failure"), ("type message", "", "")),
    "system-out": ("", "", ""),
}


def test_junit_is_what_servers_read(runner: Runner) -> None:
    wrong = {"knobs": {"behave": "mismatch", "at": 1}}
    crashed = {"knobs": {"behave": "crash", "at": 1}}
    runner.tests(good={}, wrong=wrong, crashed=crashed, other={"knobs": {"lacks": "x"}})
    assert runner("run", "--test", "good,wrong,crashed,other") == 1
    (file,) = runner.build.glob("reports/*/junit.xml")
    root = ET.parse(file).getroot()
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, needed, within = (set(words.split()) for words in _ALLOWED[element.tag])
        assert needed <= element.attrib.keys() <= attributes, element.tag
        assert {child.tag for child in element} <= within
        if "time" in element.attrib:
            assert re.fullmatch(r"\d+\.\d{3}|0", element.attrib["time"])
    (suite,) = root
    cases = suite.findall("testcase")
    assert int(suite.attrib["tests"]) == len(cases)
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.attrib[count]) == sum(case.find(tag) is not None for case in cases) > 0
