"""Reads ``q``: the NGSI-LD query language (ETSI GS CIM 009 v1.8.1, clause 4.9), by recursive descent.

Beyond the grammar: parentheses nest, as the clause's sixth example does; blanks between the parts mean
nothing; text without quotes is taken where it cannot be mistaken for another value; a name may be an IRI.
"""

from __future__ import annotations

import json
import re

from tocsin.ngsi.query.literals import Kind, Literal, Span, day, moment, time_of_day
from tocsin.ngsi.query.names import ELSEWHERE, is_iri, is_name
from tocsin.ngsi.query.reader import Reader
from tocsin.ngsi.query.tree import And, Link, Node, Operand, Or, Path, Term

#: characters of a query, parentheses within each other, conditions: what a person writes has a hundredth of
#: it
LONGEST, DEEPEST, MOST_TERMS = 16_384, 40, 512
#: relationships that one path follows
MOST_LEVELS = 5

_OPERATORS = ("!~=", "~=", "==", "!=", ">=", "<=", ">", "<")
_PATTERNS = ("~=", "!~=")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_WORD = re.compile(r"\w(?:[\w@/+\-]|\.(?!\.))*")
#: a dateTime or time whose fraction stands behind a comma (clause 4.6.3), which is not a list's
_COMMA_FRACTION = re.compile(r"(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d,\d{1,6}Z", re.ASCII)
_PIECES = re.compile(r'[^ ;|,"()]+|[()]')
#: types that linked entities are looked for among, before the path within braces
_HINT = re.compile(r"([^\W\d_]\w*(?:[,|][^\W\d_]\w*)*):(?=[^\W\d_])")
_LONG_NAME = re.compile(r"(?:https?://|urn:)")
#: digits of a number: a double has 309 before its point
_DIGITS = 400


