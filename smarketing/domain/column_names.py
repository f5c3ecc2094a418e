"""What columns are called in the exports of other systems, in English and French, to suggest a mapping."""

from collections.abc import Sequence
from typing import Final

from smarketing.domain.importing import folded
from smarketing.domain.mapping import FIELDS
from smarketing.domain.rejection import is_own

_NAMES: Final = {
    "external_id": "record id|contact id|lead id|id|lead - id|mql id|identifiant|identifiant externe|id lead|crm id",
    "email": "e-mail|email address|e-mail address|person - email - work|person - email (work)|work email"
    "|business email|adresse e-mail|adresse email|courriel|mail|adresse mail",
    "first_name": "firstname|given name|prenom|person - first name",
    "last_name": "lastname|surname|family name|nom|nom de famille|person - last name",
    "phone": "phone number|mobile phone number|mobile|telephone|numero de telephone|tel|person - phone - work"
    "|person - phone|phone work|portable",
    "company": "company name|company / account|account|account name|organization|organisation|organization - name"
    "|organization - name*|societe|entreprise|raison sociale|nom de l'entreprise",
    "job_title": "job title|title|position|function|fonction|poste|intitule du poste|role",
    "country": "country/region|pays|pays/region|country code|code pays",
    "source": "lead source|original source|lead - source|source channel|origin|origine|source du lead|utm source"
    "|provenance",
    "campaign": "campaign name|campagne|utm campaign|nom de la campagne",
    "landing_page": "landing page id|first page seen|page d'atterrissage|page d'arrivee|landing page url",
    "full_name": "name|person - name|person - name*|nom complet|nom et prenom|contact|full name",
    "arrived_at": "create date|created date|created at|created|created time|creation date|date de creation"
    "|cree le|lead - lead created|first contact date|arrived|became a lead date|date d'arrivee|submitted at",
    "mql_at": "mql date|mql since|became a marketing qualified lead date|date mql",
    "sal_at": "sal date|sal since|date sal",
    "sql_at": "sql date|sql since|became a sales qualified lead date|date sql",
    "won_at": "won date|won since|won time|deal - won time|became a customer date|date de gain|gagne le",
    "lost_at": "lost date|lost since|lost time|deal - lost time|date de perte|perdu le",
    "amount": "deal - value|deal value|recent deal amount|deal amount|montant|won amount|total revenue|montant gagne",
    "engagement": "engagement kind|interaction|type d'interaction",
    "engaged_at": "engagement date|date de l'interaction|date d'interaction",
}
"""The most telling names first: where two columns fit a field, the one whose name stands further left is taken."""


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, folded(name)))


_RANKS: Final = {
    field: {_key(name): rank for rank, name in reversed([*enumerate([field, *_NAMES[field].split("|")])])}
    for field in FIELDS
}


def suggested(headers: Sequence[str]) -> dict[str, str]:
    """A field for each column that is called like one; at most one column per field."""
    mapping: dict[str, str] = {}
    for field, ranks in _RANKS.items():
        fitting = sorted(
            (header for header in headers if _key(header) in ranks), key=lambda header: ranks[_key(header)]
        )
        free = [header for header in fitting if header not in mapping and not is_own(header)]
        if free:
            mapping[free[0]] = field
    needless = set() if "engagement" in mapping.values() else {"engaged_at"}
    needless |= {"full_name"} if "last_name" in mapping.values() else set()
    return {header: field for header, field in mapping.items() if field not in needless}
