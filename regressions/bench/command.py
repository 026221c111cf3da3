# SPDX-License-Identifier: Apache-2.0
"""Runs all benchmarks and writes their figures."""

from rich.console import Console

from regressions.commands import Options
from regressions.machine import check_tools
from regressions.paths import relative
from regressions.run import EXIT_PASSED
from regressions.services import Services
from regressions.summary import write_json


def bench(options: Options, services: Services, console: Console) -> int:
    """Measures model, simulation and accelerator.

    The file is written once all of them are measured: an interrupted run leaves the earlier figures.
    """
    # Imported here: the measured modules load the model and the bench, which no other command needs.
    from regressions.bench import model, simulation

    check_tools()
    device = services.device(options.dut)
    simulator = services.simulator("verilator")
    folder = options.tree.root / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    console.print("model: FMA per second, and the ratio to numpy's float64 a*b+c")
    models = model.measure()
    for row in models:
        console.print(f"  {row}", markup=False)
    console.print(f"simulation: bench_mix on {device.name}, with the bench and in a bare loop")
    figures, accelerator = simulation.measure(device, simulator, folder)
    for name, value in figures.items():
        console.print(f"  {name}: {value}", markup=False)
    options.tree.reports.mkdir(parents=True, exist_ok=True)
    path = options.tree.reports / "bench.json"
    write_json(path, {"simulation": figures, "model": models, "accelerator": accelerator})
    console.print(f"figures: {relative(path)}")
    return EXIT_PASSED
