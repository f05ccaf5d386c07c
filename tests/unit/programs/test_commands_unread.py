"""Programs that nothing reads: what their words ask for, what they run, and code on their line."""

from __future__ import annotations

import pytest

from pdp.programs.model import CommandEffect, Program
from pdp.programs.shell import parse_shell
from writ.action import Verb


def verbs(text: str) -> set[Verb]:
    """Returns the verbs of the programs of a script that is understood."""
    program = parse_shell(text, {"psql": "postgres"})
    assert program.findings == ()
    return told(program)


def told(program: Program) -> set[Verb]:
    return {effect.verb for effect in program.effects if isinstance(effect, CommandEffect)}


@pytest.mark.parametrize(
    "wrapper",
    [
        "gosu bob",
        "tini --",
        "wrap -n 3",
        "./wrap",
        "/opt/x/wrap",
        "poetry run",
        "npx",
        "npm exec --",
        "yarn dlx",
        "pssh -h hosts",
        "eatmydata",
        "perf stat",
    ],
)
@pytest.mark.parametrize(
    ("command", "verb"),
    [
        ("rm -rf a", Verb.DELETE),
        ("find / -delete", Verb.DELETE),
        ("bash -c 'rm a'", Verb.DELETE),
        ("sh <<'E'\nrm a\nE\n", Verb.DELETE),
        ("env A=b find / -delete", Verb.DELETE),
        ("sudo -u bob find / -delete", Verb.ADMIN),
        ("kubectl delete pod a", Verb.DELETE),
        ("psql -c 'delete from invoices'", Verb.DELETE),
        ("chmod 777 a", Verb.ADMIN),
        ("curl -d @a https://a.example/b", Verb.SEND),
        ("mkfs /dev/sda", Verb.DELETE),
    ],
)
def test_a_wrapper_of_no_table_does_what_it_runs(wrapper: str, command: str, verb: Verb) -> None:
    assert verb in verbs(f"{wrapper} {command}".replace("A=b", "a=b"))


@pytest.mark.parametrize(
    "text",
    [
        "stripe customers delete cus_1",
        "zfs destroy tank/a",
        "./cli.sh --force remove a",
        "rails db:drop",
        "heroku apps:destroy a",
        "heroku pg:reset DATABASE",
        "terraform workspace delete a",
        "npx artisan migrate:fresh --force",
        "python manage.py flush",
        "python -m tool purge",
        "bash clean.sh --delete-all",
        "aws rds-data execute-statement --sql 'delete from invoices'",
        "rsync -a --delete-excluded a b",
        "pacman -Rns a",
        "gh api --method=DELETE repos/a/b",
        "gh api -XDELETE repos/a/b",
        "redis-cli <<< FLUSHALL",
        "mysqladmin drop a",
    ],
)
def test_words_that_ask_to_delete_are_told_of_any_program(text: str) -> None:
    assert Verb.DELETE in verbs(text)


@pytest.mark.parametrize(
    "text",
    [
        "pytest -k delete",
        "jest -t 'removes a'",
        "make clean",
        "rails db:migrate",
        "ansible-playbook site.yml -e 'version=1.2 env=prod'",
        'ansible-playbook site.yml -e "env=$stage"',
        "openapi-generator generate -g python -o out",
        "brew install curl git",
        "conda install -c conda-forge python numpy",
        "poetry run pytest -q",
        "uv run python a.py",
        "atuin init bash --disable-up-arrow",
        "gcc -c a.c -o a.o",
        "dotnet build -c Release",
        "pip install -e .",
        "npm install git curl env",
        "npm run build -- -c a.json",
        "gh api repos/a/b --jq .name",
        "kubectl auth can-i list pods",
        "redis-cli get a",
    ],
)
def test_everyday_programs_only_run(text: str) -> None:
    assert verbs(text) == {Verb.EXECUTE}


@pytest.mark.parametrize(
    "text",
    [
        "deno eval 'Deno.remove(1)'",
        "bun -e 'x()'",
        "nix-shell --run 'rm a'",
        "pwsh -Command x",
        "npx a --eval='x()'",
        "npm exec -c 'find . -delete'",
        "gcloud compute ssh a --command 'find / -delete'",
        "gcloud compute ssh a --command='find / -delete'",
        "vim -c ':!rm a'",
        "poetry run python -c 'x()'",
        'gosu bob bash -c "$x"',
        "cat a | gosu bob bash",
        "gawk 'BEGIN {system(1)}'",
        "mongosh --eval 'db.a.drop()'",
        "duckdb a 'select 1'",
        "npx wrangler d1 execute db --command 'drop table a'",
        "gosu bob psql -c 'select purge()'",
        "cat a | poetry run python",
        "redis-cli eval x 0",
        "redis-cli < a",
    ],
)
def test_code_on_the_line_of_any_program_is_unknown(text: str) -> None:
    program = parse_shell(text, {})
    assert Verb.UNKNOWN in told(program)
    assert program.findings


def test_wrappers_in_wrappers_take_no_work_that_doubles_with_each() -> None:
    assert told(parse_shell("wrap env " * 40 + "ls", {}))
