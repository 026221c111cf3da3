# SPDX-License-Identifier: Apache-2.0
"""Settings of the engine's own workers: a worker waits for one simulation, and watches itself for nobody."""

WORKER_SETTINGS = {
    # Nobody reads these: samples of its stacks, each 10 ms, and how late its loop is, each 20 ms.
    "distributed.worker.profile.enabled": "False",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}
"""By the names of Dask's configuration."""


def variables() -> dict[str, str]:
    """Return the settings as environment variables, for workers that are started from outside."""
    return {
        f"DASK_{name.upper().replace('.', '__').replace('-', '_')}": value
        for name, value in WORKER_SETTINGS.items()
    }
