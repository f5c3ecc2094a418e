"""Who comes, when and from where: the arrivals of the demo, invented before anything happens to them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from smarketing.demo import vocabulary as words

ZONE = ZoneInfo("Europe/Paris")
LEADS_A_DAY = 24.8
"""On a day of weight 1."""
WEEKDAYS = (1.1, 1.25, 1.15, 1.1, 0.85, 0.18, 0.22)
HOURS = (1, 1, 1, 1, 1, 2, 4, 9, 22, 34, 36, 28, 16, 22, 34, 36, 34, 30, 22, 18, 16, 14, 8, 4)
"""By the hour of the day in Paris: the evening is Montréal's working day."""
BAD_WEEK = 6
"""In this week, from 0, half of sales was ill and a campaign stood still."""


class Source(NamedTuple):
    name: str | None
    weight: int
    heat: float
    """How many of its leads are worth a call, 0 to 1."""


SOURCES = (
    Source("Google", 26, 0.21),
    Source("Google Ads", 20, 0.17),
    Source("LinkedIn", 13, 0.12),
    Source("Webinar", 13, 0.42),
    Source("Partner", 9, 0.62),
    Source("Trade show", 7, 0.22),
    Source("Newsletter", 8, 0.08),
    Source(None, 4, 0.15),
)
GOOD_SOURCES = frozenset({"Webinar", "Partner"})


class Visit(NamedTuple):
    """One lead as it comes in, or one that comes back: then only the e-mail and the engagements are new."""

    at: datetime
    email: str
    facts: dict[str, str]
    custom: dict[str, str]
    engagements: tuple[tuple[str, datetime], ...]


