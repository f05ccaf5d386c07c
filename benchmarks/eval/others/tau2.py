"""Writes the domains retail and airline of tau2-bench as plain JSON: a company's agent that serves customers.

Data and tools are those that come with the package `inspect-evals`. They are written for the framework `inspect_ai`, which asks
for some sixty packages; the few names of it that the two domains use are stood in for here (`Framework`), so that it need not be
installed. What the tools do, what they are told to be called and what they take is the benchmark's own.

A task describes a customer to a model that plays it ("You are …"). Its text, said in the first person, is the request: who they
are, what they want, and what they would answer. The calls are the benchmark's reference; one that the tool refuses is kept as
`failed`. Tasks without any reference call are left out.

The reference leaves out reads. Put before a call, where a value is shown nowhere before and such a read shows it: the customer's
id by e-mail address or by name and postcode, as far as the customer says these; the customer's record for orders, reservations,
payment methods and the address; the order for its items and its address; the product for its variants; a search for flights.
And whatever changes an order or a reservation is preceded by a look at it, as both domains' rules ask.

    python -m benchmarks.eval.others.tau2 SUITE OUTPUT.json < PLAN.json

See https://github.com/sierra-research/tau2-bench. Data and code are MIT.
"""

from __future__ import annotations

import asyncio
import gzip
import importlib
import importlib.util
import inspect
import json
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.eval.others.playing import Step, honest, injected, main, shows

PREFIX = "tau2_"
PACKAGE = "inspect_evals.tau2"
READING = ("get_", "find_", "search_", "list_", "calculate", "transfer_")
"""How tools begin that change no record."""

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_Json = dict[str, Any]

_BEFORE_ME = (
    "with|for|to|of|from|at|on|by|about|than|told|tells?|asks?|asked|gives?|gave|helps?|allows?|lets?|makes?|owes?|offers?|sends?"
    "|transfers?|compensates?|refunds?|charges?|contacts?|calls?|emails?|caused|causes?|costs?"
)
_FIRST_PERSON = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"\b[Yy]ou(?:'re| are)\b", "I am"),
        (r"\b[Yy]ou were\b", "I was"),
        (r"\b[Yy]ou've\b", "I have"),
        (r"\b[Yy]ou'd\b", "I would"),
        (r"\b[Yy]ou'll\b", "I will"),
        (r"\b[Yy]ourself\b", "myself"),
        (r"\bYours?\b", "My"),
        (r"\byours\b", "mine"),
        (r"\byour\b", "my"),
        (rf"\b({_BEFORE_ME}) you\b", r"\1 me"),
        (r"\b[Yy]ou\b", "I"),
    )
)


def first_person(text: str | None) -> str:
    """Returns what a task tells the player of a customer as the customer would say it."""
    said = text or ""
    for pattern, mine in _FIRST_PERSON:
        said = pattern.sub(mine, said)
    return " ".join(said.split())


def request(task: _Json) -> str:
    """Returns what the customer says over the conversation."""
    told = task["user_scenario"]["instructions"]
    return " ".join(
        filter(None, (first_person(told.get(part)) for part in ("known_info", "reason_for_call", "task_instructions")))
    )


def steps(task: _Json) -> list[Step]:
    """Returns the reference calls of the agent."""
    actions = task["evaluation_criteria"]["actions"] or []
    return [
        Step(tool=action["name"], args=action["arguments"], prompt=request(task))
        for action in actions
        if action.get("requestor", "assistant") == "assistant"
    ]


def described(text: str) -> tuple[str, dict[str, str]]:
    """Returns the description in a docstring of Google's style, and that of each argument."""
    head, _, rest = inspect.cleandoc(text).partition("\nArgs:\n")
    head = re.split(r"\n(?:Returns|Raises):\n", head)[0]
    args: dict[str, str] = {}
    name = ""
    for line in re.split(r"\n(?:Returns|Raises):\n", rest)[0].splitlines():
        found = re.match(r" {4}(\w+): (.*)", line)
        if found:
            name = found.group(1)
            args[name] = found.group(2).strip()
        elif name and line.strip():
            args[name] += "\n" + line.strip()
    return head.strip(), args


def inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """Returns a JSON schema without references and without the titles that pydantic makes up."""
    if isinstance(schema, list):
        return [inlined(inner, definitions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    kept = {name: inner for name, inner in schema.items() if name not in ("$defs", "title", "default")}
    # Below `properties` stand names, one of which may be `title`.
    return {
        name: {each: inlined(of, definitions) for each, of in inner.items()}
        if name == "properties"
        else inlined(inner, definitions)
        for name, inner in kept.items()
    }


class Framework:
    """Stands in for what the domains' tools import of `inspect_ai`: a decorator, an error, and a store of one object."""

    def __init__(self, model: type) -> None:
        self.stored: Any = None
        self._modules: dict[str, dict[str, Any]] = {
            "inspect_ai": {},
            "inspect_ai.tool": {"Tool": object, "ToolError": type("ToolError", (Exception,), {}), "tool": _as_it_is},
            "inspect_ai.util": {"StoreModel": model, "store_as": lambda *_: self.stored},
            "inspect_ai.model": {"Content": object, "ContentText": object},
        }

    def install(self) -> None:
        """Makes the names importable, and the domains without the benchmark's own loop, which imports all of the framework."""
        for name, names in self._modules.items():
            module = types.ModuleType(name)
            vars(module).update(names)
            sys.modules[name] = module
        package = types.ModuleType(PACKAGE)
        package.__path__ = [str(folder())]
        sys.modules[PACKAGE] = package


def _as_it_is(maker: Any) -> Any:
    return maker


def folder() -> Path:
    """Returns where the package keeps the benchmark."""
    found = importlib.util.find_spec("inspect_evals")
    if found is None or found.origin is None:
        raise RuntimeError("the package inspect-evals is not installed")
    return Path(found.origin).with_name("tau2")


class Records:
    """The tools of one domain over a customer base of their own."""

    def __init__(self, framework: Framework, store: Any, tools: Mapping[str, Callable[..., Any]]) -> None:
        self._framework = framework
        self._store = store
        self._tools = tools

    def run(self, tool: str, args: _Json) -> tuple[Any, bool]:
        """Returns the result, read as JSON where it is some; what a tool raises is its answer."""
        self._framework.stored = self._store
        try:
            result = asyncio.run(self._tools[tool](**json.loads(json.dumps(args))))
        except Exception as error:  # whatever a tool raises, its caller is told
            return str(error), True
        return as_json(result), False

    def reads(self, step: Step, name: str, value: Any, said: str) -> Iterator[tuple[str, _Json]]:
        """Yields reads that may show the value."""
        database = self._store.db
        reader = _retail_reads if hasattr(database, "orders") else _airline_reads
        return reader(database, step.args, name, value, said)

    def before(self, step: Step) -> Iterator[tuple[str, _Json]]:
        """Yields the look at an order or a reservation that comes before any change of it."""
        if step.tool.startswith(READING):
            return
        for name, tool in (("order_id", "get_order_details"), ("reservation_id", "get_reservation_details")):
            if name in step.args:
                yield tool, {name: step.args[name]}


def as_json(result: Any) -> Any:
    """Returns a tool's result as JSON; a text that is none stays a text."""
    if not isinstance(result, str):
        return json.loads(json.dumps(result, default=lambda each: each.model_dump()))
    try:
        return json.loads(result)
    except ValueError:
        return result


def _retail_reads(database: Any, args: _Json, name: str, value: Any, said: str) -> Iterator[tuple[str, _Json]]:
    order = database.orders.get(args.get("order_id", ""))
    customer = order.user_id if order else args.get("user_id")
    if name == "user_id":
        yield from _who(database, value, said)
    elif name == "order_id" and customer:
        yield "get_user_details", {"user_id": customer}
    elif name == "item_ids":
        yield "get_order_details", {"order_id": args["order_id"]}
    elif name == "new_item_ids":
        for product in database.products.values():
            if value in product.variants:
                yield "get_product_details", {"product_id": product.product_id}
    elif name == "product_id":
        yield "list_all_product_types", {}
    elif name == "payment_method_id" and customer:
        yield "get_user_details", {"user_id": customer}
    elif name in ("address1", "address2", "city", "zip") and customer in database.users:
        yield "get_user_details", {"user_id": customer}
        for number in database.users[customer].orders:
            yield "get_order_details", {"order_id": number}


def _who(database: Any, user_id: Any, said: str) -> Iterator[tuple[str, _Json]]:
    for address in _EMAIL.findall(said):
        yield "find_user_id_by_email", {"email": address}
    user = database.users.get(user_id)
    if user and all(shows(said, part) for part in (user.name.first_name, user.name.last_name, user.address.zip)):
        yield (
            "find_user_id_by_name_zip",
            {"first_name": user.name.first_name, "last_name": user.name.last_name, "zip": user.address.zip},
        )


def _airline_reads(database: Any, args: _Json, name: str, value: Any, said: str) -> Iterator[tuple[str, _Json]]:
    reservation = database.reservations.get(value if name == "reservation_id" else args.get("reservation_id", ""))
    customer = reservation.user_id if reservation else args.get("user_id")
    if name == "user_id":
        for number in database.users[value].reservations if value in database.users else ():
            if shows(said, number):
                yield "get_reservation_details", {"reservation_id": number}
    elif name in ("reservation_id", "payment_id", "first_name", "last_name", "dob") and customer:
        yield "get_user_details", {"user_id": customer}
    elif name == "flight_number" and value in database.flights:
        flight = database.flights[value]
        # The same flights as in another reservation of the customer, or such as a search finds.
        for number in database.users[customer].reservations if customer in database.users else ():
            if shows(said, number):
                yield "get_reservation_details", {"reservation_id": number}
        for day in (each["date"] for each in args.get("flights", ()) if each["flight_number"] == value):
            yield "search_direct_flight", {"origin": flight.origin, "destination": flight.destination, "date": day}


class Benchmark:
    """One domain of the installed package."""

    def __init__(self, domain: str) -> None:
        # Only the environment that this runs in has these.
        pydantic = importlib.import_module("pydantic")
        self._framework = Framework(pydantic.BaseModel)
        self._framework.install()
        self._schema = pydantic.TypeAdapter
        store = f"{domain.title()}AgentTools"
        self._store = getattr(importlib.import_module(f"{PACKAGE}.{domain}.{store}"), store)
        makers = getattr(importlib.import_module(f"{PACKAGE}.{domain}.tools"), f"all_{domain}_tools")
        self._tools = {maker.__name__: maker() for maker in makers}
        data = folder() / "data" / "domains" / domain
        self._database = json.loads(gzip.decompress((data / "db.json.gz").read_bytes()))
        self._tasks = json.loads((data / "tasks.json").read_text(encoding="utf-8"))

    def world(self, _: str = "") -> Records:
        """Returns the customer base as it is at the beginning of every task."""
        database = self._store.model_fields["db"].annotation.model_validate(self._database)
        return Records(self._framework, self._store(db=database, initialized=True), self._tools)

    def definitions(self) -> list[_Json]:
        """Returns the tools as an MCP `tools/list` result has them."""
        return [self._definition(name, tool) for name, tool in self._tools.items()]

    def _definition(self, name: str, tool: Any) -> _Json:
        description, of = described(tool.__doc__ or "")
        parameters = inspect.signature(tool, eval_str=True).parameters.values()
        properties = {}
        for each in parameters:
            schema = self._schema(each.annotation).json_schema()
            told = {"description": of[each.name]} if each.name in of else {}
            properties[each.name] = inlined(schema, schema.get("$defs", {})) | told
        required = [each.name for each in parameters if each.default is inspect.Parameter.empty]
        inputs = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
        return {"name": name, "description": description, "inputSchema": inputs}

    def runs(self) -> Iterator[_Json]:
        """Yields the tasks as they are."""
        for task in self._tasks:
            calls = honest(self.world(), steps(task))
            if calls:
                yield {"user_task": f"task_{task['id']}", "prompt": request(task), "calls": calls}


def exported(suite: str, plan: Mapping[str, Any]) -> _Json:
    """Returns tools and runs."""
    benchmark = Benchmark(suite.removeprefix(PREFIX))
    runs = list(benchmark.runs())
    return {
        "suite": suite,
        "version": "tau2",
        "tools": benchmark.definitions(),
        "benign": runs,
        "injected": list(injected(runs, plan, benchmark.world)),
        "without_calls": [],
    }


if __name__ == "__main__":
    raise SystemExit(main(exported))
