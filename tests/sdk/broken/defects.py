"""One deliberately broken tool for each law: the template with a defect sewn in.

A defect is (file, old text, new text). The tool is called ``broken``.
"""

from __future__ import annotations

Defect = tuple[str, str, str]

OBSERVE = "        out: list[Finding] = []\n        for o in observations:\n"
GUARD = "            if isinstance(value, bool) or not isinstance(value, int | float) or value != value:\n"

DEFECTS: dict[str, list[Defect]] = {
    "no_clock": [
        (
            "detector.py",
            "    def _end(",
            "    def _now(self) -> object:\n        return datetime.now()\n\n    def _end(",
        )
    ],
    "params_declared": [
        (
            "params.py",
            "    limit_db: float",
            '    volume: float = param(1.0, low=0.0, high=2.0, why="it bears no unit")\n    limit_db: float',
        )
    ],
    "guide_whole": [("guide.md", "## Known failures", "## Miscellaneous")],
    # lorries of 15 s in the quiet fixture are told
    "golden_holds": [("params.py", "hold_s: float = param(30.0", "hold_s: float = param(10.0")],
    "manifest_true": [
        ("manifest.toml", "[time]", '[[emits]]\nkind = "broken.never"\nwords = "never said"\n\n[time]')
    ],
    "input_unmutated": [
        (
            "detector.py",
            OBSERVE,
            "        for o in observations:\n            for a in o.attributes:\n"
            "                msgspec.structs.force_setattr(a, 'unit', 'dB')\n" + OBSERVE,
        )
    ],
    # the order of a set of text changes with the process
    "same_findings": [
        (
            "detector.py",
            '"dB above the limit"',
            '" ".join({"dB", "above", "the", "limit", "of", "this", "place"})',
        )
    ],
    # looks at what else came in the same call
    "any_split": [
        (
            "detector.py",
            "        return out\n\n    def _take",
            "        if len({o.entity for o in observations}) > len({o.observed_at for o in observations}):\n"
            "            out = [msgspec.structs.replace(f, words='several at once') for f in out]\n"
            "        return out\n\n    def _take",
        )
    ],
    # counts each delivery as a reading, so that the grace is shorter with duplicates
    "duplicates_harmless": [
        (
            "detector.py",
            "        if series.readings and at <= series.last:\n            return",
            "        if False:\n            return",
        ),
        (
            "detector.py",
            'score_means="dB above the limit"',
            'score_means=f"dB above, reading {series.readings}"',
        ),
        (
            "detector.py",
            "self._finding(o, value, since)\n            out",
            "self._finding(o, value, since, series)\n            out",
        ),
        ("detector.py", "value: float, since: datetime)", "value: float, since: datetime, series: Series)"),
    ],
    # takes the last reading of a call for the whole call
    "order_harmless": [
        (
            "detector.py",
            OBSERVE,
            "        last = max(o.observed_at for o in observations)\n"
            "        observations = [o for o in observations if o.observed_at == last]\n" + OBSERVE,
        )
    ],
    "snapshot_restore": [
        ("detector.py", "self._series = msgspec.convert(", "self._series = {} if state else msgspec.convert(")
    ],
    # trusts that a number comes as a number, or in the few other ways that it has met
    "unknown_survives": [
        ("detector.py", GUARD, "            if value is None or isinstance(value, bool) or value == 'n/a':\n")
    ],
    # promises a minute, keeps ten seconds
    "silent_in_grace": [("manifest.toml", "time_s = 10.0", "time_s = 60.0")],
    "memory_bounded": [
        (
            "detector.py",
            "        self._series: dict[str, Series] = {}\n\n",
            "        self._series: dict[str, Series] = {}\n        self._all: list[str] = []\n\n",
        ),
        (
            "detector.py",
            "            if o.kind == ",
            "            self._all.append(o.id + o.entity)\n            if o.kind == ",
        ),
    ],
    "evidence_seen": [("detector.py", "Evidence(o.id, ", 'Evidence("reading-" + o.id, ')],
    "every_start_ends": [
        (
            "detector.py",
            'self._end(self._series.pop(o.entity, None), o.observed_at, "The sensor is gone.", out)',
            "self._series.pop(o.entity, None)",
        )
    ],
    "budget_met": [
        ("manifest.toml", "observe_ms = 5.0", "observe_ms = 0.05"),
        ("detector.py", OBSERVE, "        sum(range(10_000))\n" + OBSERVE),
    ],
}

ADVISOR = "advisor.py"
#: of an advisor, likewise
DEFECTS_OF_ADVICE: dict[str, list[tuple[str, str, str]]] = {
    "no_clock": [
        (ADVISOR, "from math import", "import time\nfrom math import"),
    ],
    "params_declared": [("params.py", "valid_min", "valid"), (ADVISOR, "valid_min", "valid")],
    "guide_whole": [("guide.md", "## Tuning", "## Knobs")],
    "requests_stand": [(ADVISOR, 'field="crowd"', 'field="people"')],
    "request_unmutated": [
        (
            ADVISOR,
            "        if not ways:",
            '        if isinstance(request, dict):\n            request["seen"] = True\n        if not ways:',
        ),
    ],
    "same_advice": [
        (
            ADVISOR,
            "        self._params = params\n",
            "        self._params = params\n        self._asked = 0\n",
        ),
        (
            ADVISOR,
            "        width_m = sum",
            "        self._asked += 1\n        crowd += self._asked - 1\n        width_m = sum",
        ),
    ],
    "cancel_obeyed": [
        (
            ADVISOR,
            "            progress(n / len(ways), way.name)\n",
            "            try:\n                progress(n / len(ways), way.name)\n"
            "            except Exception:\n                pass\n",
        ),
    ],
    "advice_whole": [(ADVISOR, "timedelta(minutes=self._params.valid_min)", "timedelta(minutes=0)")],
    "manifest_read": [
        (
            "manifest.toml",
            "[advice]",
            '[[consumes]]\ntype = "WeatherObserved"\n\n[advice]',
        ),
    ],
    "answer_in_time": [
        ("manifest.toml", "budget_s = 5.0", "budget_s = 0.1"),
        (ADVISOR, "        width_m = sum", "        sum(range(40_000_000))\n        width_m = sum"),
    ],
}
