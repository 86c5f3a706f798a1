"""Guards of the house itself: what no review should have to look for."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from feedsvc import db, migrate, settings
from feedsvc.cli import cli
from feedsvc.jobs import JOBS
from feedsvc.newsroom import workflow

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "feedsvc").rglob("*.py"))
HTTP_CLIENTS = {"urllib.request", "http.client", "urllib3", "requests", "httpx", "aiohttp", "ftplib", "telnetlib"}


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in MODULES:
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.Module, name: str) -> list[int]:
    """Lines on which a method of this name is called."""
    return [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == name
    ]


def imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_there_is_one_commit_in_the_tree() -> None:
    places = [f"{path}:{line}" for path, tree in trees() for line in calls(tree, "commit")]
    assert [place.split(":")[0] for place in places] == ["feedsvc/db.py"]


def test_only_egress_speaks_to_the_outside() -> None:
    for path, tree in trees():
        if path.name != "egress.py":
            assert not imported(tree) & (HTTP_CLIENTS | {"smtplib"}), path
            assert not any(name.startswith("socket") for name in imported(tree)) or path.name == "supervisor.py", path


def test_feedgen_and_apscheduler_stay_in_their_rooms() -> None:
    for path, tree in trees():
        names = {name.split(".")[0] for name in imported(tree)}
        assert "feedgen" not in names or path.parent.name == "formats", path
        assert "apscheduler" not in names or path.name == "jobs.py", path


def test_working_text_is_read_in_the_newsroom_alone() -> None:
    """`Translation.head` is for the newsroom's eyes; doors see it through `standing.Standing`."""
    for path, tree in trees():
        if path.parts[1] in ("newsroom", "models"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in ("head_id", "approved_id"):
                pytest.fail(f"{path}:{node.lineno} reads {node.attr}")
            if isinstance(node, ast.Attribute) and node.attr == "head" and isinstance(node.value, ast.Attribute):
                assert node.value.attr != "translation", f"{path}:{node.lineno}"


def test_no_file_is_called_after_nothing() -> None:
    assert not [p for p in MODULES if p.stem in ("utils", "helpers", "common", "manager", "base", "misc", "tools")]


def test_modules_stay_small() -> None:
    """A module of more than 300 lines is several rooms. The CLI is a list of commands and grows with the contract."""
    large = {str(p.relative_to(ROOT)): n for p in MODULES if (n := len(p.read_text("utf-8").splitlines())) > 300}
    assert set(large) <= {"feedsvc/cli.py"}, large


def test_every_route_names_its_permission(app: Flask) -> None:
    known = {rule.permission for rule in workflow.RULES.values()} | {
        g for grants in workflow.ROLES.values() for g in grants
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert permission in known | {"public"}, f"{rule.rule} ({rule.endpoint}) says {permission!r}"


def test_settings_are_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for name, field in settings.Settings.model_fields.items():
        variable = f"{settings.PREFIX}{name.upper()}"
        assert f"`{variable}`" in page, variable
        assert (field.description or "") in page, f"{variable}: the page says something else than the table"


def test_commands_are_documented() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    for name, command in cli.commands.items():
        for sub in getattr(command, "commands", {"": None}):
            assert f"`{name} {sub}".rstrip() in page, f"{name} {sub}"
    for name in JOBS:
        assert name in page


def test_there_is_one_migration_head() -> None:
    scripts = ScriptDirectory(str(migrate.SCRIPTS))
    assert [migrate.head()] == scripts.get_heads()
    assert migrate._known()[1] == {script.revision for script in scripts.walk_revisions()}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_models_equal_migrations(instance: Path) -> None:
    with db.engine(settings.current().database).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []


def test_lock_has_hashes_and_names_no_registry() -> None:
    for path in (ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--find-links" not in text
        assert "--index" not in text
        blocks = re.split(r"\n(?=[A-Za-z])", text.strip())
        assert all("--hash=sha256:" in block for block in blocks)


def test_importing_a_writer_loads_no_flask_and_no_database() -> None:
    code = "import sys, feedsvc.formats.registry as _; print(sorted({'flask','sqlalchemy','apscheduler'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_templates_hold_no_inline_script_or_style() -> None:
    for path in (ROOT / "feedsvc" / "web" / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)(?![^>]*ld\+json)", text), path
        for line in text.splitlines():
            if re.search(r"\|\s*safe\b", line):
                assert re.search(r"more='|more=\(' |sanitised", line), (
                    f"{path}: only fixed attributes and what the views mark: {line}"
                )


@pytest.fixture
def app(instance: Path) -> Flask:
    from feedsvc.web.app import create_app

    return create_app()
