"""Stock in shards, whatever was given before it was lowered and however old the counts are by which somebody takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from quen.shards.model import capacities, plan_pieces, shard_names

counts = st.lists(st.integers(0, 12), min_size=4, max_size=4)
ages = st.integers(0, 5)
steps = st.lists(
    st.tuples(st.sampled_from(["take", "give back"]), st.integers(1, 6), st.integers(0, 3), ages), max_size=20
)


@given(st.integers(0, 40), counts, steps)
def test_never_more_is_given_than_there_is_by_whoever_has_read_older_counts(
    total: int, before: list[int], steps: list[tuple[str, int, int, int]]
) -> None:
    names = shard_names()
    read = [dict(zip(names, before, strict=True))]
    for step, pieces, where, age in steps:
        now = dict(read[-1])
        if step == "give back":
            now[names[where]] = max(0, now[names[where]] - pieces)
        else:
            known = read[max(0, len(read) - 1 - age)]
            capacity = capacities(total, known)
            plan = plan_pieces(capacity, known, pieces, "red_a", attempt=where) or {}
            if all(now[shard] + count <= capacity[shard] for shard, count in plan.items()):
                now = {shard: now[shard] + plan.get(shard, 0) for shard in names}
        assert sum(now.values()) <= max(total, sum(read[-1].values()))
        read.append(now)


@given(st.integers(0, 40), counts, st.integers(1, 6))
def test_what_is_left_is_given_to_the_last_piece(total: int, taken: list[int], pieces: int) -> None:
    known = dict(zip(shard_names(), taken, strict=True))
    plan = plan_pieces(capacities(total, known), known, pieces, "red_a")
    assert sum((plan or {}).values()) == (pieces if total - sum(taken) >= pieces else 0)
