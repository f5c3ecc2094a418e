"""Know a lead by the further addresses and ids that a merge left it, and let one go that is somebody else's."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Select, and_, delete, or_, select

from smarketing.db import among, db
from smarketing.domain.merges import KeyKind
from smarketing.models.merges import LeadKey, Merge

Known = tuple[KeyKind, str]


def holder(kind: KeyKind, key: str) -> int | None:
    """The lead that is known by this beside its own address and id."""
    return db.session.scalar(holders(kind, [key]))


def holders(kind: KeyKind, keys: Iterable[str]) -> Select[int]:
    return select(LeadKey.lead_id).where(LeadKey.kind == kind, among(LeadKey.key, keys))


def holding(external_ids: Collection[str], email_keys: Collection[str]) -> Sequence[int]:
    """The leads that are known by any of these beside their own; asks in vain only where some lead is."""
    if not (external_ids or email_keys) or db.session.scalar(select(LeadKey.id).limit(1)) is None:
        return []
    is_one = or_(
        and_(LeadKey.kind == KeyKind.EXTERNAL_ID, among(LeadKey.key, external_ids)),
        and_(LeadKey.kind == KeyKind.EMAIL, among(LeadKey.key, email_keys)),
    )
    return db.session.scalars(select(LeadKey.lead_id).where(is_one).distinct().order_by(LeadKey.lead_id)).all()


def among_known(external_ids: Collection[str], email_keys: Collection[str]) -> set[str]:
    """Those of these by which some lead is known beside its own."""
    holding_ids = holding(external_ids, email_keys)
    known = {key for keys in of_leads(holding_ids).values() for _kind, key in keys} if holding_ids else set()
    return known.intersection((*external_ids, *email_keys))


def of_leads(lead_ids: Iterable[int]) -> dict[int, set[Known]]:
    columns = select(LeadKey.lead_id, LeadKey.kind, LeadKey.key)
    known: dict[int, set[Known]] = {}
    for lead_id, kind, key in db.session.execute(columns.where(among(LeadKey.lead_id, lead_ids))):
        known.setdefault(lead_id, set()).add((kind, key))
    return known


def of_lead(lead_id: int) -> Sequence[LeadKey]:
    return db.session.scalars(select(LeadKey).where(LeadKey.lead_id == lead_id).order_by(LeadKey.id)).all()


def key_of(kind: KeyKind, text: str) -> str:
    return text.lower() if kind is KeyKind.EMAIL else text


def add(lead_id: int, kind: KeyKind, text: str, *, merge_id: int | None) -> None:
    db.session.add(LeadKey(lead_id=lead_id, merge_id=merge_id, kind=kind, key=key_of(kind, text), text=text))


def remove(lead_id: int, kind: KeyKind, text: str) -> None:
    of_it = (LeadKey.lead_id == lead_id, LeadKey.kind == kind, LeadKey.key == key_of(kind, text))
    db.session.execute(delete(LeadKey).where(*of_it))


def exchange(lead_id: int, email: str, former: str | None) -> None:
    """Where a further address of a lead becomes its own, the former one goes on to find it."""
    if holder(KeyKind.EMAIL, email.lower()) == lead_id:
        remove(lead_id, KeyKind.EMAIL, email)
        if former:
            add(lead_id, KeyKind.EMAIL, former, merge_id=None)


def kin(lead_id: int) -> list[int]:
    """This lead and all that were ever one with it: under whose numbers the journal tells of its hand-offs."""
    known, asked = {lead_id}, {lead_id}
    while asked:
        pairs = db.session.execute(Merge.ever_with(asked)).all()
        asked = {each for pair in pairs for each in pair} - known
        known |= asked
    return sorted(known)
