"""Model files made to do harm: refused in one line before anything in them is run or unpacked."""

import io
import json
import shutil
import sys
import types
import warnings
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from cscfuse_keras.io import write_picture
from cscfuse_keras.models import ivf, ivf_pyramid, mef, model_files, msf, presets

TINY = {
    "ivf": lambda: ivf.build_fusion(ivf.IVFConfig(units=2, code_channels=2, decoder_channels=(2,))),
    "ivf_pyramid": lambda: ivf_pyramid.build_fusion(
        ivf_pyramid.IVFPyramidConfig(levels=2, units=2, code_channels=2, context_channels=1)
    ),
    "mef": lambda: mef.build_fusion(mef.MEFConfig(units=2, code_channels=2)),
    "mef_levels": lambda: mef.build_fusion(mef.MEFConfig(units=2, code_channels=2, levels=2)),
    "msf": lambda: msf.build_network(msf.MSFConfig(bands=2, guide_channels=1, units=2, code_channels=2)),
    "msf_joint": lambda: msf.build_network(
        msf.MSFConfig(bands=2, guide_channels=1, units=0, joint_units=2, joint_channels=2, joint_kernel=3)
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A sound file of each network."""
    folder = tmp_path_factory.mktemp("models")
    for name, build in TINY.items():
        build().save(folder / f"{name}.keras")
    return folder


@pytest.fixture
def fuse(tmp_path, samples_of):
    """Arguments that fuse a pair with a preset; the pictures lie there."""
    pair = [tmp_path / "infrared.png", tmp_path / "visible.png"]
    for path in pair:
        write_picture(path, samples_of(16, 16))

    return lambda preset: ["fuse", "--task", "ivf", *pair, "-o", tmp_path / "fused.png", "--preset", preset]


@pytest.fixture
def changed(files, tmp_path):
    """Write a sound file anew with other members; None leaves one out."""

    def changed(compression=zipfile.ZIP_STORED, **members):
        with zipfile.ZipFile(files / "ivf.keras") as archive:
            content = {member.filename: archive.read(member) for member in archive.infolist()}
        content |= members
        path = tmp_path / "hostile.keras"
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, data in content.items():
                if data is not None:
                    archive.writestr(name, data)
        return path

    return changed


def config_of(files, change):
    """A sound file's configuration after `change` of its layers by name."""
    with zipfile.ZipFile(files / "ivf.keras") as archive:
        config = json.loads(archive.read("config.json"))
    change({layer["config"]["name"]: layer for layer in config["config"]["layers"]})
    return json.dumps(config)


def encoder_layer(layers, number):
    """Settings of a layer of the encoder; the first is the input."""
    return layers["encoder"]["config"]["layers"][number]["config"]


@pytest.mark.parametrize("name", TINY)
def test_sound_files_of_every_network_load(files, name):
    assert name.startswith(presets.load_preset(files / f"{name}.keras").network)


def test_no_class_is_let_through_that_no_network_has(files):
    found = set()

    def gather(value):
        if isinstance(value, dict):
            found.add(value.get("class_name"))
            value = list(value.values())
        for inner in value if isinstance(value, list) else ():
            gather(inner)

    for path in files.glob("*.keras"):
        with zipfile.ZipFile(path) as archive:
            gather(json.loads(archive.read("config.json")))
    ours = {name.removeprefix("cscfuse_keras>") for name in keras.saving.get_custom_objects()}
    assert found - ours - {None} == model_files.KERAS_CLASSES | model_files.MARKS


def lambda_layer(canary):
    layer = keras.layers.Lambda(lambda x, name=str(canary): (Path(name).touch(), x)[1], output_shape=(2,))
    return keras.Sequential([keras.Input((2,)), layer], name="ivf_fusion")


def vocabulary_from_a_file(canary):
    vocabulary = canary.with_name("secret.txt")
    vocabulary.write_text("first\nsecond\n")
    layer = keras.layers.StringLookup(vocabulary=str(vocabulary))
    return keras.Sequential([keras.Input((2,), dtype="string"), layer], name="ivf_fusion")


@pytest.mark.parametrize(
    ("build", "named"),
    [(lambda_layer, "expected a fusion model of ivf"), (vocabulary_from_a_file, "vocabulary.txt")],
)
def test_models_of_other_layers_are_refused(refused, fuse, tmp_path, build, named):
    canary, path = tmp_path / "canary", tmp_path / "hostile.keras"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        build(canary).save(path)
    canary.unlink(missing_ok=True)
    refused(4, *fuse(path), words=[path, named])
    assert not canary.exists()


def class_entry(name, module, registered=None, config=None):
    return {"class_name": name, "module": module, "registered_name": registered, "config": config or {}}


@pytest.mark.parametrize(
    "entry",
    [
        class_entry("Lambda", "keras.layers", config={"function": {"class_name": "__lambda__", "config": {}}}),
        class_entry("__lambda__", None, config={"value": "4wAAAAA="}),
        class_entry("function", "builtins", "function", "print"),
        class_entry("system", "os", config={"command": "touch canary"}),
        class_entry("Touch", "hostile_package", "hostile_package>Touch"),
        class_entry("Touch", "hostile_package", "cscfuse_keras>Touch"),
        class_entry("Add", "hostile_package"),
        class_entry("Add", "keras.layers", "hostile_package>Touch"),
        class_entry("StringLookup", "keras.layers", config={"vocabulary": "/etc/passwd"}),
        class_entry("TFSMLayer", "keras.layers", config={"filepath": "saved_model"}),
        class_entry("__typespec__", "os", "system"),
        class_entry(["Add"], "keras.layers"),
        class_entry("Add", ["keras"]),
    ],
    ids=lambda entry: f"{entry['class_name']} of {entry['module']}",
)
def test_no_other_class_is_looked_for(refused, fuse, files, changed, monkeypatch, tmp_path, entry):
    """Whether as a layer or deep in a layer's settings; a class of an installed package would be found."""
    canary = tmp_path / "canary"
    package = types.ModuleType("hostile_package")

    @keras.saving.register_keras_serializable("hostile_package")
    class Touch(keras.layers.Layer):
        def __init__(self, **settings):
            canary.touch()
            super().__init__()

    monkeypatch.setitem(sys.modules, "hostile_package", package)
    package.Touch = package.Add = Touch
    try:
        for change in (
            lambda layers: layers["merge_base"].update(entry),
            lambda layers: layers["merge_base"]["config"].update(dtype=entry),
        ):
            path = changed(**{"config.json": config_of(files, change)})
            refused(4, *fuse(path), words=[path, "expected"])
    finally:
        keras.saving.get_custom_objects().pop("hostile_package>Touch", None)
    assert not canary.exists()


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"../../evil": b"x"}, "'../../evil'"),
        ({"/tmp/evil": b"x"}, "'/tmp/evil'"),
        ({"assets/vocabulary.txt": b"x"}, "assets"),
        ({"model.weights.npz": b"x"}, "npz"),
        ({"metadata.json": None}, "found members"),
        ({"config.json": b"[" * 100_000}, "does not load"),
        ({"config.json": b"{}"}, "does not load"),
        ({"model.weights.h5": b"no HDF5"}, "does not load"),
    ],
)
def test_members_are_those_that_keras_writes(refused, fuse, changed, members, named):
    refused(4, *fuse(changed(**members)), words=[named])


