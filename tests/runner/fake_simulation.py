# SPDX-License-Identifier: Apache-2.0
"""Stands for a simulation process: reads a plan, writes results, misbehaves where a test's knobs say so.

Knobs: ``behave`` names a misbehaviour, ``at`` the first scenario it happens in, ``pause`` the seconds of a
scenario, ``logs`` the file that is kept as logs of a scenario where the plan asks for them. A test that says
what its failure ``needs`` writes a record of it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(sys.argv[1])
JOBS = 2  # jobs of each scenario


def emit(**line: object) -> None:
    """Writes one line of results."""
    with (FOLDER / "results.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")


def job(name: str, scenario: int, number: int, status: str, detail: str) -> None:
    """Reports one job."""
    op = ["MATMUL", "GEMM", "ADDMAX", "ADDMIN", "MULMAX", "MULMIN", "MAXMIN", "MINMAX"][scenario % 8]
    size = 1 + scenario % 40
    bound = 40 * size**3 + 90
    emit(
        **{"type": "job", "test": name, "scenario": scenario, "job": number, "op": op, "format": "FP16"},
        **{"M": size, "N": size, "K": size, "stall": ["none", "random", "burst"][scenario % 3], "core": 0},
        **{"queued": bool(number), "cycles": bound - scenario % 30, "bound": bound, "stalled": 0},
        **{"utilization": 0.025, "beats_read": 9, "beats_written": 3, "status": status, "detail": detail},
    )


def record_of(test: dict, scenario: int, status: str) -> dict:
    """The record of a failed scenario and of those before it; nothing of a test that cannot be replayed."""
    if "needs" not in test["entry"]["knobs"]:
        return {}
    pointers = {"x_addr": 4096, "w_addr": 4160, "z_addr": 4224}
    job = {"op": "GEMM", "m": 1 + scenario, "n": 1, "k": 1, "format": "FP16", **pointers}
    finding = {"status": status, "checker": "memory", "detail": "Z[7] differs", "job": 0}
    scenarios = [
        {"index": index, "jobs": [job], "window": {"base": 4096, "size": 256}}
        for index in range(scenario + 1)
    ]
    return {
        **{"schema": 1, "descriptor": "tb/duts/redmule.toml", "entry": test["entry"], "seed": test["seed"]},
        **{"status": status, "detail": "memory: job 0: Z[7] differs", "findings": [finding]},
        "scenarios": scenarios,
    }


def fail(test: dict, scenario: int, status: str) -> None:
    """Reports a failed scenario and writes its record, or something in place of it."""
    name = test["entry"]["name"]
    record = FOLDER / "failures" / f"{name}-{scenario}.json"
    record.parent.mkdir(exist_ok=True)
    record.write_text(json.dumps(record_of(test, scenario, status)) + "\n")
    job(name, scenario, 0, status, f"wrong at m={scenario}")
    job(name, scenario, 1, "passed", "")
    emit(
        **{"type": "failure", "test": name, "scenario": scenario, "status": status},
        **{"detail": f"wrong at m={scenario}, address 0x{scenario:x}", "record": f"failures/{record.name}"},
    )


def misbehave(how: str) -> None:
    """Ends or hangs the process in one of the ways a real one does."""
    if how == "crash":
        print("Segmentation fault imminent", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "leave":  # ends early, as if all was well
        os._exit(0)
    if how == "truncate":
        with (FOLDER / "results.jsonl").open("a") as file:
            file.write('{"type": "job", "test": "tru')
        os._exit(0)
    if how == "full disk":
        print("OSError: [Errno 28] No space left on device", flush=True)
        os._exit(1)
    if how in ("hang", "hang in start"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen(
            ["sh", "-c", "trap '' TERM; sleep 600 & echo $! >> \"$0\"; wait", str(FOLDER / "pids")]
        )
        with (FOLDER / "pids").open("a") as file:
            file.write(f"{child.pid}\n{os.getpid()}\n")
        time.sleep(600)


def run_test(test: dict) -> None:
    """Runs one segment."""
    name, knobs = test["entry"]["name"], test["entry"]["knobs"]
    if knobs.get("behave") == "skip":
        return
    behave, at = knobs.get("behave", ""), knobs.get("at", 0)
    if behave == "hang in start":
        misbehave(behave)
    emit(type="test_begin", test=name, seed=test["seed"], begin=test["begin"], end=test["end"])
    jobs, held, without, stopped, worst, compared = 0, 0, 0, {}, "passed", 64
    for scenario in range(test["begin"], test["end"]):
        time.sleep(knobs.get("pause", 0))
        if scenario >= at:
            misbehave(behave)
        if behave == "fewer" and scenario >= at:
            continue
        if behave == "cannot" and scenario >= at:  # as a directed test whose job the device cannot run
            without += JOBS
            continue
        if behave == "hold" and scenario >= at:
            held += JOBS
            for number in range(JOBS):
                job(name, scenario, number, "not_run", "behind a known hang")
            continue
        jobs += JOBS
        if behave == "stop" and scenario >= at:
            stopped = {"odd": stopped.get("odd", 0) + JOBS}
        if behave in ("mismatch", "protocol", "timeout") and scenario == at:
            fail(test, scenario, behave)
            worst = behave
            continue
        for number in range(JOBS):
            job(name, scenario, number, "passed", "")
    if behave in ("compare nothing", "stop"):
        compared = 0
    emit(
        type="test_end",
        test=name,
        jobs=jobs,
        held=held,
        without=without,
        stopped=stopped,
        compared_bytes=compared,
        status=worst,
        detail="",
        cycles=1000 * jobs,
        seconds=0.1,
        rejected={"M differs from K": 3} if behave == "reject" else {},
        left_out=left_out(behave, without // JOBS),
        known={"odd": 1} if behave == "show what is known" else {},
        silent={"odd": 10} if behave in ("show what is known", "hide what is known") else {},
    )


def left_out(behave: str, runs: int) -> dict[str, int]:
    """Counts scenarios that the device cannot run: drawn besides those of a stream, or of a directed test."""
    count = 3 if behave == "leave out" else runs
    return {"redmule has no M below 8": count} if count else {}


def keep_logs(plan: dict) -> None:
    """Leaves the file that the knob `logs` names as the logs of the scenario that fails, or of the first."""
    for test in plan["tests"]:
        knobs = test["entry"]["knobs"]
        if "logs" in knobs and (plan["logs"] or "at" in knobs):
            (FOLDER / "logs").mkdir(exist_ok=True)
            scenario = test["begin"] if plan["logs"] else knobs["at"]
            shutil.copy(knobs["logs"], FOLDER / "logs" / f"{test['entry']['name']}-{scenario}.npz")


def search(record: dict) -> None:
    """Claims that the last scenario of a record is the smallest failure, if no more than that is needed.

    The knob `search` has it run out of time, end before it says how it went, or hang.
    """
    if record["entry"]["knobs"]["needs"] > len(record["scenarios"]):
        (FOLDER / "shrink.json").write_text(json.dumps({"complete": False, "otherwise": ""}))
        return
    if record["entry"]["knobs"].get("search") == "hang":
        misbehave("hang")
    smallest = record | {"scenarios": record["scenarios"][-1:]}
    (FOLDER / "shrunk.json").write_text(json.dumps(smallest))
    ending = record["entry"]["knobs"].get("search", "")
    if ending == "early":
        sys.exit(3)
    account = {"complete": ending != "late", "otherwise": "", "seconds": 60.0}
    (FOLDER / "shrink.json").write_text(json.dumps(account))
    emit(type="sim_end", cycles=9, seconds=0.1)


def replay(plan: dict) -> None:
    """Replays a record: it fails as recorded with as many scenarios as the knob `needs` says.

    With fewer it passes, or fails as the knob `otherwise` says: a checker. Findings of the checkers of the
    knob `ahead` come before it; `status` is that of all. What the device is known for it shows if the plan
    says that this is ignored.
    """
    record = json.loads(Path(plan["replay"]["record"]).read_text())
    if plan["replay"]["mode"] in ("shrink", "needed"):
        search(record)
        return
    count = 1 if plan["replay"]["mode"] == "alone" else len(record["scenarios"])
    test = plan["tests"][0]
    name, scenario = test["entry"]["name"], test["begin"]
    knobs = test["entry"]["knobs"]
    wanted = knobs.get("checker", "memory")
    checker = wanted if count >= knobs["needs"] else knobs.get("otherwise", "")
    if checker == "bound" and plan["replay"]["ignored"] != ["odd"]:
        checker = ""
    status = knobs.get("status", "mismatch") if checker else "passed"
    emit(type="test_begin", test=name, seed=test["seed"], begin=scenario, end=test["end"])
    for number in range(count):
        job(name, scenario, number, status, f"{checker}: Z differs" if checker else "")
    if checker:
        emit(
            **{"type": "failure", "test": name, "scenario": scenario, "status": status},
            **{"detail": f"{checker}: job 0: Z[7] differs"},
            findings=[
                {"status": status, "checker": each, "detail": "Z[7] differs", "job": 0}
                for each in (*knobs.get("ahead", ()), checker)
            ],
        )
    emit(
        type="test_end",
        test=name,
        jobs=count,
        compared_bytes=8,
        status=status,
        detail="",
        cycles=9,
        seconds=0,
    )
    emit(type="sim_end", cycles=9, seconds=0.1)


def main() -> None:
    """Runs the plan."""
    plan = json.loads((FOLDER / "plan.json").read_text())
    keep_logs(plan)
    if plan["replay"]:
        replay(plan)
        return
    knobs = [test["entry"]["knobs"] for test in plan["tests"]]
    for test in plan["tests"]:
        run_test(test)
    if any(knob.get("behave") == "bench error" for knob in knobs):
        (FOLDER / "results.xml").write_text(
            '<testsuites><testsuite><testcase name="segment"><failure error_msg="KeyError: x"/></testcase>'
            "</testsuite></testsuites>"
        )
    if any(knob.get("behave") == "no end" for knob in knobs):
        return
    emit(type="sim_end", cycles=12345, seconds=0.5)
    if any(knob.get("behave") == "bad exit" for knob in knobs):
        sys.exit(3)


main()
