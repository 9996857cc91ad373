"""`cscfuse search`: which settings give the best network."""

import sys
from pathlib import Path

import click
from rich.console import Console

from cscfuse_keras import __version__
from cscfuse_keras.cli.errors import one_line
from cscfuse_keras.cli.quiet import load_keras
from cscfuse_keras.cli.settings import check_settings, options_for, read_settings
from cscfuse_keras.cli.train import SETTINGS, TASKS, VARIANTS
from cscfuse_keras.errors import ModelError, UsageError
from cscfuse_keras.io.locks import locked
from cscfuse_keras.io.outputs import check_folder

load_keras()
from cscfuse_keras.io.atomic import replacing  # noqa: E402
from cscfuse_keras.models.networks import NETWORKS, network_of  # noqa: E402
from cscfuse_keras.models.presets import load_preset  # noqa: E402
from cscfuse_keras.search.axes import read_axes  # noqa: E402
from cscfuse_keras.search.definition import Search, score_metrics  # noqa: E402
from cscfuse_keras.search.job import MODEL  # noqa: E402
from cscfuse_keras.search.report import PAGE, ResultTable, describe, write_report  # noqa: E402
from cscfuse_keras.search.results import Result, ranked  # noqa: E402
from cscfuse_keras.search.study import RUNS, Study  # noqa: E402
from cscfuse_keras.search.validation import validation_items  # noqa: E402
from cscfuse_keras.training.recipes import RECIPES  # noqa: E402


@click.command()
@click.argument("more", nargs=-1, metavar="[NAME=VALUES]...")
@click.option("--task", type=click.Choice(TASKS), required=True, help="What the networks are for.")
@click.option(
    "--grid",
    "axes",
    multiple=True,
    metavar="NAME=VALUES",
    help="A setting of `cscfuse train` and what it is to be: units=3,5,7, or with --sampler tpe also a range, "
    "learning_rate=1e-4..1e-2. May be given several times; or several such words may follow. `activation` and `rule` "
    "set that of base and detail alike.",
)
@click.option(
    "--data",
    "sources",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    help="What to train on, as for `cscfuse train` (may be given several times).",
)
@click.option(
    "--validation",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Pictures to score by, in the form of --data, and not among it (may be given several times). Default: the "
    "share of --data that is kept for validation; for ivf, --data must then hold the folders infrared and visible, or "
    "ir and vis.",
)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder of the search.")
@click.option("--score", metavar="METRICS", help="Metrics to score by, separated by commas, such as Qabf,VIF.")
@click.option(
    "--sampler",
    type=click.Choice(["grid", "tpe"]),
    default="grid",
    show_default=True,
    help="All combinations, or those that Optuna's tree-structured Parzen estimator chooses.",
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    help="Largest number of trials, with those done before. Default: the whole grid; 20 with --sampler tpe.",
)
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Trainings at a time.")
@click.option(
    "--storage",
    metavar="URL",
    help="Where Optuna keeps the trials: path of an SQLite file, or a database's URL. Default: OUTPUT/trials.db.",
)
@click.option("--variant", type=click.Choice(VARIANTS), default="paper", show_default=True, help="Network to start at.")
@click.option("--config", type=click.Path(path_type=Path), help="TOML file with [network] and [training] settings.")
@options_for(SETTINGS, but=("grid",))
def search(
    more, task, axes, sources, validation, output, score, sampler, trials, workers, storage, variant, config, **given
):
    """Train networks with many settings, and score them on pictures that none of them was trained on.

    OUTPUT/best.keras is the best network, ready for `cscfuse fuse --preset`; trials.csv, trials.json, index.html and
    plots hold all. Networks that differ only in how codes are merged are trained once. The same command again goes on
    with what was stopped, and with more --trials; what is done is not done again.
    """
    name = network_of(task, variant)
    check_settings(name, SETTINGS[name], given)
    found = read_axes([*axes, *more], SETTINGS[name])
    for axis in found:
        for setting in axis.settings:
            if given.get(setting) is not None:
                flag = f"--{setting.replace('_', '-')}"
                raise UsageError(f"{flag} and {axis.name}=...: expected one of the two, found both; leave one out")
    defaults = {"network": NETWORKS[name].variants[variant], "training": RECIPES[name].settings()}
    settings = read_settings(config, defaults, given)
    plan = Search(name, sources, validation, settings, found, score_metrics(task, score), sampler)
    items = validation_items(name, sources, validation, settings["training"])
    check_folder(output)
    about = {
        "validation pictures": f"{len(items)} (pairs or scenes)",
        "version": f"cscfuse-keras {__version__}",
        "command": "cscfuse " + " ".join(sys.argv[1:]),
    }
    with locked(output):
        study = Study(plan, output, storage or str(output / "trials.db"))

        def told(result: Result) -> None:
            click.echo(one_line(describe(result)))
            write_report(output, plan, study.results(), about)

        try:
            study.run(trials or (plan.grid_size if sampler == "grid" else 20), workers, told)
        except KeyboardInterrupt:
            done = sum(result.state == "complete" for result in study.results())
            raise KeyboardInterrupt(f"{output} holds {done} trials; give the command again to go on") from None
        results = study.results()
        write_report(output, plan, results, about)
        complete, failed = ranked(results, plan.metrics), [each for each in results if each.state == "failed"]
        if not complete:
            raise ModelError(
                f"{output}: expected a trial to succeed, found none of {len(results)}; see {output / PAGE}"
            )
        best = complete[0]
        model = load_preset(output / RUNS / best.run / MODEL, **plan.candidate(best.values).fusion).model
        with replacing(output / MODEL) as partial:
            model.save(partial)
    Console().print(ResultTable(plan, results))
    click.echo(f"{output / MODEL}: {one_line(describe(best))}")
    click.echo(str(output / PAGE))
    for result in failed:
        click.echo(f"failed: {one_line(describe(result))}", err=True)
    if failed:
        sys.exit(ModelError.exit_code)
