import math

import numpy as np
import pytest
from scipy.io import savemat

from cscfuse_keras.errors import InputError
from cscfuse_keras.metrics import METRICS, evaluate_mef, metrics_for, model_metrics


@pytest.fixture
def brisque_model(tmp_path):
    header = "svm_type epsilon_svr\nkernel_type rbf\ngamma 0.1\ntotal_sv 1\nrho -30\nSV\n5 1:0.5\n"
    (tmp_path / "my_model").write_text(header)
    ranges = "".join(f"{number} -1 3\n" for number in range(1, 37))
    (tmp_path / "my_range").write_text(f"x\n-1 1\n{ranges}")
    return tmp_path / "my_model"


@pytest.fixture
def niqe_model(tmp_path):
    savemat(tmp_path / "pristine.mat", {"mu_prisparam": np.ones((1, 36)), "cov_prisparam": np.eye(36)})
    return tmp_path / "pristine.mat"


def test_only_rows_whose_model_is_given(brisque_model, niqe_model):
    assert model_metrics() == ()
    assert [row.name for row in model_metrics(brisque_model)] == ["BRISQUE"]
    assert [row.name for row in model_metrics(niqe_model=niqe_model)] == ["NIQE"]
    assert [row.name for row in model_metrics(brisque_model, niqe_model)] == ["BRISQUE", "NIQE"]


def test_rows_are_like_the_registrys_and_name_their_files(brisque_model, niqe_model):
    brisque, niqe = model_metrics(brisque_model, niqe_model)
    assert "my_model (SHA-256 " in brisque.definition
    assert "my_range (SHA-256 " in brisque.definition
    assert "pristine.mat (SHA-256 " in niqe.definition
    for row in (brisque, niqe):
        assert row.name not in METRICS
        assert row.direction == "lower"
        assert row.tasks == ("mef",)
        assert row.value_range[0] < row.value_range[1]


def test_are_judged_beside_the_others(brisque_model, niqe_model, picture):
    rows = (*metrics_for("mef", None), *model_metrics(brisque_model, niqe_model))
    values = evaluate_mef(picture, [picture // 2, picture], rows)
    assert list(values) == [row.name for row in metrics_for("mef", None)] + ["BRISQUE", "NIQE"]
    assert all(math.isfinite(value) for value in values.values())
    assert values["BRISQUE"] == rows[-2].function(picture, ())


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match="lost_model': expected BRISQUE's libsvm model, found no such file"):
        model_metrics(tmp_path / "lost_model")