def test_a_member_may_not_come_twice(refused, fuse, changed):
    path = changed()
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("config.json", "{}")
    refused(4, *fuse(path), words=["'config.json', 'config.json'"])


def test_nothing_is_unpacked(refused, fuse, changed):
    """A thousand bytes for each one stored."""
    path = changed(zipfile.ZIP_DEFLATED, **{"config.json": b" " * 50_000_000})
    assert path.stat().st_size < 2_000_000
    refused(4, *fuse(path), words=["stored as they are"])


def test_overlapping_members_are_refused(refused, fuse, changed):
    """Two directory entries for the bytes of one large member."""
    path = changed()
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        large, small = archive.getinfo("model.weights.h5"), archive.getinfo("metadata.json")
    directory = content.rindex(b"PK\1\2")
    for start in range(len(content) - directory, len(content)):
        entry = len(content) - start
        if content[entry : entry + 4] == b"PK\1\2" and b"metadata.json" in content[entry : entry + 60]:
            content[entry + 20 : entry + 28] = 2 * large.file_size.to_bytes(4, "little")
    assert small.file_size < large.file_size
    path.write_bytes(content)
    refused(4, *fuse(path), words=["overlapping ones"])


def weights_with(change):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        change(file)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda file: file.__setitem__("layers", h5py.ExternalLink("/etc/passwd", "/")), "/etc/passwd"),
        (lambda file: file.__setitem__("layers", h5py.SoftLink("/other")), "/other"),
        (lambda file: file.create_dataset("v", (4,), "f4", external=[("/etc/passwd", 0, 16)]), "other files"),
        (lambda file: file.create_dataset("v", (10**6, 10**6, 10**3), "f4", chunks=(1, 100, 100)), "memory"),
        (lambda file: file.create_dataset("v", (100, 100), "f4", chunks=(10, 10)), "never written"),
        (lambda file: file.create_dataset("v", data="text"), "floating-point weights"),
    ],
)
def test_weights_are_data_of_the_file_alone(refused, fuse, changed, change, named):
    refused(4, *fuse(changed(**{"model.weights.h5": weights_with(change)})), words=[named])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda layers: encoder_layer(layers, 2).update(code_channels=4096), "weights that are stored"),
        (lambda layers: encoder_layer(layers, 2).update(code_channels=10**9), "found code_channels of 1e+09"),
        (lambda layers: encoder_layer(layers, 1).update(window=99_999), "found window"),
        (lambda layers: layers["merge_base"]["config"].update(gain=float("nan")), "gain"),
        (lambda layers: layers["merge_base"]["config"].update(rule="evil"), "does not load"),
    ],
)
def test_settings_may_not_ask_for_more_than_the_file_holds(refused, fuse, files, changed, change, named):
    add_weight = keras.layers.Layer.add_weight
    refused(4, *fuse(changed(**{"config.json": config_of(files, change)})), words=[named])
    assert keras.layers.Layer.add_weight is add_weight


