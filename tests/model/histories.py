"""Generated histories: cases that took random legal moves."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st

from custrel.model import FLOWS, Case

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


def instant(hours):
    return EPOCH + timedelta(hours=hours)


def take(case, rule, at, people):
    """Return a case after a move with all the evidence and the people that its rule asks for."""
    watched = [move for move in case.moves if move.trigger in rule.other_than]
    busy = watched[-1].by if watched else None
    by, boss = [person for person in people if person != busy][:2]
    return case.move(
        rule.trigger,
        at=at,
        by=by,
        approved_by=boss,
        evidence={key: f"{key} of {rule.trigger}" for key in rule.needs},
    )


@st.composite
def cases(draw, flows=None, least=0, most=12):
    """Draw a case whose moves are any that its flow allows, sometimes several at one instant."""
    flow = draw(st.sampled_from(flows or list(FLOWS.values())))
    case = Case(case_id=f"K-{draw(st.integers(0, 9))}", flow=flow, opened_at=EPOCH, opened_by="li")
    hours = 0
    for _ in range(draw(st.integers(least, most))):
        rules = flow.allowed(case.state)
        if not rules:
            break
        hours += draw(st.sampled_from([0, 0, 1, 5, 30, 400]))
        people = draw(st.permutations(["li", "wang", "zhao"]))
        case = take(case, draw(st.sampled_from(rules)), instant(hours), people)
    for number in range(draw(st.integers(0, 2))):
        later = instant(draw(st.integers(0, 500)) * 3 + number)
        case = case.hand_over(draw(st.sampled_from(["sun", "wu"])), at=later, by="wang")
    return case