def read_q(text: str) -> Node:
    """The tree of ``text``. Raises ``BadRequestData`` naming the position."""
    return _Parser(Reader("q", text, LONGEST)).whole()


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self.r, self.depth, self.terms = reader, 0, 0

    def whole(self) -> Node:
        node = self.either()
        if not self.r.done:
            raise self.r.refuse(
                "this follows a whole condition", "join conditions by ; or |, close as many ( as open"
            )
        return node

    def either(self) -> Node:
        parts = [self.both()]
        while self.r.take("|"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Node:
        parts = [self.one()]
        while self.r.take(";"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def one(self) -> Node:
        start = self.r.at
        if not self.r.take("("):
            return self.term()
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.r.refuse(
                f"more than {DEEPEST} parentheses within each other", "flatten the query", at=start
            )
        node = self.either()
        if not self.r.take(")"):
            raise self.r.refuse("the parenthesis is not closed", f"close the ( of position {start + 1}")
        self.depth -= 1
        return node

    def term(self) -> Term:
        self.terms += 1
        if self.terms > MOST_TERMS:
            raise self.r.refuse(f"more than {MOST_TERMS} conditions", "ask in several requests")
        path = self.path()
        start = self.r.at
        operator = self.r.take(*_OPERATORS)
        if operator is None:
            if self.r.next not in ("", ";", "|", ")"):
                raise self.r.refuse("no operator of the query language", f"one of {' '.join(_OPERATORS)}")
            return Term(path)
        if operator in _PATTERNS:
            return Term(path, operator, self.pattern())
        operand = self.operand()
        if operator not in ("==", "!=") and not (isinstance(operand, Literal) and operand.ordered):
            raise self.r.refuse(
                f"{operator} takes one number, quoted text, dateTime, date or time",
                "for booleans, URIs, lists and ranges: == or !=",
                at=start,
            )
        return Term(path, operator, operand)

    # -- attribute paths

    def path(self, level: int = 0) -> Path:
        start, text = self.r.at, self.r.text
        long_name = _LONG_NAME.match(text, start)
        name = self.r.until('[]{}()=!<>~;|", ' if long_name is None else '[]{}()=!<>~;|" ')
        self.r.skip()
        names = (name,) if long_name else tuple(name.split("."))
        for part in names:
            if not (is_name(part) or (long_name and is_iri(part))):
                raise self.r.refuse(
                    "no attribute name", "a letter, then letters, digits, _; parts joined by .", at=start
                )
        if names[0] in ELSEWHERE:
            raise self.r.refuse("no attribute", f"ask by the parameter {ELSEWHERE[names[0]]!r}", at=start)
        trail = self.trail() if self.r.take("[") else ()
        return Path(names, trail, self.link(level + 1) if not trail and self.r.take("{") else None)

    def link(self, level: int) -> Link:
        start = self.r.at
        if level > MOST_LEVELS:
            raise self.r.refuse(f"more than {MOST_LEVELS} relationships in a row", "ask in several requests")
        hint = _HINT.match(self.r.text, start)
        if hint is not None:
            self.r.at = hint.end()
        path = self.path(level)
        if not self.r.take("}"):
            raise self.r.refuse("the brace is not closed", "end the path of the linked entity by }", at=start)
        return Link(path, tuple(re.split("[,|]", hint[1])) if hint is not None else ())

    def trail(self) -> tuple[str, ...]:
        start = self.r.at
        inside = self.r.until("]")
        members = tuple(inside.split("."))
        if not self.r.take("]"):
            raise self.r.refuse("the bracket is not closed", "end the path into the value by ]", at=start)
        if not all(members) or any(c in '[{}"();|' or c < " " for c in inside):
            raise self.r.refuse("no path into a value", "member names joined by .: [city] or [a.b]", at=start)
        if self.r.next == "[":
            raise self.r.refuse("a second path in brackets", "one pair of brackets, names joined by .: [a.b]")
        return members

    # -- values

    def operand(self) -> Operand:
        first = self.literal()
        if self.r.take(".."):
            return self.span(first, self.literal())
        if self.r.next != ",":
            return first
        several = [first]
        while self.r.take(","):
            several.append(self.literal())
        return tuple(several)

    def span(self, low: Literal, high: Literal) -> Span:
        if low.kind is not high.kind or not low.ordered:
            raise self.r.refuse(
                f"a range from {low.kind.value} to {high.kind.value}",
                "two numbers, texts, dateTimes, dates or times",
            )
        return Span(low, high)

    def literal(self) -> Literal:
        if self.r.next == '"':
            text = self.quoted()
            return Literal(Kind.TEXT, text, text)
        start = self.r.at
        raw = self.bare(start)
        found = self.classified(raw, start)
        if found.kind is Kind.WORD and ".." in raw:  # 10..20, and not http://a/..
            low = raw[: raw.index("..")]
            if low and (low[0].isdigit() or low[0] == "-"):
                found = self.classified(low, start)
                self.r.at = start + len(low)
        self.r.skip()
        if self.r.next not in ("", ";", "|", ")", ",") and not self.r.text.startswith("..", self.r.at):
            raise self.r.refuse(
                "this follows a whole value", 'put text with blanks in double quotes: name=="a b"'
            )
        return found

    def bare(self, start: int) -> str:
        """The text up to what ends a value: ``; | ,``, a blank, or a parenthesis that was not opened in
        it.
        """
        opened, end = 0, start
        if (clock := _COMMA_FRACTION.match(self.r.text, start)) is not None:
            end = clock.end()
        for found in _PIECES.finditer(self.r.text, end):
            if found.start() != end:
                break
            opened += (found[0] == "(") - (found[0] == ")")
            if opened < 0:
                break
            end = found.end()
        self.r.at = end
        raw = self.r.text[start:end]
        if not raw:
            raise self.r.refuse("a value is missing", 'a number, true, false, "text", a dateTime, or a URI')
        return raw

    def classified(self, raw: str, start: int) -> Literal:
        if raw in ("true", "false"):
            return Literal(Kind.TRUTH, raw == "true", raw)
        if len(raw) <= _DIGITS and _NUMBER.fullmatch(raw):
            return Literal(Kind.NUMBER, self.number(raw, start), raw)
        for kind, form in ((Kind.MOMENT, moment), (Kind.DATE, day), (Kind.TIME, time_of_day)):
            if (value := form(raw)) is not None:
                return Literal(kind, value, raw)
        if ".." in raw and (raw[0].isdigit() or raw[0] == "-"):
            return Literal(Kind.WORD, raw, raw)  # a range, taken apart by the caller
        if raw[0].isdigit() or not (is_iri(raw) or _WORD.fullmatch(raw)):
            raise self.r.refuse(
                "neither a number, a dateTime (2017-12-24T12:00:00Z), a date, a time nor a URI",
                'put text in double quotes: name=="it"',
                at=start,
            )
        return Literal(Kind.WORD, raw, raw)

    def number(self, raw: str, start: int) -> int | float:
        number: int | float = int(raw) if raw.lstrip("-").isdigit() else float(raw)
        try:
            beyond = float(number) in (float("inf"), float("-inf"))
        except OverflowError:
            beyond = True
        if beyond:
            raise self.r.refuse(
                "beyond the numbers that are kept", "between -1.797e308 and 1.797e308", at=start
            )
        return number

    def quoted(self) -> str:
        start = self.r.at
        found = _QUOTED.match(self.r.text, start)
        if found is None:
            raise self.r.refuse(
                "the text in double quotes has no end", 'end it by ", and write \\" within it'
            )
        try:
            text = str(json.loads(found[0]))
            text.encode()
        except (ValueError, UnicodeEncodeError):
            raise self.r.refuse(
                "no text as JSON writes it", 'escape as in JSON: \\" \\\\ \\n \\u00e9'
            ) from None
        self.r.at = found.end()
        self.r.skip()
        return text

    # -- patterns

    def pattern(self) -> str:
        """The regular expression: between double quotes, where ``\\"`` is a quote and all else the
        engine's; or bare, up to a ``;``, ``|`` or ``)`` that stands outside its own parentheses and brackets.
        """
        if self.r.next == '"':
            start = self.r.at
            found = _QUOTED.match(self.r.text, start)
            if found is None:
                raise self.r.refuse("the pattern in double quotes has no end", 'end it by "')
            self.r.at = found.end()
            self.r.skip()
            if self.r.next not in ("", ";", "|", ")"):
                raise self.r.refuse("this follows a whole pattern", 'a quote within a pattern is \\"')
            return _plain_quotes(found[0][1:-1])
        return _plain_quotes(self.bare_pattern())

    def bare_pattern(self) -> str:
        start, opened, in_class = self.r.at, 0, False
        while not self.r.done:
            here = self.r.next
            if here == "\\":
                self.r.at += 1
            elif in_class:
                in_class = here != "]"
            elif here == "[":
                in_class = True
            elif here in ";|)" and opened == 0:
                break
            else:
                opened += (here == "(") - (here == ")")
            self.r.at += 1
        self.r.at = min(self.r.at, self.r.end)
        if self.r.at == start:
            raise self.r.refuse("a pattern is missing", 'a regular expression: name~="^Main"')
        return self.r.text[start : self.r.at]


def _plain_quotes(pattern: str) -> str:
    return re.sub(r"\\(.)", lambda found: '"' if found[1] == '"' else found[0], pattern, flags=re.DOTALL)
