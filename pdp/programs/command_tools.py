"""Tools with subcommands (cloud, container, cluster and package clients) and those that only destroy or administer. Pure.

Told is the gravest thing that any word of the command asks for: an option of one subcommand may be the name of another,
and then the verb is too grave, never too mild. What none of the words asks for is EXECUTE: the tool runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from pdp.programs.command_containers import run_inside
from pdp.programs.command_options import Input, Runner
from pdp.programs.model import CommandEffect
from pdp.programs.shell_words import NotUnderstood, Word, names
from writ.action import Verb
from writ.frozen import frozen


@frozen
class Tool:
    """What words of a tool ask for. `depth`: how many operands name the subcommand, and so have to be literal.

    A word of `copies` copies the operands behind it to the last one; one that is all of `loses` deletes; `runs`: it may
    run a command in a container; `reads`: its input holds commands like those on its line.
    """

    depth: int = 1
    deletes: frozenset[str] = frozenset()
    administers: frozenset[str] = frozenset()
    sends: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    loses: re.Pattern[str] | None = None
    runs: bool = False
    reads: bool = False


_CLOUD = Tool(
    depth=2,
    deletes=names("delete remove purge destroy rm rb rmi terminate deregister --delete --purge"),
    sends=names("put-object upload upload-batch"),
    copies=names("cp mv sync rsync"),
)
_CONTAINERS = Tool(
    depth=2,
    deletes=names("rm rmi prune remove down"),
    sends=names("push login"),
    runs=True,
)
_KUBERNETES = Tool(
    deletes=names("delete drain --prune --force rm rmdir unlink shred"),
    runs=True,
    administers=names("reconcile certificate clusterrolebinding rolebinding taint cordon uncordon"),
)
_TERRAFORM = Tool(deletes=names("destroy rm delete -destroy --destroy taint"), sends=names("push login"))
_REDIS = Tool(
    deletes=names(
        """flushall flushdb del unlink hdel srem zrem zremrangebyrank zremrangebyscore ltrim lrem expire getdel xdel
        xtrim json.del spop lpop rpop"""
    ),
    administers=names(
        "config acl shutdown replicaof slaveof debug cluster script module save bgsave failover function"
    ),
    reads=True,
)
_REDIS_CODE = names("eval eval_ro evalsha evalsha_ro fcall fcall_ro --eval")
_PACKAGES = Tool(
    deletes=names("uninstall remove purge rm autoremove unpublish yank --purge"), sends=names("publish login")
)
PACKAGES = names("npm pnpm yarn pip pip3 gem cargo apt apt-get dnf yum")
"""Tools that may run another command, too: `npm exec -- rm a`."""

_RELEASES = Tool(deletes=names("uninstall delete rollback"), sends=names("push"))

TOOLS: dict[str, Tool] = {
    **dict.fromkeys(("gcloud", "az", "aws", "gsutil", "bq", "doctl", "flyctl", "oci", "ibmcloud"), _CLOUD),
    **dict.fromkeys(("docker", "podman", "nerdctl", "docker-compose"), _CONTAINERS),
    **dict.fromkeys(("kubectl", "oc", "k3s"), _KUBERNETES),
    **dict.fromkeys(("terraform", "tofu", "terragrunt"), _TERRAFORM),
    **dict.fromkeys(("redis-cli", "valkey-cli"), _REDIS),
    **dict.fromkeys(PACKAGES, _PACKAGES),
    "dpkg": Tool(depth=0, deletes=names("-r -P --remove --purge")),
    "rpm": Tool(depth=0, deletes=names("-e --erase")),
    "pacman": Tool(depth=0, deletes=names("--remove"), loses=re.compile(r"-R[a-z]*")),
    "helm": _RELEASES,
    "gh": Tool(
        depth=2,
        deletes=names("delete remove archive"),
        administers=names("secret ssh-key gpg-key login logout refresh setup-git"),
        sends=names("create comment upload edit review merge close reopen -f -F --field --raw-field --input"),
        loses=re.compile(r"(?:-X=?|--method=)?DELETE", re.IGNORECASE),
    ),
    "systemctl": Tool(
        depth=0,
        administers=names(
            """start stop restart try-restart reload reload-or-restart enable reenable disable mask unmask kill isolate edit
            link revert preset set-property set-default set-environment daemon-reload daemon-reexec reboot poweroff halt
            suspend hibernate rescue emergency"""
        ),
    ),
    "mysqladmin": Tool(depth=0, deletes=names("drop"), administers=names("create password shutdown kill")),
    "pg_restore": Tool(depth=0, deletes=names("-c --clean")),
    "vault": Tool(deletes=names("delete destroy revoke"), administers=names("policy auth token operator secrets")),
    "etcdctl": Tool(deletes=names("del"), administers=names("user role auth member")),
    "consul": Tool(depth=2, deletes=names("delete deregister"), administers=names("acl")),
    "rsync": Tool(
        depth=0,
        loses=re.compile(r"--(?:del|remove-).*"),
        copies=names("rsync"),
    ),
    "rclone": Tool(
        deletes=names("delete deletefile purge rmdir rmdirs cleanup move moveto sync"),
        copies=names("copy copyto move moveto sync bisync rcat"),
    ),
    "crontab": Tool(depth=0, deletes=names("-r")),
}

ALWAYS: dict[str, Verb] = {
    **dict.fromkeys(
        names(
            """dropdb dropuser userdel groupdel deluser delgroup wipefs mkfs mkswap fdisk parted sgdisk lvremove vgremove
            blkdiscard rimraf srm tmpreaper trash trash-put wipe"""
        ),
        Verb.DELETE,
    ),
    **dict.fromkeys(
        names(
            """createuser useradd adduser usermod groupadd groupmod gpasswd passwd chpasswd visudo iptables ip6tables nft
            ufw setcap chsh sysctl insmod modprobe rmmod update-alternatives setenforce semanage mount umount shutdown reboot
            halt poweroff"""
        ),
        Verb.ADMIN,
    ),
    **dict.fromkeys(names("ftp mail mailx sendmail telnet dig nslookup host drill kdig whois"), Verb.SEND),
}
"""Programs whose one purpose it is."""

ANY = Tool(
    depth=0,
    deletes=names(
        """delete del remove purge destroy drop wipe erase rm rmi rmdir unlink shred uninstall unpublish terminate prune flush
        flushall flushdb rimraf"""
    ),
    loses=re.compile(
        r"-{1,2}(?:delete|purge|remove|destroy|wipe|erase)(?:-[a-z-]+)?(?:=.*)?"
        r"|(?:[a-z0-9_-]+:)+(?:drop|delete|destroy|purge|wipe|reset|fresh|flush)(?::.*)?"
    ),
)
"""A program of no table."""

_TEXT_OPTIONS = names("-k -m -g --grep --filter --keyword --message --title --name --body --description --comment")
_SQL = re.compile(
    r"\b(?:delete\s+from|drop\s+(?:table|database|schema|view|index|user|role|column|keyspace|collection)|truncate\s+table)\b",
    re.IGNORECASE,
)
"""In a word of a tool it is a statement for some database behind it."""

# `aws iam delete-user`, `aws ec2 terminate-instances`, `gcloud … remove-iam-policy-binding`.
_COMPOUND = (
    (Verb.DELETE, re.compile(r"(?:delete|terminate|remove|deregister|purge|destroy|revoke|disable|cancel)-[a-z-]+")),
    (
        Verb.ADMIN,
        re.compile(
            r"(?=[a-z-]+\Z)(?:(?:attach|put|set|add|create|update|change|reset)-.*"
            r"(?:policy|policies|role|user|group|key|password|profile|permission|binding|acl|grant|member)|authorize-.).*"
        ),
    ),
)
_CODE_OPTION = re.compile(r"-[ce]|eval|-{1,2}(?:eval|exec|execute|[cC]ommand|run|expression|[eE]ncoded[cC]ommand)")
_NO_CODE = re.compile(r"[^\s;|&(){}<>$`'\"\\]*|[\w.-]+=[^\s;|&(){}<>$`'\"\\]*(?:\s+[\w.-]+=[^\s;|&(){}<>$`'\"\\]*)*")
_RUNS_A_SHELL = re.compile(r"-[A-Za-df-z]*e.*|--(?:rsh|rsync-path).*")
_PLAIN_SHELL = re.compile(r"ssh(?: -[ilp] [A-Za-z0-9_./~@-]+)*")
_REMOTE = re.compile(r"[^/=]*:.*")
_MAKES_FILE_SYSTEM = re.compile(r"mkfs\.[a-z0-9]+")


def is_tool(program: str) -> bool:
    """True for a program of these tables whose words tell what it does."""
    return program in TOOLS or ALWAYS.get(program) is Verb.DELETE


def handler(program: str) -> Callable[[Sequence[Word], Input, Runner], None] | None:
    """Returns what tells the effects of a program of these tables, None for any other."""
    tool = TOOLS.get(program)
    if tool is not None:
        return lambda args, given, runner: _run(program, tool, args, given, runner)
    verb = Verb.DELETE if _MAKES_FILE_SYSTEM.fullmatch(program) else ALWAYS.get(program)
    if verb is None:
        return None
    return lambda _args, _given, runner: _add(verb, program, runner)


def asked_of_any(args: Sequence[Word]) -> Verb:
    """Returns the gravest verb that the words of a program of no table ask for. What an option takes for a text does not."""
    before = [None, *args]
    asking = [
        word.text.lower()
        for previous, word in zip(before, args, strict=False)
        if word.text is not None and not (previous and previous.text in _TEXT_OPTIONS)
    ]
    return _verb(ANY, set(asking))


def check_code(args: Sequence[Word]) -> None:
    """Refuses code on the line of a program that nothing reads, behind an option or joined to it. Raises NotUnderstood."""
    texts = [word.text or "" for word in args]
    joined = ((option, value) for option, _, value in (text.partition("=") for text in texts))
    if any(
        _CODE_OPTION.fullmatch(option) and not _NO_CODE.fullmatch(text) for option, text in (*pairwise(texts), *joined)
    ):
        raise NotUnderstood("expected a program that shows what it does")


def _run(program: str, tool: Tool, args: Sequence[Word], given: Input, runner: Runner) -> None:
    # The word behind an option may be its value, whatever it holds.
    before = [None, *args]
    operands = [
        word
        for previous, word in zip(before, args, strict=False)
        if (word.text or "?")[:1] != "-" and not (word.text is None and previous and (previous.text or "")[:1] == "-")
    ]
    if any(word.literal is None for word in operands[: tool.depth]):
        raise NotUnderstood("expected a literal subcommand of a tool")
    texts = {word.text.lower() if tool is _REDIS else word.text for word in args if word.text is not None}
    if tool.reads:
        texts |= _words_of_input(texts, given)
    if program == "rsync":
        _check_rsync(args)
    elif not tool.runs and program not in PACKAGES:
        check_code(args)
    verb = _verb(tool, texts)
    _add(verb, program, runner)
    if verb is not Verb.SEND and _uploads(tool, [program, *(word.text for word in operands)]):
        runner.add(CommandEffect(verb=Verb.SEND, program=program))
    if tool.runs:
        run_inside(program, args, given, runner)


def _words_of_input(texts: set[str], given: Input) -> set[str]:
    """Returns the words of what a client of Redis reads. Raises NotUnderstood where they are not literal, or are code."""
    if not texts.isdisjoint(_REDIS_CODE) or (given.given and given.text is None and "-x" not in texts):
        raise NotUnderstood("expected literal commands for a client")
    return set((given.text or "").lower().replace('"', " ").replace("'", " ").split())


def _check_rsync(args: Sequence[Word]) -> None:
    """Refuses a remote shell other than a plain ssh: rsync runs it here. Raises NotUnderstood."""
    texts = [word.literal or "" for word in args]
    for option, value in zip(texts, [*texts[1:], ""], strict=True):
        if option.startswith("--rsh="):
            value = option[len("--rsh=") :]
        elif not _RUNS_A_SHELL.fullmatch(option):
            continue
        separate = option.startswith("--rsh") or option.find("e") == len(option) - 1
        if "path" in option or not separate or not _PLAIN_SHELL.fullmatch(value):
            raise NotUnderstood("expected ssh as the remote shell")


def _uploads(tool: Tool, operands: Sequence[str | None]) -> bool:
    """True when a word that names another host, or may name one, stands behind what is copied to it."""
    start = next((index for index, text in enumerate(operands) if text in tool.copies), len(operands))
    return any(text is None or _REMOTE.fullmatch(text) for text in operands[start + 2 :])


def _add(verb: Verb, program: str, runner: Runner) -> None:
    runner.add(CommandEffect(verb=verb, program=program))
    if verb is Verb.SEND:  # the tool runs all the same, and that is graver
        runner.add(CommandEffect(verb=Verb.EXECUTE, program=program))


def _verb(tool: Tool, texts: set[str]) -> Verb:
    if not tool.deletes.isdisjoint(texts) or any(_deletes(tool, text) for text in texts):
        return Verb.DELETE
    if not tool.administers.isdisjoint(texts) or any(_COMPOUND[1][1].fullmatch(text) for text in texts):
        return Verb.ADMIN
    return Verb.EXECUTE if tool.sends.isdisjoint(texts) else Verb.SEND


def _deletes(tool: Tool, text: str) -> bool:
    return bool(
        _COMPOUND[0][1].fullmatch(text) or (tool.loses is not None and tool.loses.fullmatch(text)) or _SQL.search(text)
    )
