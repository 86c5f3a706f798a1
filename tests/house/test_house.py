"""Guards of the house itself: what no review should have to look for."""

import ast
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import configuration
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from feedsvc import db, migrate, settings
from feedsvc.cli import cli
from feedsvc.jobs import JOBS
from feedsvc.models import wording
from feedsvc.newsroom import retention, workflow

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "feedsvc").rglob("*.py"))
HTTP_CLIENTS = {
    "urllib.request",
    "http.client",
    "urllib3",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "telnetlib",
    "pycurl",
}


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
        if path.parts[1] != "egress":
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


def test_the_page_of_settings_is_what_the_settings_make_of_it() -> None:
    said = configuration.PAGE.read_text(encoding="utf-8")
    assert said == configuration.page(), "run `python tests/house/configuration.py`"
    for name, field in settings.Settings.model_fields.items():
        assert f"`{settings.PREFIX}{name.upper()}`" in said
        assert field.description, name


PERSONAL = {"email", "recipient", "actor", "agent", "phone", "family"}
"""Columns in which somebody can be found again."""


def test_what_is_kept_of_people_has_a_rule_and_stands_in_the_documentation() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    ruled = {rule.table for rule in retention.RULES}
    tables = db.Base.metadata.tables
    assert ruled <= set(tables)
    assert {name for name, table in tables.items() if PERSONAL & set(table.columns.keys())} <= ruled
    for rule in retention.RULES:
        assert f"| {rule.what} | {rule.whose} | {rule.until} |" in page, rule.table


def test_every_command_that_a_page_names_is_one() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")]
    for page in pages:
        for first, second in re.findall(r"(?<![/\w])(?<!-u )feedsvc ([a-z]+)(?:[ ]([a-z]+))?(?=[ `\n])", _code(page)):
            command = cli.commands.get(first)
            assert command, f"{page.name}: feedsvc {first}"
            if second and isinstance(command, click.Group):
                assert second in command.commands, f"{page.name}: feedsvc {first} {second}"


def _code(page: Path) -> str:
    """What a page writes as code, a piece to a line."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*blocks, *inline]) + "\n"


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


ADDING = {"create_table", "add_column", "create_index", "create_foreign_key", "execute", "f", "get_bind"}


def test_a_migration_that_leaves_older_programs_at_work_only_adds() -> None:
    """`execute` may fill what is new, and not take away; a new column that must have a value brings one."""
    for script in ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions():
        oldest = getattr(script.module, "oldest", script.revision)
        assert oldest <= script.revision
        if oldest == script.revision:
            continue
        tree = ast.parse(Path(script.path).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "op":
                assert node.attr in ADDING, f"{script.path}:{node.lineno}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.search(r"\b(DROP|DELETE FROM|RENAME)\b", node.value), f"{script.path}:{node.lineno}"
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_column":
                said = ast.unparse(node)
                assert "nullable=True" in said or "server_default" in said, f"{script.path}:{node.lineno}"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_models_equal_migrations(instance: Path) -> None:
    with db.engine(settings.current().database).connect() as connection:
        # The words of search: no two databases agree on such a table, so that it is no model.
        ours = {
            "include_name": lambda name, kind, more: (
                wording.is_ours(name, kind, more) and not str(name).startswith("search_words")
            )
        }
        context = MigrationContext.configure(connection, opts={"compare_type": True, **ours})
        assert compare_metadata(context, db.Base.metadata) == []


def test_lock_has_hashes_and_names_no_registry() -> None:
    for path in (ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--find-links" not in text
        assert "--index" not in text
        blocks = re.split(r"\n(?=[A-Za-z])", text.strip())
        assert all("--hash=sha256:" in block for block in blocks)


def test_the_editor_is_what_its_sources_made() -> None:
    """Without Node: a source, a pin or the bundle that was changed without `make assets` differs from what that recorded."""
    folder = ROOT / "assets"
    recorded = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    for path, digest in recorded.items():
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == digest, f"{path}: run `make assets`"
    sources = {path.name for path in folder.iterdir() if path.is_file()} - {"SHA256SUMS", ".gitignore"}
    bundled = {"feedsvc/web/static/editor.js", "feedsvc/web/static/editor.licences.txt"}
    assert set(recorded) == {f"assets/{name}" for name in sources} | bundled


def test_the_editors_parts_are_pinned_and_name_no_registry() -> None:
    named = json.loads((ROOT / "assets" / "package.json").read_text("utf-8"))
    pins = named["dependencies"] | named["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values()), pins
    assert {version for name, version in pins.items() if name.startswith("@tiptap/")} == {"3.32.2"}
    lock = (ROOT / "assets" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    licences = (ROOT / "feedsvc" / "web" / "static" / "editor.licences.txt").read_text("utf-8")
    for path, package in json.loads(lock)["packages"].items():
        name = path.removeprefix("node_modules/")
        assert not path or "sha512-" in package["integrity"]
        if name.startswith("@tiptap/"):
            assert package["version"] == "3.32.2"
            assert f"{name} 3.32.2 (MIT)" in licences


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


@pytest.mark.parametrize("path", sorted((ROOT / "feedsvc" / "web" / "static").glob("*.css")), ids=lambda p: p.name)
def test_every_block_of_a_style_sheet_is_closed_before_the_next_layer_begins(path: Path) -> None:
    depth = 0
    for number, line in enumerate(re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL).split("\n"), 1):
        assert not (line.startswith("@layer") and depth), f"{path.name}:{number}: something above is still open"
        depth += line.count("{") - line.count("}")
    assert depth == 0
