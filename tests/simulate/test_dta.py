"""The data file: labelled, reproducible to the byte, and the very frame."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gipspec.simulate import gip_panel, write_dta
from gipspec.simulate.__main__ import main

SHIPPED = Path(__file__).parents[2] / "specs" / "gip_panel.dta"


def test_the_shipped_file_is_what_the_code_writes(tmp_path):
    write_dta(gip_panel(), tmp_path / "again.dta")
    assert (tmp_path / "again.dta").read_bytes() == SHIPPED.read_bytes()
    assert SHIPPED.stat().st_size < 1_000_000


def test_the_file_holds_the_frame_and_its_labels():
    simulation = gip_panel()
    with pd.io.stata.StataReader(SHIPPED) as reader:
        frame = reader.read(convert_categoricals=False)
        assert reader.variable_labels() == dict(simulation.labels)
        assert {int(k): v for k, v in reader.value_labels()["region"].items()} == {
            1: "East",
            2: "Central",
            3: "West",
        }
    for name, column in simulation.frame.items():
        if name == "city_name":
            assert list(frame[name]) == list(column)
        else:
            np.testing.assert_array_equal(frame[name].to_numpy(float), column.to_numpy(float))


def test_the_command_writes_the_file_and_prints_the_truth(tmp_path, capsys):
    assert main([str(tmp_path / "small.dta"), "--seed", "3", "--cities", "40"]) == 0
    assert len(pd.read_stata(tmp_path / "small.dta")) == 40 * 18
    assert "| `total` | 0.050000 |" in capsys.readouterr().out


def test_the_command_wants_a_path(capsys):
    with pytest.raises(SystemExit):
        main([])
    assert "path" in capsys.readouterr().err
