"""An evaluation lane: one bundle revision with everything that was made from it. A batch belongs to one lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import orjson

from pdp.authenticate import CallerRules
from pdp.behaviour.settings import BehaviourSettings
from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.declarations import Declarations
from pdp.deferral import DeferralSettings
from pdp.feeds import FeedRules
from pdp.inspection.folder import compiled_folder
from pdp.inspection.rules import InspectionRules
from pdp.model import Activation
from pdp.scan import Inspector
from pdp.signals import SignalTables
from writ.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """What one revision means for the decision point. `etag` is the bundle digest that OPA reports."""

    revision: str
    etag: str
    canonicalizer: Canonicalizer
    declarations: Declarations
    callers: CallerRules
    feeds: FeedRules
    signals: SignalTables
    inspector: Inspector
    deferral: DeferralSettings
    behaviour: BehaviourSettings | None

    @staticmethod
    def build(activation: Activation) -> Lane:
        """Makes a lane from an activated bundle.

        Raises:
            ConfigurationError: the bundle's data is not what this version of the decision point reads. The control plane
                refuses such a bundle at push; here the lane that stands goes on serving.
        """
        data = activation.data
        severity = data.get("severity")
        if not isinstance(severity, list) or not all(isinstance(verb, str) for verb in severity):
            raise ConfigurationError("SEVERITY_INVALID", "`severity` must be the list of verbs from mild to grave")
        return Lane(
            revision=activation.revision,
            etag=activation.etag,
            canonicalizer=Canonicalizer(Catalog.parse(data.get("catalog", {})), severity),
            declarations=Declarations.parse(data.get("counters", {}), data.get("facts", {})),
            callers=CallerRules.parse(data.get("callers")),
            feeds=FeedRules.parse(data.get("feeds", []), data.get("facts", {})),
            signals=SignalTables.parse(data),
            inspector=_inspector(orjson.dumps(data.get("inspection", {}), option=orjson.OPT_SORT_KEYS)),
            deferral=DeferralSettings.parse(data.get("defer")),
            behaviour=BehaviourSettings.parse(data.get("behaviour"), data.get("sequences", {})),
        )


@lru_cache(maxsize=1)
def _inspector(rules: bytes) -> Inspector:
    """Compiling takes seconds of CPU, and most bundles change other things: lanes of the same rules share what was made. That
    of rules before is not kept: it has some 45 MiB, and compiled patterns wait in a file."""
    return Inspector(InspectionRules.parse(orjson.loads(rules)), cache=compiled_folder())
