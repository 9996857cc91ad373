from pathlib import Path

import pytest

from cscfuse_keras.errors import EnvironmentProblem, InputError, UsageError
from cscfuse_keras.tasks.jobs import Job, check_outputs, is_folder_name, name_like, run_all


def test_folder_names(tmp_path):
    (tmp_path / "folder.d").mkdir()
    assert is_folder_name(tmp_path / "folder.d")
    assert is_folder_name(tmp_path / "new")
    assert not is_folder_name(tmp_path / "new.png")


def test_names_keep_the_format_where_it_is_written():
    assert name_like(Path("a/b.JPG")) == "b.JPG"
    assert name_like(Path("b.webp")) == "b.png"
    assert name_like(Path("b.tif"), "a scene v1.2") == "a scene v1.2.tif"


def test_every_output_is_checked(tmp_path):
    jobs = [Job("a", (), tmp_path / "a.png"), Job("b", (), tmp_path / "b.png")]
    check_outputs(jobs, overwrite=False)
    jobs[1].output.touch()
    with pytest.raises(UsageError, match=r"b\.png"):
        check_outputs(jobs, overwrite=False)


def test_a_bad_job_does_not_stop_the_rest():
    jobs = [Job(name, (), Path(name)) for name in "abcd"]
    problems = {"b": InputError("bad"), "c": EnvironmentProblem("disk full")}

    def work(job):
        if job.name in problems:
            raise problems[job.name]

    assert list(run_all(jobs, work)) == [(job, problems.get(job.name)) for job in jobs]


def test_what_nobody_expects_ends_all():
    def work(job):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(run_all([Job("a", (), Path("a"))], work))