class Crowd:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = 0

    def between(self, start: datetime, end: datetime, *, quiet_from: datetime) -> list[Visit]:
        """Everybody who comes in [start, end), in order; from `quiet_from` on nobody worth a call."""
        visits: list[Visit] = []
        for week, day in _days(start, end):
            weight = WEEKDAYS[day.weekday()] * (0.8 if week == BAD_WEEK else 1 + week / 60)
            for _ in range(self._how_many(LEADS_A_DAY * weight)):
                at = self._moment(day)
                if start <= at < end:
                    visits += self._visits(at, end, quiet_from)
        return sorted(visits, key=lambda visit: (visit.at, visit.email))

    def ready(self, at: datetime) -> Visit:
        """Somebody who meets the criteria at once, whoever they are."""
        visit = self._visit(at, self._source(), is_hot=True)
        facts = visit.facts | {"country": "FR", "phone": self._phone("FR")}
        engagements = (("demo_request", at), ("pricing_page", at - timedelta(minutes=7)))
        return visit._replace(facts=facts, custom={"industry": "metals"}, engagements=engagements)

    def _visits(self, at: datetime, end: datetime, quiet_from: datetime) -> Iterator[Visit]:
        source = self._source()
        is_hot = self._random.random() < source.heat and at < quiet_from
        first = self._visit(at, source, is_hot=is_hot)
        yield first
        if is_hot or self._random.random() > 0.28:
            return
        again = self._moment(at.astimezone(ZONE).date() + timedelta(days=self._random.randint(2, 30)))
        if again < min(quiet_from, end):
            kind = self._random.choice(("guide", "pricing_page", "pricing_page", "webinar", "newsletter"))
            yield Visit(again, first.email, {}, {}, ((kind, again),))

    def _visit(self, at: datetime, source: Source, *, is_hot: bool) -> Visit:
        persona = self._persona(is_hot)
        country = self._weighted(words.COUNTRIES)
        has_phone = self._random.random() < (0.97 if is_hot else 0.38)
        is_industrial = persona != "somebody-else" and self._random.random() < (0.9 if is_hot else 0.6)
        first_name, last_name = self._name()
        company = self._company(persona)
        email = self._email(first_name, last_name, company, is_private=persona == "somebody-else")
        facts = {
            "first_name": first_name,
            "last_name": last_name,
            "company": company,
            "job_title": self._random.choice(words.TITLES[persona]),
            "country": country,
            "phone": self._phone(country) if has_phone else "",
            "source": source.name or "",
            "campaign": self._random.choice(words.CAMPAIGNS.get(source.name or "", ("",))),
            "landing_page": self._random.choice(words.PAGES),
        }
        industry = self._random.choice(words.INDUSTRIES if is_industrial else words.OTHER_INDUSTRIES)
        return Visit(
            at,
            email,
            {key: text for key, text in facts.items() if text},
            {"industry": industry},
            tuple(self._engagements(at, source, is_hot=is_hot)),
        )

    def _engagements(self, at: datetime, source: Source, *, is_hot: bool) -> Iterator[tuple[str, datetime]]:
        draw = self._random.random()
        if source.name == "Trade show":
            yield "trade_show", at
        if source.name == "Webinar":
            yield "webinar", at
        if is_hot:
            yield ("demo_request" if draw < 0.6 else "quote_request"), at
            if draw < 0.45:
                yield "pricing_page", at - timedelta(minutes=self._random.randint(2, 50))
        elif source.name == "Newsletter":
            yield "newsletter", at
        elif draw < 0.5:
            yield "guide", at
        elif draw < 0.75:
            yield "pricing_page", at
        elif draw < 0.79:
            yield "careers_page", at

    def _persona(self, is_hot: bool) -> str:
        weights = (
            {"energy-manager": 48, "plant-director": 36, "buyer": 16}
            if is_hot
            else {"energy-manager": 18, "plant-director": 20, "buyer": 26, "somebody-else": 36}
        )
        return self._weighted(weights)

    def _name(self) -> tuple[str, str]:
        if self._random.random() < 0.02:
            return self._random.choice(words.RARE_NAMES)
        return self._random.choice(words.FIRST_NAMES), self._random.choice(words.LAST_NAMES)

    def _company(self, persona: str) -> str:
        if persona == "somebody-else":
            return self._random.choice(words.OTHER_COMPANIES)
        if self._random.random() < 0.01:
            return words.LONG_COMPANY
        return f"{self._random.choice(words.COMPANY_HEADS)} {self._random.choice(words.COMPANY_TAILS)}"

    def _email(self, first_name: str, last_name: str, company: str, *, is_private: bool) -> str:
        self._count += 1
        local = ".".join(filter(None, (_plain(first_name), _plain(last_name)[:20]))) or "contact"
        is_private = is_private and self._random.random() < 0.6
        domain = self._random.choice(words.MAILBOXES) if is_private else f"{_plain(company)[:24]}.example"
        return f"{local}{self._count}@{domain}"

    def _phone(self, country: str) -> str:
        digits = "".join(self._random.choices("0123456789", k=8))
        return f"{words.PHONES.get(country, '+44 7700')} {digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"

    def _source(self) -> Source:
        return self._random.choices(SOURCES, [source.weight for source in SOURCES])[0]

    def _moment(self, day: date) -> datetime:
        hour = self._random.choices(range(24), HOURS)[0]
        minute, second = self._random.randrange(60), self._random.randrange(60)
        return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZONE).astimezone(UTC)

    def _how_many(self, mean: float) -> int:
        return max(0, round(self._random.gauss(mean, mean**0.5)))

    def _weighted(self, weights: dict[str, int]) -> str:
        return self._random.choices(list(weights), list(weights.values()))[0]


def _days(start: datetime, end: datetime) -> Iterator[tuple[int, date]]:
    """The days of Paris with the number of their week since the start."""
    day, last = start.astimezone(ZONE).date(), end.astimezone(ZONE).date()
    for number in range((last - day).days + 1):
        yield number // 7, day + timedelta(days=number)


def _plain(text: str) -> str:
    """Letters and digits that an address may hold, without their accents."""
    ascii_text = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in ascii_text.lower() if letter.isalnum())


def batches(visits: Sequence[Visit], span: timedelta) -> Iterator[list[Visit]]:
    """Visits that come within `span` of each other, in order."""
    batch: list[Visit] = []
    for visit in visits:
        if batch and visit.at - batch[0].at > span:
            yield batch
            batch = []
        batch.append(visit)
    if batch:
        yield batch
