"""Run by test_on_ray.py in a process of its own: a cluster talks to itself by the network, which tests refuse.

Prints, as JSON, the outcomes of items that say what is to happen, and how often each was tried.
"""

import functools
import importlib
import json
import sys
from pathlib import Path

from ray.cluster_utils import Cluster as Nodes

from cscfuse_keras.batch.on_ray import run_on_ray
from cscfuse_keras.batch.work import Item, Work
from cscfuse_keras.cluster import Cluster


def main():
    folder = Path(sys.argv[1])
    copying = importlib.import_module("copying")
    nodes = Nodes(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes.add_node(num_cpus=1)
    items = []
    for number, saying in enumerate(sys.argv[2:]):
        (folder / f"{number}.txt").write_text(saying)
        items.append(Item(number, (str(folder / f"{number}.txt"),), f"{number}.png", None))
    work = Work(functools.partial(copying.load, str(folder / "calls")), copying.job, str(folder / "out"), folder / "w")
    cluster = Cluster(nodes.address)
    outcomes = list(run_on_ray(iter(items), work, cluster.workers(1, 0), 1, 0))
    cluster.leave()
    nodes.shutdown()
    print(json.dumps({outcome.id: [outcome.state, outcome.problem] for outcome in outcomes}))


if __name__ == "__main__":
    main()
