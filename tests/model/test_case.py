"""A case is its history: what is read off it, which moves it takes, and that order is no matter.

S-214: who leaves hands over, and what was in hand goes on.
"""

import pickle
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from model.histories import EPOCH, cases, instant

from custrel.errors import IllegalMove, InvalidValue, UnknownCode
from custrel.model import (
    COMPLAINT_FLOW,
    DEAL_FLOW,
    FLOWS,
    SALES_LIFE_FLOW,
    Case,
    HandOver,
    Move,
    stage_counts,
)

properties = pytest.mark.properties


def deal(**changes):
    return Case(
        **{"case_id": "D-1", "flow": DEAL_FLOW, "opened_at": EPOCH, "opened_by": "li"} | changes
    )


def won(case=None):
    return (case or deal()).move(
        "win", at=instant(10), by="li", evidence={"order": "O-1", "contract": "V-1"}
    )


# ------------------------------------------------------------------------------------ properties


@properties
@settings(max_examples=60)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_is_no_matter_nor_is_what_arrives_twice(case, random):
    moves, acts = [*case.moves, *case.moves[:2]], [*case.hand_overs, *case.hand_overs[:1]]
    random.shuffle(moves)
    random.shuffle(acts)
    again = attrs.evolve(case, moves=moves, hand_overs=acts)
    assert again == case
    assert again.moves == case.moves
    assert (again.state, again.since, again.owner) == (case.state, case.since, case.owner)


@properties
@settings(max_examples=60)
@given(cases(), st.integers(0, 6000))
def test_spells_tile_time(case, hours):
    spells = case.spells()
    assert spells[0].start == case.opened_at
    assert spells[-1].end is None
    assert (spells[-1].state, spells[-1].start) == (case.state, case.since)
    for earlier, later in pairwise(spells):
        assert earlier.end == later.start
    as_of = instant(hours)
    past = case.spells(as_of)
    assert sum((spell.duration for spell in past), timedelta()) == as_of - EPOCH
    assert past[-1].state == case.state_at(as_of)
    states = {spell.state for spell in past}
    assert sum((case.time_in(state, as_of) for state in states), timedelta()) == as_of - EPOCH


@properties
@settings(max_examples=60)
@given(cases(), st.data())
def test_an_illegal_move_leaves_the_case_as_it_was(case, data):
    triggers = {rule.trigger for flow in FLOWS.values() for rule in flow.transitions}
    trigger = data.draw(st.sampled_from(sorted(triggers - set(case.legal))))
    before = pickle.dumps(case)
    with pytest.raises(IllegalMove) as caught:
        case.move(trigger, at=instant(99999), by="li", approved_by="wang")
    assert pickle.dumps(case) == before
    assert caught.value.legal == case.legal
    assert all(repr(legal) in str(caught.value) for legal in case.legal)


@properties
@settings(max_examples=60)
@given(cases(), st.integers(6000, 9000))
def test_a_hand_over_changes_the_owner_and_nothing_else(case, hours):
    """Not the stage, not the clocks, not the links (Odoo #144848, CordysCRM #2260)."""
    handed = case.hand_over("qian", at=instant(hours), by="boss", reason="on leave")
    assert handed.owner == "qian"
    assert handed.owner_at(instant(hours - 1)) == case.owner_at(instant(hours - 1))
    for fact in ("state", "since", "outcome", "moves", "about", "closed_at", "legal"):
        assert getattr(handed, fact) == getattr(case, fact)
    assert handed.spells() == case.spells()


@properties
@settings(max_examples=40)
@given(cases())
def test_cases_survive_pickle_and_are_told_by_their_id(case):
    again = pickle.loads(pickle.dumps(case))
    assert again == case
    assert hash(again) == hash(case) == hash(deal(case_id=case.case_id))


# --------------------------------------------------------------------------- what is read off it


