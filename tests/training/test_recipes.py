import typing

from cscfuse_keras.models.networks import NETWORKS
from cscfuse_keras.training.recipes import RECIPES


def test_settings_of_one_name_have_one_type():
    """On the command line they share an option."""
    types = {}
    for name, recipe in RECIPES.items():
        for config in (NETWORKS[name].config, recipe.settings):
            for setting, hint in typing.get_type_hints(config).items():
                assert types.setdefault(setting, hint) == hint, (name, setting)
