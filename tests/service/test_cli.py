"""The command line: instant help, documented exit codes, JSON on request, and the whole demonstration."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.sample import HANDSWORTH
from service import optimisers
from service.cli.commands import app
from service.cli.output import CODES
from service.settings import Settings
from service.store.database import Database
from tests.builders.service import PASSWORD

ROOT = Path(__file__).parents[2]
runner = CliRunner()


@pytest.fixture(autouse=True)
def a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("SENDOPT_DATA", str(tmp_path / "var"))


def test_help_loads_no_solver_and_no_web_framework():
    script = (
        "import sys; from service.cli import main; sys.argv = ['sendopt', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('ortools', 'numba', 'folium', 'fastapi', 'sqlalchemy', 'pandas')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


def test_every_exit_code_is_in_the_help():
    told = " ".join(runner.invoke(app, ["--help"]).output.split())
    assert all(f"{code} {words.split(',')[0]}" in told for code, words in CODES.items())


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        (["plan", "boats", "x.xlsx"], 64, "'boats' is not one of"),
        (["sample", "--size", "huge"], 64, "'huge' is not one of"),
        (["check", "nowhere.xlsx"], 1, "There is no file nowhere.xlsx."),
        (["sample", "--size", "medium", "--official", "."], 1, "Birmingham_postcodes.csv.gz is not in "),
        (["template", "--out", "taken/template.xlsx"], 1, "Choose another place with --out."),
    ],
)
def test_a_slip_at_the_keyboard_ends_with_its_own_code_and_a_plain_sentence(tmp_path, typed, code, said):
    (tmp_path / "taken").write_text("a file where a folder should be")
    script = "import sys; from service.cli import main; sys.argv[0] = 'sendopt'; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *typed], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr and "our side" not in done.stderr


def test_a_file_that_is_not_there_is_a_fault_of_the_input():
    answer = runner.invoke(app, ["check", "nowhere.xlsx", "--json"])
    assert answer.exit_code == 1 and json.loads(answer.output)["code"] == 1


@pytest.mark.parametrize("desk", [None, "transport", "meetings", "places"])
def test_an_empty_template_is_written_for_the_city_or_for_one_desk(tmp_path, desk):
    out = tmp_path / "mine" / "template.xlsx"
    answer = runner.invoke(app, ["template", "--out", str(out), *(["--desk", desk] if desk else [])])
    assert answer.exit_code == 0 and f"sendopt check {out}" in answer.output
    checked = runner.invoke(app, ["check", str(out), "--json"])
    assert checked.exit_code == 1 and "holds any rows" in checked.output


def test_ctrl_c_keeps_the_best_so_far_and_says_so_with_its_code(tmp_path, monkeypatch):
    whole, pressed = optimisers.execute, []
    at_the_keyboard = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it

    def interrupted(job, *, progress):
        def tell(step):
            if not pressed:
                pressed.append(step)
                signal.raise_signal(signal.SIGINT)
            return progress(step)

        return whole(job, progress=tell)

    monkeypatch.setattr(optimisers, "execute", interrupted)
    asked = ["plan", "routes", str(HANDSWORTH), "--out", str(tmp_path), "--minutes", "10", "--json"]
    answer = runner.invoke(app, asked)
    told = json.loads(answer.stdout)
    assert answer.exit_code == told["code"] == 3 and pressed
    assert told["verified"] and told["status"] == "stopped"
    assert (tmp_path / "routes.map.html").stat().st_size > 5000
    assert signal.signal(signal.SIGINT, at_the_keyboard) is signal.default_int_handler


def test_a_person_is_added_and_kept_out(tmp_path):
    added = runner.invoke(app, ["user", "add", "planner", "--role", "transport"], input=f"{PASSWORD}\n")
    assert added.exit_code == 0 and "may sign in" in added.output
    assert runner.invoke(app, ["user", "add", "planner", "--role", "transport"], input=f"{PASSWORD}\n").exit_code == 1
    assert runner.invoke(app, ["user", "disable", "planner"]).exit_code == 0
    short = runner.invoke(app, ["user", "add", "other", "--role", "viewer"], input="short\n")
    assert short.exit_code == 1 and "15 characters" in short.output
    assert runner.invoke(app, ["audit", "verify"]).exit_code == 0


def test_a_backup_is_a_whole_database(tmp_path):
    runner.invoke(app, ["user", "add", "planner", "--role", "transport"], input=f"{PASSWORD}\n")
    assert runner.invoke(app, ["db", "backup", str(tmp_path / "copy.sqlite3")]).exit_code == 0
    copy = Database(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert copy.is_current()
    copy.close()


def test_nothing_is_erased_by_a_dry_run():
    answer = runner.invoke(app, ["retention", "run", "--dry-run", "--json"])
    assert answer.exit_code == 0 and json.loads(answer.output)["plans"] == 0


def test_doctor_says_what_is_well():
    answer = runner.invoke(app, ["doctor", "--json"])
    assert answer.exit_code == 0 and all(check["good"] for check in json.loads(answer.output)["checks"])


def test_the_demonstration_plans_three_desks_and_links_them(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "service.cli.planning.SECONDS",
        {"small": dict.fromkeys(("routes", "guides", "meetings", "places", "closure"), 3)},
    )
    out = tmp_path / "out"
    answer = runner.invoke(app, ["demo", "--out", str(out), "--json"])
    assert answer.exit_code == 0, answer.output[-2000:]
    told = json.loads(answer.output[answer.output.index("{") :])
    assert set(told["plans"]) == {"routes", "guides", "meetings", "places", "closure"}
    assert all(plan["verified"] for plan in told["plans"].values())
    page = (out / "index.html").read_text("utf-8")
    for kind, folder in (("routes", "transport"), ("meetings", "meetings"), ("closure", "places")):
        assert f"{folder}/{kind}.map.html" in page
        assert (out / folder / f"{kind}.xlsx").stat().st_size > 5000
    assert "Fictional example" in page and "http://" not in page and "https://" not in page
    assert list((out / "meetings" / "meetings-calendars" / "schools").glob("*.ics"))
    judged = runner.invoke(
        app,
        [
            "verify",
            "places",
            str(out / "places/places.problem.json"),
            str(out / "places/places.solution.json"),
            "--json",
        ],
    )
    assert judged.exit_code == 0 and json.loads(judged.output)["hard"] == 0
    assert Settings().data == tmp_path / "var"