def test_a_case_by_hand():
    case = won()
    assert (case.state, case.outcome.value, case.is_open) == ("won", "won", False)
    assert case.since == case.closed_at == instant(10)
    assert case.reached("won") == instant(10)
    assert case.reached("paid") is None
    assert case.last("win").evidence == (("contract", "V-1"), ("order", "O-1"))
    assert case.evidence("order") == "O-1"
    assert case.evidence("payment") is None
    assert case.last("pay") is None
    assert case.state_at(EPOCH - timedelta(seconds=1)) is None
    assert case.spells(EPOCH - timedelta(seconds=1)) == ()
    with pytest.raises(
        UnknownCode, match=r"'win' is no stage of the flow 'deal' .did you mean 'won'"
    ):
        case.reached("win")


def test_closing_is_derived_so_that_a_reopened_case_has_no_stale_date():
    """Odoo #90379, #93793: a stored closing date outlives the reopening."""
    lost = deal().move("lose", at=instant(5), by="li", evidence={"reason": "price"})
    open_again = lost.move("reopen", at=instant(9), by="li", evidence={"reason": "new budget"})
    assert lost.closed_at == instant(5)
    assert open_again.closed_at is None
    assert open_again.time_in("tracking", instant(10)) == timedelta(hours=6)


def test_a_move_within_a_stage_does_not_restart_its_clock():
    case = Case(case_id="C-1", flow=SALES_LIFE_FLOW, opened_at=EPOCH)
    pushed = case.move("push_on", at=instant(50), by="li", evidence={"reason": "trade fair soon"})
    assert pushed.since == EPOCH
    assert [spell.state for spell in pushed.spells()] == ["prospect"]


def test_instants_of_different_zones_are_one():
    shanghai = timezone(timedelta(hours=8))
    at = datetime(2024, 1, 1, 18, tzinfo=shanghai)
    assert won(deal(opened_at=at)).since == at.astimezone(UTC)


def test_counts_name_every_stage():
    assert stage_counts([deal(), won(), won()], DEAL_FLOW) == {
        "tracking": 1, "won": 2, "delivered": 0, "paid": 0, "lost": 0,
    }  # fmt: skip
    assert sum(stage_counts([deal()], COMPLAINT_FLOW).values()) == 0


def test_a_late_move_finds_its_place():
    case = deal().move("lose", at=instant(20), by="li", evidence={"reason": "price"})
    early = Move(
        trigger="lose", source="tracking", target="lost", at=instant(2), by="li",
        evidence={"reason": "silence"},
    )  # fmt: skip
    back = Move(
        trigger="reopen", source="lost", target="tracking", at=instant(3), by="li",
        evidence={"reason": "a call"},
    )  # fmt: skip
    whole = attrs.evolve(case, moves=[*case.moves, back, early])
    assert [move.at for move in whole.moves] == [instant(2), instant(3), instant(20)]


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("move", "message"),
    [
        (
            {"trigger": "wni"},
            "'wni' is no move from here (did you mean 'win'?); it can 'win', 'lose'.",
        ),
        ({"trigger": "pay"}, "'pay' is no move from here; it can 'win', 'lose'."),
        ({"trigger": "lose"}, "'lose' needs evidence: reason; it can 'win', 'lose'."),
        (
            {"trigger": "lose", "evidence": {"reason": ""}},
            "'lose' needs evidence: reason; it can 'win', 'lose'.",
        ),
        (
            {"trigger": "lose", "evidence": {"reason": "x"}, "by": None},
            "'lose' is made by a person; say by=; it can 'win', 'lose'.",
        ),
        (
            {"trigger": "lose", "evidence": {"reason": "x"}, "at": instant(-1)},
            (
                "'lose' at 2023-12-31 23:00:00+00:00 comes before 2024-01-01 00:00:00+00:00, when "
                "the case came here; it can 'win', 'lose'."
            ),
        ),
    ],
)
def test_moves_that_are_refused(move, message):
    with pytest.raises(IllegalMove) as caught:
        deal().move(**{"at": instant(1), "by": "li"} | move)
    assert str(caught.value) == f"case 'D-1' in 'tracking': {message}"
    assert isinstance(caught.value, ValueError)


