# SPDX-License-Identifier: Apache-2.0
"""Tests of the model's speed table: its rows and its data, not its times."""

import numpy as np
import pytest

from models import fp16
from models.gemm import gemm_op
from models.ops import Op
from regressions.speed import model


def test_rows_have_the_fields_of_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "_ROUNDS", 1)
    rows = model.measure(sizes=(4,))
    assert [(row["data"], row["size"]) for row in rows] == [(data, 4) for data in model.DATA]
    for row in rows:
        assert all(
            float(str(row[name])) > 0
            for name in ("fma_per_second", "numpy_per_second", "ratio", "ratio_whole")
        )
    assert rows[0]["ratio_to_normal"] == 1


@pytest.mark.parametrize("data", model.DATA)
def test_data_is_what_it_is_called(data: str) -> None:
    x, w, y = model.operands(data, 64)
    exponents = (x >> 10) & 0x1F
    infinite = np.mean((gemm_op(Op.GEMM, x, w, y) & 0x7FFF) >= fp16.INFINITY)
    assert (exponents == 0).all() == (data == "subnormal")
    assert (infinite > 0.5) == (data in ("overflow", "raw"))
    assert np.array_equal(x, model.operands(data, 64)[0])
