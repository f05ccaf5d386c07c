"""Pieces of programs in many languages, with names drawn at random."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus.model import Kind

_PIECES = (
    "def {f}({a}, {b}):\n    total = {a} + {b}\n    return total\n",
    "class {C}:\n    def __init__(self, {a}):\n        self.{a} = {a}\n",
    "import os\nfrom pathlib import Path\n\n{a} = Path(os.getcwd())\nfor {b} in {a}.iterdir():\n    print({b})\n",
    "async def {f}({a}: str) -> dict:\n    return await {b}.get({a})",
    "const {a} = ({b}) => {{\n  return {b}.map(x => x * 2);\n}};\n",
    "function {f}({a}, {b}) {{\n  if (!{a}) return null;\n  return {b};\n}}",
    "import {{"
    " useState }} from 'react';\nexport default function {C}() {{\n  const [{a}, set{C}] = useState(0);\n  return {a};\n}}",
    "public class {C} {{\n    private int {a};\n    public int get{C}() {{ return {a}; }}\n}}",
    'package main\n\nimport "fmt"\n\nfunc {f}({a} int) int {{\n\tfmt.Println({a})\n\treturn {a} * 2\n}}',
    "fn {f}({a}: &str) -> usize {{\n    let mut {b} = 0;\n    {b} += {a}.len();\n    {b}\n}}",
    '#include <stdio.h>\n\nint {f}(int {a}) {{\n    printf("%d\\n", {a});\n    return 0;\n}}',
    "#include <vector>\nstd::vector<int> {f}(const std::vector<int>& {a}) {{\n  return {a};\n}}",
    'using System;\nnamespace {C} {{\n  class Program {{ static void Main(string[] args) {{ Console.WriteLine("{a}"); }} }}\n}}',
    "def {f}({a})\n  {a}.each do |{b}|\n    puts {b}\n  end\nend",
    "<?php\nfunction {f}(${a}) {{\n    return ${a} + 1;\n}}\n",
    "fun {f}({a}: Int): Int {{\n    return {a} + 1\n}}",
    "func {f}(_ {a}: Int) -> Int {{\n    return {a} + 1\n}}",
    '#!/bin/bash\nset -e\nfor {a} in *.txt; do\n  echo "${a}"\ndone\n',
    "CREATE TABLE {a} (id INTEGER PRIMARY KEY, {b} TEXT NOT NULL);",
    "SELECT {a}, COUNT(*) FROM {b} WHERE {a} > 5 GROUP BY {a}",
    "diff --git a/src/{a}.py b/src/{a}.py\n--- a/src/{a}.py\n+++ b/src/{a}.py\n@@ -1,3 +1,4 @@\n-x = 1\n+x = 2\n",
    "```python\n{a} = [1, 2, 3]\nprint(sum({a}))\n```",
    "Try this:\n```js\n{f}({a})\n```\nIt should work.",
    'resource "aws_s3_bucket" "{a}" {{\n  bucket = "{b}"\n}}',
    "object {C} {{\n  def {f}({a}: Int): Int = {a} * 2\n}}",
)
_PIECES_HELD_OUT = (
    "@app.route('/{a}')\ndef {f}():\n    return jsonify({b})\n",
    "export const {f} = async ({a}: string): Promise<number> => {{\n  const {b} = await fetch({a});\n  return {b}.status;\n}};",
    '@Override\npublic String toString() {{\n    return "{a}" + {b};\n}}',
    "type {C} struct {{\n\t{a} string\n}}\n\nfunc (c *{C}) {f}() error {{\n\treturn nil\n}}",
    "impl {C} {{\n    pub fn new({a}: u32) -> Self {{ Self {{ {a} }} }}\n}}",
    "template <typename T>\nT {f}(T {a}, T {b}) {{ return {a} > {b} ? {a} : {b}; }}",
    "defmodule {C} do\n  def {f}({a}), do: {a} + 1\nend",
    "local function {f}({a})\n  return {a} + 1\nend",
    "try {{\n  {f}({a});\n}} catch (Exception e) {{\n  throw new RuntimeException(e);\n}}",
    "{f} <- function({a}, {b}) {{\n  mean({a}) + {b}\n}}",
    "with open('{a}.txt') as handle:\n    {b} = [line.strip() for line in handle]\n",
    "INSERT INTO {a} (id, {b}) VALUES (1, 'x');",
)
_NAMES = ("total", "items", "user", "order", "count", "row", "price", "node", "result", "token", "buffer", "entry")
_VERBS = ("compute", "loadAll", "parse_row", "handle", "update", "merge", "render", "send_mail")


def _named(random: Random, piece: str) -> str:
    a, b = random.sample(_NAMES, 2)
    return piece.format(a=a, b=b, f=random.choice(_VERBS), C=random.choice(_NAMES).capitalize())


def _code(random: Random) -> str:
    return _named(random, random.choice(_PIECES))


def code_held_out(random: Random) -> str:
    """A piece of a program in a shape that no rule was tuned to."""
    return _named(random, random.choice(_PIECES_HELD_OUT))


KINDS = (Kind(name="code", data_class="source_code", make=_code, labels=(), weight=5),)
