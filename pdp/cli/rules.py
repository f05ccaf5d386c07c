"""`writ rules`: tries inspection rules on their own examples."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import orjson

from pdp.inspection.examples import Failure, failing_examples
from pdp.inspection.folder import RULES, compiled_folder, read_rules
from pdp.scan import Inspector
from writ.cli.failure import Failed
from writ.errors import ConfigurationError


@click.group("rules", epilog="Example: writ rules test")
def rules() -> None:
    """Try inspection rules.

    Example: writ rules test rego/inspection
    """


@rules.command("test")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=RULES)
@click.option("--rule", "ids", multiple=True, help="Only the rule of this id; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def test(folder: Path, ids: tuple[str, ...], as_json: bool) -> None:
    """Try every rule of FOLDER on its positive and negative examples.

    FOLDER is laid out like rego/inspection, which is the default. Exits 0 when every example comes out as its rule says,
    1 when one does not, 2 when the rules cannot be read.

    Example: writ rules test --rule jwt
    """
    try:
        inspector = Inspector(read_rules(folder), cache=compiled_folder())
        known = frozenset(rule.id for rule in inspector.rules.rules)
        for unknown in sorted(set(ids) - known):
            raise ConfigurationError("INSPECTION_RULE_UNKNOWN", f"expected a rule of `{folder}`, got `{unknown}`")
    except ConfigurationError as error:
        raise Failed(error, as_json=as_json, code=2) from error
    chosen = frozenset(ids) if ids else known
    failures = failing_examples(inspector, chosen)
    tried = [rule for rule in inspector.rules.rules if rule.id in chosen]
    examples = sum(len(rule.positive) + len(rule.negative) for rule in tried)
    if as_json:
        click.echo(orjson.dumps(_document(len(tried), examples, failures)).decode())
    else:
        for failure in failures:
            click.echo(
                f"FAILED  {failure.group}.{failure.rule}: {failure.expected} {failure.number}: {failure.message}"
            )
        click.echo(f"{len(tried)} rules, {examples} examples, {len(failures)} failed")
    sys.exit(1 if failures else 0)


def _document(rules_tried: int, examples: int, failures: list[Failure]) -> dict[str, object]:
    rows = [
        {
            "group": failure.group,
            "rule": failure.rule,
            "expected": failure.expected,
            "number": failure.number,
            "message": failure.message,
        }
        for failure in failures
    ]
    return {"rules": rules_tried, "examples": examples, "failures": rows}
