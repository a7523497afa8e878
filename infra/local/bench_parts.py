"""The parts of `make bench` that give figures, by name: what each measures, under which name it is recorded, and its target."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from local import bench_cold, bench_expiry, bench_million, bench_own, bench_ratios
from local.bench_bill import PRICES, Fixtures, Line, Use, bill, growth, read_prices
from local.bench_engine import Engine
from local.bench_figures import Figure, shown
from local.bench_uses import assumed_uses, fixtures, use_of
from local.bench_workers import in_a_process

RATIO_MIN, RATE_MIN = 0.75, 0.8
EARN_MILLISECONDS_MAX, BALANCE_MILLISECONDS_MAX, SIGNATURE_MILLISECONDS_MAX = 0.5, 0.3, 1.0
EARN_WRITES_MAX, EARN_READS_MAX = 6.0, 1.0
"""The use case's own; the signature's nonce and the shared counts of requests come on top, and are shown."""
FINDING_UNITS_MAX = 1_000
GROWTH_MEGABYTES_MAX = 5.0
BILLED = (10_000, 1_000_000)
GATEWAYS = ("rest_api_calls", "http_api_calls")
"""The default first: the lines of the bill are by it."""
COLD_API_MAX, COLD_WORKER_MAX = 1.6, 1.3
ARTEFACTS_MEGABYTES_MAX = 15.0


class Results:
    """What has been measured so far: each measurement is made once, when a part first needs it. `bill` is a text to print."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.bill = ""

    @cached_property
    def sample(self) -> bench_own.Sample:
        """Requests of each use case, metered."""
        return bench_own.sample(self.engine)

    @cached_property
    def own(self) -> Mapping[str, bench_own.OwnCost]:
        """Our CPU, and the log."""
        return bench_own.own_costs(self.sample)

    @cached_property
    def expiry(self) -> bench_expiry.Expiry:
        """A night."""
        return bench_expiry.measure(self.engine)


Part = Callable[[Results], list[Figure]]


def parts() -> Mapping[str, Part]:
    """In the order in which they are measured and printed."""
    return {"ratios": ratios, "own": own, "units": units, "due": due, "memory": memory, "bill": monthly, "cold": cold}


def ratios(results: Results) -> list[Figure]:
    """The floor's time against ours."""
    part = "The same calls made bare, against ours"
    measured = bench_ratios.measure(results.engine)
    found = [
        Figure(f"{each.operation} at {each.at_once}", part, each.ratio, "", "more", RATIO_MIN) for each in measured
    ]
    return [*found, Figure("expiring", part, results.expiry.ratio, "", "more", RATE_MIN)]


def own(results: Results) -> list[Figure]:
    """CPU of ours."""
    part = "Our own CPU of a request"
    targets = {"earn": EARN_MILLISECONDS_MAX, "balance": BALANCE_MILLISECONDS_MAX}
    found = [
        Figure(f"{name} beyond client, signature", part, cost.beyond, "ms", "less", targets.get(name))
        for name, cost in results.own.items()
    ]
    signature = max(cost.signature for cost in results.own.values())
    return [*found, Figure("signature", part, signature, "ms", "less", SIGNATURE_MILLISECONDS_MAX)]


def units(results: Results) -> list[Figure]:
    """What AWS bills for a request, with everything that is around the use case."""
    part = "Billed for a request"
    found = []
    for name, metered in results.sample.metered.items():
        writes, reads = metered.units.writes / metered.requests, float(metered.units.reads / metered.requests)
        found += [Figure(f"{name}, writes", part, writes, "units"), Figure(f"{name}, reads", part, reads, "units")]
    return found


def due(results: Results) -> list[Figure]:
    """What a night costs."""
    part, night = "A night", results.expiry
    million = in_a_process(bench_million.finding_units)
    return [
        Figure("finding 10,000 due of 1,000,000", part, float(million), "units", "less", FINDING_UNITS_MAX),
        Figure("DynamoDB calls of a due account", part, night.units.calls / night.due, ""),
        Figure("write units of a due account", part, night.units.writes / night.due, ""),
        Figure("read units of a due account", part, float(night.units.reads / night.due), ""),
        Figure("messages of a night", part, night.messages, ""),
    ]


def memory(results: Results) -> list[Figure]:
    """Of an API's process."""
    part, apis = "Memory after 1,000 requests", {"earn": "partner_api", "balance": "mobile_api"}
    found = []
    for name, used in bench_own.memory(results.sample).items():
        found.append(Figure(f"{apis[name]}, at most", part, used.peak, "MB"))
        found.append(Figure(f"{apis[name]}, growth", part, used.growth, "MB", "less", GROWTH_MEGABYTES_MAX))
    return found


def monthly(results: Results) -> list[Figure]:
    """The bill, in words too."""
    return Bills(uses_of(results), fixtures()).figures(results)


def cold(_results: Results) -> list[Figure]:
    """Of each function, and what is built."""
    part, found = "Import and first event, against a bare client", []
    for start in bench_cold.measure():
        target = COLD_API_MAX if start.is_api else COLD_WORKER_MAX
        found.append(Figure(f"cold {start.name}", part, start.ratio, "", "less", target))
    megabytes = sum(bench_cold.artefact_megabytes().values())
    return [*found, Figure("all artefacts, built here", "Built", megabytes, "MB", "less", ARTEFACTS_MEGABYTES_MAX)]


def uses_of(results: Results) -> Mapping[str, Use]:
    """Each use case's, measured where it is."""
    measured = {
        name: use_of(metered, results.own[name].milliseconds, results.own[name].log_bytes)
        for name, metered in results.sample.metered.items()
    }
    night = results.expiry
    each = [Fraction(value) / night.due for value in (night.units.writes, night.units.reads, night.units.calls)]
    return measured | assumed_uses(*each)


@dataclass(frozen=True, slots=True)
class Bills:
    """The bills of a small and a large program, by either gateway."""

    uses: Mapping[str, Use]
    fixed: Fixtures

    def figures(self, results: Results) -> list[Figure]:
        """Their totals; the text goes to the results."""
        prices = read_prices(PRICES.read_text("utf-8"))
        found, texts = [], []
        for members in BILLED:
            for gateway in GATEWAYS:
                lines = bill(members, self.uses, prices, self.fixed, gateway=gateway)
                total = sum((line.usd for line in lines), Fraction(0))
                name = f"{members:,} members, {gateway.partition('_')[0].upper()} API"
                found.append(Figure(name, "A month's bill", float(total), "USD"))
                if gateway == GATEWAYS[0]:
                    gigabytes, usd = growth(members, self.uses, prices)
                    texts.append(f"{name}, USD a month (prices of {prices.as_of})\n{_lines(lines)}")
                    texts.append(
                        f"  A year adds {shown(float(gigabytes))} GB: {float(usd):,.2f} USD more a month, for ever.\n"
                    )
        results.bill = "\n".join(texts)
        return found


def _lines(lines: Sequence[Line]) -> str:
    total = float(sum((line.usd for line in lines), Fraction(0)))
    rows = [
        f"  {each.name:<24} {float(each.quantity):>18,.1f} {each.unit:<32} {float(each.usd):>10,.2f}" for each in lines
    ]
    return "\n".join([*rows, f"  {'in all':<24} {'':>18} {'':<32} {total:>10,.2f}"])