def test_what_shows_nothing_is_no_evidence():
    """The word None stood in the record as the order's number, and the move was made."""
    with pytest.raises(IllegalMove, match="needs evidence: contract"):
        deal().move("win", at=instant(1), by="li", evidence={"order": "O-1", "contract": None})
    for evidence in ("order", ["order", "contract"], {"order"}):
        with pytest.raises(InvalidValue, match=r"evidence is what shows each thing: evidence=\{"):
            deal().move("win", at=instant(1), by="li", evidence=evidence)


def test_missing_evidence_is_named():
    with pytest.raises(IllegalMove) as caught:
        deal().move("win", at=instant(1), by="li", evidence={"order": "O-1"})
    assert caught.value.missing == ("contract",)
    assert (caught.value.case, caught.value.state, caught.value.trigger) == (
        "D-1",
        "tracking",
        "win",
    )


def test_what_has_ended_says_so():
    case = Case(case_id="S-1", flow=FLOWS["service_request"], opened_at=EPOCH, start="fed_back")
    with pytest.raises(IllegalMove, match=r"'execute' is no move from here; it has ended\.$"):
        case.move("execute", at=instant(1), by="li")


def test_the_approver_is_somebody_else():
    case = Case(case_id="C-1", flow=SALES_LIFE_FLOW, opened_at=EPOCH)
    reason = {"reason": "asked for a sample"}
    for approver in (None, "", "li"):
        with pytest.raises(IllegalMove, match="by 'li' needs the approval of somebody else"):
            case.move("show_intent", at=EPOCH, by="li", approved_by=approver, evidence=reason)
    by_hand = case.move("show_intent", at=EPOCH, by="li", approved_by="wang", evidence=reason)
    by_system = case.move("show_intent", at=EPOCH, evidence=reason)
    assert by_hand.state == by_system.state == "intent"
    assert by_system.moves[0].is_automatic
    assert not by_hand.moves[0].is_automatic


def test_a_history_that_the_flow_does_not_allow():
    jump = Move(trigger="pay", source="delivered", target="paid", at=EPOCH, by="li")
    with pytest.raises(IllegalMove, match=r"'pay' at 2024-01-01 .* is no move from here"):
        deal(moves=[jump])
    bent = attrs.evolve(won().moves[0], target="paid")
    with pytest.raises(IllegalMove, match="goes from 'tracking' to 'paid'; it can 'win'"):
        deal(moves=[bent])
    bare = attrs.evolve(won().moves[0], evidence={})
    with pytest.raises(IllegalMove, match="needs evidence: order, contract"):
        deal(moves=[bare])
    with pytest.raises(UnknownCode, match="'track' is no stage of the flow 'deal'"):
        deal(start="track")


def test_two_moves_or_hand_overs_cannot_have_one_place():
    other = attrs.evolve(won().moves[0], by="wang")
    with pytest.raises(InvalidValue, match="'win' and 'win' claim the same place"):
        deal(moves=[*won().moves, other])
    acts = [HandOver(to=to, at=instant(4), by="boss") for to in ("sun", "wu")]
    with pytest.raises(InvalidValue, match=r"handed over to 'sun' and to 'wu' at one instant"):
        deal(hand_overs=acts)
    with pytest.raises(InvalidValue, match=r"case 'D-1': handed over at .* before it began"):
        deal().hand_over("sun", at=instant(-1), by="boss")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"case_id": " "}, "Case: case_id must be text that is not blank, got ' '"),
        ({"opened_at": datetime(2024, 1, 1)}, "Case: opened_at is an instant without a zone"),
        ({"opened_at": None}, "Case: opened_at must be an instant"),
        ({"flow": "deal"}, "Case: flow must be a Flow, got 'deal'; FLOWS has those of the package"),
    ],
)
def test_impossible_cases(changes, message):
    with pytest.raises(InvalidValue, match=message):
        deal(**changes)