def test_a_name_does_not_make_a_network(refused, fuse, tmp_path):
    inputs = {name: keras.Input((None, None, 1), name=name) for name in ("infrared", "visible")}
    path = tmp_path / "named.keras"
    keras.Model(inputs, keras.layers.Add()(list(inputs.values())), name="ivf_fusion").save(path)
    refused(4, *fuse(path), words=["layers of network ivf"])
    refused(4, *fuse(path), "--gain", "1.5", words=["layers of network ivf"])


@pytest.mark.parametrize("task", ["mef", "msf"])
def test_other_tasks_refuse_them_too(refused, samples_of, changed, tmp_path, task):
    sources = [tmp_path / "first.png", tmp_path / "second.png"]
    for source, side in zip(sources, (8, 16), strict=True):
        write_picture(source, samples_of(side if task == "msf" else 16, side if task == "msf" else 16))
    output = tmp_path / ("fused.npy" if task == "msf" else "fused.png")
    path = changed(**{"../evil": b"x"})
    refused(4, "fuse", "--task", task, *sources, "-o", output, "--preset", path, words=["'../evil'"])
    refused(4, "export", "--task", task, "--preset", path, "-o", tmp_path / "exported", words=["'../evil'"])


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A copy of a shipped preset, which may be changed."""
    folder = presets.presets_folder()
    copy = tmp_path / "saved_models"
    shutil.copytree(folder / "ivf-lite", copy / "ivf-lite")
    shutil.copy(folder / "defaults.json", copy)
    monkeypatch.setattr(presets, "presets_folder", lambda: copy)
    return copy / "ivf-lite"


@pytest.mark.parametrize(
    ("file", "content", "named"),
    [
        ("model.weights.h5", None, "SHA-256"),
        ("preset.json", b"{", "install the package again"),
        ("preset.json", b'{"sha256": 1}', "install the package again"),
    ],
)
def test_a_changed_preset_is_refused(refused, fuse, shipped, loaded_once, monkeypatch, file, content, named):
    monkeypatch.setattr("cscfuse_keras.tasks.ivf.load_preset", presets.load_preset)
    path = shipped / file
    path.write_bytes(content or path.read_bytes()[:-1] + b"x")
    refused(4, *fuse("ivf-lite"), words=[shipped, named])


def test_a_presets_name_is_no_path(refused, fuse, shipped, tmp_path, monkeypatch):
    monkeypatch.setattr("cscfuse_keras.tasks.ivf.load_preset", presets.load_preset)
    shutil.copytree(shipped, tmp_path / "elsewhere")
    for name in ("../elsewhere", str(tmp_path / "elsewhere")):
        refused(2, *fuse(name), words=[name, "expected one of"])


def test_what_was_stored_comes_back(files):
    model = presets.load_preset(files / "ivf.keras").model
    whole = keras.saving.load_model(files / "ivf.keras", compile=False)
    for first, second in zip(model.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)
