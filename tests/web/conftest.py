import pytest
from click.testing import CliRunner

from cscfuse_keras.cli import main


@pytest.fixture
def cscfuse():
    """Run the command line in this process; `output` holds standard output and error."""

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run
