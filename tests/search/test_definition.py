import dataclasses
import json
from typing import Any

import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.search.definition import score_metrics
from cscfuse_keras.search.validation import KINDS

OTHER: dict[str, Any] = {"base_rule": "sum", "detail_rule": "average", "base_gain": 1.0, "detail_gain": 1.0}


def test_settings_of_fusing_leave_what_is_trained_as_it_is():
    network = NETWORKS["ivf"]
    changed = network.config(units=1, **{setting: OTHER[setting] for setting in network.fusion_settings})
    trained = [network.build_network(config) for config in (network.config(units=1), changed)]
    assert trained[0].to_json() == trained[1].to_json()
    model = network.build_fusion(changed, trained[0])
    assert network.settings_of(model) == network.config(**OTHER)


def test_every_network_can_be_judged():
    assert KINDS.keys() == NETWORKS.keys()


def test_trials_that_differ_in_fusing_share_a_training(search_of):
    search = search_of("units=1,2", "rule=sum,average", "base_gain=1,2")
    candidates = [
        search.candidate({"units": units, "rule": rule, "base_gain": gain})
        for units in (1, 2)
        for rule in ("sum", "average")
        for gain in (1.0, 2.0)
    ]
    assert len({search.run_name(each) for each in candidates}) == 2
    assert len({json.dumps(each.fusion) for each in candidates}) == 4
    assert candidates[0].fusion == {"base_rule": "sum", "detail_rule": "sum", "base_gain": 1.0, "detail_gain": 2.0}
    assert [each.network.units for each in candidates] == [1] * 4 + [2] * 4


def test_trainings_are_shared_with_other_searches_of_the_same_data_only(search_of):
    def name(*axes, **settings):
        search = search_of(*axes, **settings)
        return search.run_name(search.candidate({axis.name: axis.values[0] for axis in search.axes}))

    assert name("units=3,5") == name("units=3,9", "rule=sum") != name("units=5")
    assert name("units=3") != name("units=3", sources=("other",))
    assert name("units=3") != name("units=3", epochs=3)


def test_a_search_is_known_by_all_that_it_is(search_of):
    first = search_of("units=3,5")
    assert first.name == search_of("units=3,5").name
    others = [
        search_of("units=3"),
        search_of("units=3,5", score="VIF"),
        search_of("units=3,5", sampler="tpe"),
        search_of("units=3,5", epochs=3),
        search_of("units=3,5", validation=("more",)),
    ]
    assert len({first.name, *(other.name for other in others)}) == 6


@pytest.mark.parametrize(
    ("network", "axis", "score", "validation"),
    [
        ("ivf", "seed=0,1", "VIF", ()),
        ("ivf", "validation_share=0.1,0.2", "VIF", ()),
        ("mef", "largest_shift=0,1", "MEF-SSIM", ()),
        ("msf", "degradation=mtf,nearest", "PSNR", ("own",)),
        ("msf", "scale=2,4", "PSNR", ("own",)),
    ],
)
def test_settings_that_change_what_is_judged_are_refused(search_of, network, axis, score, validation):
    with pytest.raises(UsageError, match="leaves the validation pictures as they are"):
        search_of(axis, network=network, score=score, validation=validation)


def test_the_seed_may_vary_where_validation_pictures_are_given(search_of):
    assert search_of("seed=0,1", validation=("own",)).grid_size == 2


def test_a_grid_has_no_ranges(search_of):
    with pytest.raises(UsageError, match="add --sampler tpe"):
        search_of("learning_rate=1e-4..1e-2")


def test_scores_come_from_the_registry():
    assert [metric.name for metric in score_metrics("msf", None)] == ["PSNR"]
    assert [metric.name for metric in score_metrics("ivf", None)] == ["Qabf"]
    assert [metric.name for metric in score_metrics("mef", None)] == ["MEF-SSIM"]
    with pytest.raises(UsageError, match="found 'Qabff'"):
        score_metrics("ivf", "Qabff")
    with pytest.raises(UsageError, match="found 'D-lambda'"):
        score_metrics("msf", "PSNR,QNR,D-lambda")


def test_about_names_what_differs_from_the_defaults(search_of):
    about = search_of("units=3,5", epochs=60, crop_size=64).about()
    assert about["settings"] == "epochs 60, crop_size 64"
    assert dataclasses.asdict(search_of("units=3,5").axes[0])["values"] == (3, 5)
