"""The locks, and what `make` runs before there is a virtual environment."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap.run.echo import Echo, worth_showing
from scripts import stamps
from scripts.console import run, stage

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-node.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_package_with_hashes_and_names_no_index(name: str) -> None:
    lock = (ROOT / name).read_text("utf-8")
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n[ ]+--hash.*)*", lock, re.MULTILINE)
    assert entries
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+==[^ ]+ \\\n +--hash=sha256:", entry), entry
    assert not re.search(r"https?://|file:|--index|--find-links|--extra-index|--trusted-host", lock)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_what_its_list_asks_for(name: str) -> None:
    asked = (ROOT / name.replace(".txt", ".in")).read_text("utf-8")
    wanted = {found.lower() for found in re.findall(r"^([A-Za-z0-9][A-Za-z0-9_.-]*)", asked, re.MULTILINE)}
    locked = set(re.findall(r"^([a-z0-9_.-]+)==", (ROOT / name).read_text("utf-8"), re.MULTILINE))
    assert wanted <= locked


def test_the_npm_lock_names_no_registry_and_checks_every_package() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    del packages[""]
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


def test_ci_and_the_procfile_are_well_formed() -> None:
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True, timeout=10)
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    assert {line.partition(":")[0] for line in lines} == {"web", "desk", "worker", "release"}


def test_work_is_skipped_only_while_its_inputs_and_its_results_are_unchanged(tmp_path: Path) -> None:
    source, result, stamp = tmp_path / "source", tmp_path / "result", tmp_path / "stamp.json"
    source.write_text("a")
    wanted = stamps.digest([source])
    assert not stamps.is_current(stamp, wanted)
    result.write_text("made")
    stamps.keep(stamp, wanted, [result])
    assert stamps.is_current(stamp, stamps.digest([source]))
    source.write_text("b")
    assert not stamps.is_current(stamp, stamps.digest([source]))
    result.unlink()
    assert not stamps.is_current(stamp, wanted)
    stamp.write_text("half a li")
    assert not stamps.is_current(stamp, wanted)


def test_a_failed_command_shows_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, stage("试一试"):
        run([sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])
    assert ended.value.code == 1
    told = capsys.readouterr()
    assert "the reason" in told.err
    assert "未完成" in told.out


def test_only_warnings_and_errors_of_the_programs_are_shown() -> None:
    assert worth_showing('{"level": "INFO", "message": "started"}') == ""
    shown = worth_showing('{"level": "ERROR", "message": "failed", "exception": "Traceback\\nValueError: x"}')
    assert shown == "ERROR failed ValueError: x"
    assert worth_showing("FATAL:  could not open file") == "FATAL:  could not open file"
    assert worth_showing("LOG:  checkpoint complete") == ""


def test_a_followed_log_shows_each_line_once_also_after_rotation(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("ERROR from before\n")
    echo = Echo({"web": log})
    assert echo.new_lines() == []
    with log.open("a") as file:
        file.write("ERROR one\nharmless\nERROR two is still being wri")
    assert echo.new_lines() == ["  [web] ERROR one"]
    with log.open("a") as file:
        file.write("tten\n")
    assert echo.new_lines() == ["  [web] ERROR two is still being written"]
    log.write_text("ERROR anew\n")
    assert echo.new_lines() == ["  [web] ERROR anew"]
