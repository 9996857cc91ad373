import pytest

from cscfuse_keras.errors import UsageError
from cscfuse_keras.io.outputs import check_absent, check_picture, identities


def test_an_existing_output_needs_overwrite(tmp_path):
    output = tmp_path / "out.png"
    check_absent(output, overwrite=False)
    output.touch()
    check_absent(output, overwrite=True)
    with pytest.raises(UsageError, match="--overwrite"):
        check_absent(output, overwrite=False)


def test_an_output_is_no_source_even_by_another_name(tmp_path):
    source = tmp_path / "in.png"
    source.touch()
    (tmp_path / "link.png").symlink_to(source)
    inputs = identities([source, tmp_path / "missing.png"])
    check_picture(tmp_path / "out.png", inputs, overwrite=False)
    for name in ("in.png", "link.png"):
        with pytest.raises(UsageError, match="found an input"):
            check_picture(tmp_path / name, inputs, overwrite=True)


@pytest.mark.parametrize("name", ["out", "out.gif", "out.webp"])
def test_formats_that_are_not_written(tmp_path, name):
    with pytest.raises(UsageError, match="name ending in"):
        check_picture(tmp_path / name, [], overwrite=False)
