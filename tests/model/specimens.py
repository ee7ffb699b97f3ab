"""Generated objects of every class of the domain model, by class.

A new class finds its place in `SPECIMENS`; the tests of the records say when it is missing.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import hypothesis.strategies as st
from model.histories import cases

from custrel import model
from custrel.errors import InvalidValue

texts = st.text(max_size=8)
names = st.text(min_size=1, max_size=6).filter(lambda text: text.strip() == text)
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))
zones = st.sampled_from([UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")])
instants = st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1), timezones=zones)
# On the UTC time line: of two instants in the hour that a zone has twice, any may be the earlier.
ordered = st.lists(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    min_size=3, max_size=3, unique=True,
).map(sorted)  # fmt: skip
whole = st.integers(0, 2**62)
numbers = st.floats(allow_nan=False, allow_infinity=False)


def few(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


def maybe(strategy):
    return st.none() | strategy


moneys = st.builds(
    model.Money,
    st.decimals(-(10**20) + 1, 10**20 - 1, places=18) | st.integers(-(10**19), 10**19),
    st.sampled_from(["CNY", "USD", "JPY", "KWD"]),
)
identifiers = st.builds(model.Identifier, names, names)
points = st.builds(
    model.ContactPoint, channel=st.sampled_from(model.Channel), value=names, purpose=texts
)
addresses = st.builds(
    model.Address, country=st.sampled_from(["CN", "DE"]), city=texts, lines=few(texts),
    region=texts, postal_code=texts,
)  # fmt: skip
hand_overs = st.builds(model.HandOver, to=names, at=instants, by=names, reason=texts)
evidence = st.dictionaries(names, texts, max_size=3)
people = st.builds(
    model.ContactPerson, person_id=names, name=texts, title=texts,
    roles=st.lists(st.sampled_from(model.BuyingRole)), contact_points=few(points),
    concerns=few(texts),
)  # fmt: skip


@st.composite
def periods(draw):
    start = draw(days)
    return model.Period(start, draw(maybe(st.just(start + timedelta(days=draw(whole) % 999)))))


@st.composite
def intervals(draw):
    start, end, _ = draw(ordered)
    return model.Interval(start, draw(maybe(st.just(end))))


@st.composite
def spells(draw):
    start, end, _ = draw(ordered)
    return model.Spell(draw(names), start, draw(maybe(st.just(end))))


@st.composite
def consents(draw):
    given, first, second = draw(ordered)
    return model.Consent(
        purpose=draw(names),
        given_at=given,
        channel=draw(maybe(st.sampled_from(model.Channel))),
        basis=draw(texts),
        source=draw(texts),
        withdrawn_at=draw(maybe(st.just(first))),
        expires_at=draw(maybe(st.just(second))),
    )


customers = st.builds(
    model.Customer,
    customer_id=names,
    name=texts,
    nature=st.sampled_from(model.CustomerNature),
    locus=st.sampled_from(model.CustomerLocus),
    channel_role=st.sampled_from(model.ChannelRole),
    trade_mode=st.sampled_from(model.TradeMode),
    management_class=maybe(st.sampled_from(model.ManagementClass)),
    is_end_user=st.booleans(),
    is_referred=st.booleans(),
    identifiers=few(identifiers),
    address=maybe(addresses),
    contact_points=few(points),
    people=few(people),
    consents=few(consents()),
    first_owner=maybe(names),
    hand_overs=st.lists(hand_overs, max_size=2, unique_by=lambda act: act.at),
    updated_at=maybe(instants),
)
scores = st.builds(
    model.SatisfactionRecord, score=numbers, asked_on=days, complaints=st.integers(0, 99)
)


@st.composite
def transactions(draw):
    orders = draw(st.integers(0, 3))
    first, last = sorted(draw(st.tuples(days, days))) if orders else (None, None)
    return model.TransactionRecord(
        orders=orders, revenue=draw(moneys), first_on=first, last_on=last
    )


@st.composite
def bases(draw):
    """Return a base; its merges are made one after the other."""
    everyone = draw(st.lists(customers, min_size=2, max_size=3, unique_by=lambda c: c.customer_id))
    base = model.CustomerBase(everyone)
    if draw(st.booleans()):
        loser, into = (customer.customer_id for customer in everyone[:2])
        base = base.merge(loser, into=into, at=draw(instants), by=draw(names))
    return base


penalties = st.builds(
    model.Penalty, person=names, rule=texts,
    fine=maybe(st.builds(model.Money, st.integers(0, 10**19), st.just("CNY"))),
    points=whole, suspend_days=whole, training_days=whole,
)  # fmt: skip


@st.composite
def complaints(draw):
    case = draw(cases([model.COMPLAINT_FLOW], most=20).filter(is_approved_by_another))
    penalized = case.last("penalize") is not None
    return model.Complaint(
        case=case,
        category=draw(names),
        text=draw(texts),
        penalties=draw(few(penalties)) if penalized else (),
        recovery=draw(maybe(cases([model.RECOVERY_FLOW]))),
        found_fair=draw(maybe(st.booleans())),
        found_reasonable=draw(maybe(st.booleans())),
        opportunity_id=draw(maybe(names)),
    )


def is_approved_by_another(case):
    try:
        model.Complaint(case=case, category="other")
    except InvalidValue:
        return False
    return True


@st.composite
def tasks(draw, about=texts):
    """Return a task, perhaps urged or done."""
    case = draw(cases([model.TASK_FLOW]))
    return model.Task(
        case=attrs.evolve(case, about=draw(about)), what=draw(names), due_on=draw(days)
    )


members = st.builds(
    model.AccountMember, person=names, function=names,
    duties=st.lists(st.sampled_from(model.AccountDuty)), contacts=few(names),
    weight=st.decimals(0, 9, places=3),
)  # fmt: skip


@st.composite
def teams(draw):
    people = draw(st.lists(members, min_size=1, max_size=3, unique_by=lambda one: one.person))
    lead = draw(st.sampled_from(people)).person
    return model.AccountTeam(lead=lead, members=people, functions=draw(few(names)))


targets = st.builds(
    model.AccountTarget, measure=names, target=st.floats(0.5, 1e12), due_on=days,
    reached=maybe(numbers),
)  # fmt: skip


@st.composite
def key_accounts(draw):
    customer, since = draw(names), draw(days)
    return model.KeyAccount(
        customer_id=customer,
        since=since,
        criteria=draw(st.lists(names, min_size=1, max_size=3)),
        team=draw(maybe(teams())),
        plan=draw(few(tasks(st.just(customer)))),
        targets=draw(st.lists(targets, max_size=2, unique_by=lambda one: one.measure)),
        review_on=draw(maybe(st.just(since + timedelta(days=30)))),
    )


credit_items = st.builds(
    model.CreditItem, item_id=names, kind=st.sampled_from(model.ExposureKind),
    amount=st.builds(model.Money, st.integers(0, 10**19), st.just("CNY")), due_on=maybe(days),
)  # fmt: skip


@st.composite
def credit_files(draw):
    """Return a file that may have come to a limit, a refusal, an exception or a review."""
    now, soon, later = draw(ordered)
    file = model.CreditFile.begin(draw(names), draw(names), at=now, by="li")
    facts = draw(st.dictionaries(names.filter(lambda name: name != "report"), numbers, max_size=2))
    way = draw(st.integers(0, 4))
    how = {"at": soon, "by": "sun", "approved_by": "wang", "reason": "own", "grade": draw(names)}
    if way:
        file = file.report(facts, draw(names), at=now, by="li")
    if way == 2:
        file = file.refuse(**how)
    if way > 2:
        until = draw(maybe(days))
        file = file.set_limit(abs(draw(moneys)), **how, valid_until=until)
    if way > 3:
        file = file.review("a year has passed", at=later)
    return file


@st.composite
def memberships(draw):
    """Return a membership that earned points and spent no more of them."""
    joined = draw(days)
    earned = draw(st.lists(st.integers(1, 10**15), max_size=3))
    entries = [
        model.PointsEntry(
            entry_id=f"O-{place}", on=joined + timedelta(days=place), points=points,
            reason=draw(texts),
        )
        for place, points in enumerate(earned)
    ]  # fmt: skip
    if earned:
        spent = -draw(st.integers(1, sum(earned)))
        late = joined + timedelta(days=9)
        entries.append(model.PointsEntry(entry_id="R-1", on=late, points=spent))
    return model.Membership(
        customer_id=draw(names), programme=draw(names), joined_on=joined, entries=entries
    )


@st.composite
def win_backs(draw):
    """Return an attempt that may have gone any part of its way, at a cost."""
    now, soon, later = draw(ordered)
    customer, kind = draw(names), draw(st.sampled_from(model.ChurnType))
    attempt = model.WinBack.begin(
        draw(names), customer, plan=draw(names), churn_type=kind, value=model.Money(900, "CNY"),
        budget=model.Money(60, "CNY"), at=now, by="li",
    )  # fmt: skip
    cost = model.Money(draw(st.decimals(0, 20, places=2)), "CNY")
    if draw(st.booleans()):
        cause = draw(st.sampled_from(model.ChurnCause))
        said = model.ExitFeedback(customer_id=customer, at=soon, cause=cause)
        attempt = attempt.listen(said, by="li", cost=draw(maybe(st.just(cost))))
    if draw(st.booleans()):
        attempt = attempt.offer("a voucher", at=soon, by="li", cost=cost)
    if draw(st.booleans()):
        return attempt.come_back("O-1", at=later, by="li", cost=cost)
    return attempt


actions = st.builds(model.NextAction, what=names, due_on=days, by=maybe(names))
findings = st.builds(
    model.QualityFinding, customer_id=names, aspect=st.sampled_from(model.QualityAspect),
    field=texts, what=texts,
)  # fmt: skip
parts = maybe(st.floats(0, 1))
SPECIMENS = {
    model.AccountMember: members,
    model.AccountTarget: targets,
    model.AccountTeam: teams(),
    model.Address: addresses,
    model.Alarm: st.builds(
        model.Alarm, case_id=names, about=texts, state=names, since=instants, days=numbers,
        limit_days=numbers, tell=few(texts),
    ),
    model.CareDay: st.builds(
        model.CareDay, customer_id=names, occasion=names, on=days, is_yearly=st.booleans()
    ),
    model.Case: cases(),
    model.Complaint: complaints(),
    model.ComplaintStatistics: st.builds(
        model.ComplaintStatistics, subject=maybe(names), complaints=whole, closed=whole,
        in_time=whole,
    ),
    model.ExitFeedback: st.builds(
        model.ExitFeedback, customer_id=names, at=instants,
        cause=st.sampled_from(model.ChurnCause), dislikes=texts, service_impression=texts,
        sales_impression=texts, suggestions=texts,
    ),
    model.ComplaintStep: st.builds(
        model.ComplaintStep, number=st.integers(1, 11), step=names, applies=st.booleans(),
        at=maybe(instants), by=maybe(names), evidence=evidence.map(lambda e: tuple(sorted(e.items()))),
    ),
    model.Consent: consents(),
    model.ContactDue: st.builds(
        model.ContactDue, customer_id=names, customer_class=names, days_late=numbers,
        last_at=maybe(instants),
    ),
    model.ContactPerson: people,
    model.ContactPoint: points,
    model.ContactSummary: st.builds(
        model.ContactSummary, st.dictionaries(st.sampled_from(model.ContactKind), whole)
    ),
    model.CreditCheck: st.builds(
        model.CreditCheck, headroom=maybe(moneys),
        objections=few(st.sampled_from(model.CreditObjection)),
    ),
    model.CreditFile: credit_files(),
    model.CreditItem: credit_items,
    model.Customer: customers,
    model.CustomerBase: bases(),
    model.DataQuality: st.builds(
        model.DataQuality, customers=whole, correctness=parts, completeness=parts,
        uniqueness=parts, findings=few(findings),
    ),
    model.HandOver: hand_overs,
    model.Identifier: identifiers,
    model.Interaction: st.builds(
        model.Interaction, customer_id=names, at=instants, by=names,
        channel=st.sampled_from(model.Channel), kind=st.sampled_from(model.ContactKind),
        is_inbound=st.booleans(), person_id=maybe(names), case_id=maybe(names), outcome=texts,
        next_action=maybe(actions),
    ),
    model.Interval: intervals(),
    model.KeyAccount: key_accounts(),
    model.ManagerIndicators: st.builds(
        model.ManagerIndicators, manager=names, leads_added=whole, won=whole, lost=whole,
        customers=whole, customers_lost=whole, mean_tenure_days=maybe(numbers),
    ),
    model.MemberStatement: st.builds(
        model.MemberStatement, customer_id=names, on=days, balance=whole, tier=names,
        bond=st.sampled_from(model.BondLevel), next_tier=maybe(names), to_next_tier=maybe(whole),
        expiring=whole, expires_on=maybe(days), rewards=few(names),
    ),
    model.Membership: memberships(),
    model.Merge: st.builds(
        model.Merge, loser=st.just("C-1"), into=names.filter(lambda name: name != "C-1"),
        at=instants, by=names, reason=texts, undo=st.booleans(),
    ),
    model.Money: moneys,
    model.Move: st.builds(
        model.Move, trigger=names, source=names, target=names, at=instants, by=maybe(names),
        approved_by=maybe(names), evidence=evidence, order=whole,
    ),
    model.NextAction: actions,
    model.Offer: st.builds(
        model.Offer, customer_id=texts, price=maybe(moneys), at=maybe(instants),
        channel=maybe(st.sampled_from(model.Channel)), product=texts,
    ),
    model.Opportunity: st.builds(
        model.Opportunity, case=cases(), amount=moneys,
        probability=maybe(st.decimals(0, 1, places=4)), expected_close=maybe(days),
    ),
    model.Participation: st.builds(
        model.Participation, customer_id=names, show=names,
        side=st.sampled_from(model.ExhibitionSide), is_key=st.booleans(),
    ),
    model.Penalty: penalties,
    model.Period: periods(),
    model.PointsEntry: st.builds(
        model.PointsEntry, entry_id=names, on=days, points=st.integers(1, 2**62), reason=texts
    ),
    model.PipelineSummary: st.builds(
        model.PipelineSummary, open=whole, won=whole, lost=whole, mean_cycle_days=maybe(numbers),
    ),
    model.QualityFinding: findings,
    model.RecordCard: st.builds(
        model.RecordCard, basic=customers, satisfaction=maybe(scores),
        transactions=maybe(transactions()),
    ),
    model.Reminder: st.builds(
        model.Reminder, on=days, topic=names, tell=few(names), about=texts
    ),
    model.Relationship: st.builds(
        model.Relationship, party_id=names, period=periods(),
        stakeholder=st.sampled_from(model.Stakeholder),
        kind=st.sampled_from(model.RelationshipType),
        bond=maybe(st.sampled_from(model.BondLevel)),
        setting=st.sampled_from(model.RelationshipSetting), is_willing=maybe(st.booleans()),
    ),
    model.SatisfactionRecord: scores,
    model.ServiceClock: st.builds(
        model.ServiceClock, allowed_hours=numbers, used_hours=numbers, due_at=maybe(instants),
        stopped_at=maybe(instants),
    ),
    model.Spell: spells(),
    model.StageEfficiency: st.builds(
        model.StageEfficiency, stage=names, entered=whole, passed=whole, lost=whole,
        mean_days=maybe(numbers),
    ),
    model.SupplyRelation: st.builds(
        model.SupplyRelation, supplier_id=st.just("S"),
        customer_id=names.filter(lambda name: name != "S"), period=periods(),
    ),
    model.Task: tasks(),
    model.TransactionRecord: transactions(),
    model.Violation: st.builds(
        model.Violation, principle=st.sampled_from(model.ComplaintPrinciple), why=texts
    ),
    model.WinBack: win_backs(),
    model.WinBackResult: st.builds(
        model.WinBackResult, churn_type=st.sampled_from(model.ChurnType), closed=whole,
        returned=whole, spent=moneys, net=moneys,
    ),
}  # fmt: skip
