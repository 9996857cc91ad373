import math

from cscfuse_keras.report.scores import Judged, Mean, best_methods, mean_scores, means, second_methods, worst_items

NAN = float("nan")


def one(name, up, down):
    return Judged(name, {"ours": {"UP": up, "DOWN": down}})


def test_means_leave_nan_out_and_count_it(items, metrics):
    result = means(items, metrics)
    assert result["ours"] == {"UP": Mean(2.0, 3, 0), "DOWN": Mean(0.5, 2, 1)}
    assert result["other"] == {"UP": Mean(4.0, 3, 0), "DOWN": Mean(0.25, 3, 0)}
    assert mean_scores(items, metrics) == {"ours": {"UP": 2.0, "DOWN": 0.5}, "other": {"UP": 4.0, "DOWN": 0.25}}


def test_mean_of_nothing_is_nan(metrics):
    mean = means([one("a", 1.0, NAN)], metrics)["ours"]["DOWN"]
    assert math.isnan(mean.value)
    assert (mean.counted, mean.left_out) == (0, 1)


def test_best_follows_the_direction_and_ties_are_shared(metrics):
    scores = {"a": {"UP": 1.0, "DOWN": 1.0}, "b": {"UP": 2.0, "DOWN": 2.0}, "c": {"UP": 2.0, "DOWN": NAN}}
    assert best_methods(scores, metrics) == {"UP": {"b", "c"}, "DOWN": {"a"}}


def test_nothing_is_best_of_one_method_or_of_no_values(metrics):
    assert best_methods({"a": {"UP": 1.0, "DOWN": 1.0}}, metrics) == {"UP": set(), "DOWN": set()}
    nothing = {"UP": NAN, "DOWN": NAN}
    assert best_methods({"a": nothing, "b": nothing}, metrics) == {"UP": set(), "DOWN": set()}


def test_worst_items_by_mean_rank(metrics):
    items = [one("good", 9.0, 0.1), one("bad", 1.0, 0.9), one("middle", 5.0, 0.5), one("poor", 2.0, 0.6)]
    assert [item.name for item in worst_items(items, metrics, 3)] == ["bad", "poor", "middle"]


def test_scale_of_a_metric_does_not_decide_the_rank(metrics):
    items = [one("a", 1000.0, 0.3), one("b", 1.0, 0.2), one("c", 2.0, 0.4)]
    # Ranks from the best: a 0, 1; b 2, 0; c 1, 2.
    assert [item.name for item in worst_items(items, metrics, 3)] == ["c", "b", "a"]


def test_nan_takes_no_rank(metrics):
    items = [one("a", 1.0, NAN), one("b", 2.0, 0.1), one("c", 3.0, NAN)]
    assert [item.name for item in worst_items(items, metrics, 3)] == ["a", "b", "c"]


def test_second_best_needs_three_values_and_one_best(metrics):
    scores = {"a": {"UP": 1.0, "DOWN": 1.0}, "b": {"UP": 2.0, "DOWN": 2.0}, "c": {"UP": 3.0, "DOWN": NAN}}
    assert second_methods(scores, metrics) == {"UP": {"b"}, "DOWN": set()}
    tied = {name: {"UP": up, "DOWN": 1.0} for name, up in {"a": 5.0, "b": 5.0, "c": 3.0}.items()}
    assert second_methods(tied, metrics)["UP"] == set()
    shared = {name: {"UP": up, "DOWN": 1.0} for name, up in {"a": 5.0, "b": 3.0, "c": 3.0}.items()}
    assert second_methods(shared, metrics)["UP"] == {"b", "c"}
