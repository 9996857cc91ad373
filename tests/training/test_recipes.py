import typing

from cscfuse_keras.models.tasks import TASKS
from cscfuse_keras.training.recipes import RECIPES


def test_settings_of_one_name_have_one_type():
    """On the command line they share an option."""
    types = {}
    for task, recipe in RECIPES.items():
        for config in (TASKS[task].config, recipe.settings):
            for name, hint in typing.get_type_hints(config).items():
                assert types.setdefault(name, hint) == hint, (task, name)
