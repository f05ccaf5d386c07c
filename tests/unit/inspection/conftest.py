"""The rules of this checkout, and an inspector on each engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pdp.inspection.folder import compiled_folder
from pdp.inspection.rules import InspectionRules
from pdp.scan import Inspector

RULES = Path(__file__).resolve().parents[3] / "rego" / "inspection"


def read_rules() -> dict[str, Any]:
    return {path.parent.name: yaml.safe_load(path.read_bytes()) for path in sorted(RULES.glob("*/data.yaml"))}


@pytest.fixture(scope="session")
def rules() -> InspectionRules:
    return InspectionRules.parse(read_rules())


@pytest.fixture(scope="session", params=["hyperscan", "re2"])
def inspector(rules: InspectionRules, request: pytest.FixtureRequest) -> Inspector:
    return Inspector(rules, with_hyperscan=request.param == "hyperscan", cache=compiled_folder())


@pytest.fixture(scope="session", params=["hyperscan", "re2"])
def small(request: pytest.FixtureRequest) -> Inspector:
    """Two rules only, so that tests of decoding do not depend on what other rules find."""
    some = {
        "threat_prompt": {
            "rules": {"ignore_instructions": read_rules()["threat_prompt"]["rules"]["ignore_instructions"]}
        },
        "credential": {"rules": {"password_field": read_rules()["credential"]["rules"]["password_field"]}},
    }
    return Inspector(InspectionRules.parse(some), with_hyperscan=request.param == "hyperscan", cache=compiled_folder())
