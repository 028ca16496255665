"""Whom one can be with one click in the demo, and what each of them shows."""

from dataclasses import dataclass

from collegium.home.world import words
from collegium.home.world.crowd import participants


@dataclass(frozen=True)
class Member:
    key: str
    name: str
    email: str
    shows: str


# The first eight are named where the demo is started.
SHOWS = {
    "fergal": "A mathematics lecturer whose portfolio is complete and ready: submit it",
    "philippa": "Coordinates CMALT: a portfolio to screen, one that needs assessors, an extension to answer, rules to settle",
    "jean": "Facilitates the open course, in its fourth week with three hundred people; logs its design decisions",
    "aoife": "Mentors a writing group of eight, half-way: drafts to read, pairs, the next meeting",
    "ximena": "Joined the course late and follows a catch-up lane of her own; writes in Spanish first",
    "chidi": "In the writing group: a draft that is being read, a gap board, a portfolio written by eight",
    "rhodri": "A guide, and facilitates a community: posts that nobody has answered, one that was reported",
    "kwame": "Leads an assessment: two sealed judgements that differ, to be reconciled",
    "blessing": "A nurse educator who convenes a community that two ask to join, and waits for her outcome",
    "annelie": "Assesses a language teacher’s portfolio: half a judgement is written, the other one is sealed",
    "theodora": "Assesses a resubmission: sees what a librarian changed after a referral",
    "maeve": "A learning technologist with a fresh award, a published portfolio and a credential to share",
    "imran": "A chemist who was referred in two areas: only those are open, with what the assessors said",
    "nadia": "Just begun: one note, one whiteboard, and an almost empty portfolio",
    "margaret": "Head of a service: mentor of two writers, coordinator of her university, Senior by upgrade",
    "lindiwe": "A librarian who has revised two areas and waits for a second reading",
    "tomasz": "A language teacher whose portfolio is with its assessors",
    "joanna": "An accessibility lead who submitted three days ago",
    "kawing": "A staff developer in Hong Kong, going for Senior: assessors are being found",
    "darren": "A trainer of electricians on CMALT Australasia: two assessors are asked, one could not",
    "elodie": "Sent back at screening with three reasons",
    "carmen": "Nearly ready: what is missing is her plans and the declaration",
    "dele": "Has asked for more time and waits for an answer",
    "sizwe": "Holds an award that is due for renewal",
    "benedikt": "Let his award lapse, and writes again",
    "gareth": "Did not pass at the second attempt",
    "yusuf": "Applies for a Fellowship: accounts tagged with dimensions, two referees, two accreditors reading",
    "ailsa": "Holds a Fellowship",
    "hinemoa": "Holds CMALT Australasia; her portfolio shows how to ask before filming",
    "layla": "Writes in Arabic first: a profile and a portfolio from right to left",
    "esperanca": "A name of eighty characters",
    "soojin": "An assessor with an invitation to answer, and a judgement that is in",
    "wiremu": "Coordinates CMALT Australasia: an invitation unanswered, an assessor overdue",
    "bronwen": "Coordinates the Fellowship scheme, with rules that nobody has published yet",
    "ewa": "Coordinates a hospital’s education unit; has sealed her second reading",
    "sophie": "Coordinates a university’s sponsored places; has sealed a judgement",
    "hazel": "Coordinates a college, and means to write on a pathway whose sections are unset",
    "oksana": "Half way, with a registration that was extended when her daughter was born",
    "sunita": "Teaches adults with old telephones; facilitates the language teachers, and writes in the group",
    "huda": "Mentors a small group on the Fellowship scheme, and holds a short course on it",
    "ingrid": "Site administrator",
}


def _cast() -> tuple[Member, ...]:
    """All sixty, and of those who came for the course whoever has something to show."""
    people = {person["key"]: person for person in words.read("people")}
    known = {person.key: person for person in participants()}
    named = [*SHOWS, *(key for key in people if key not in SHOWS)]
    people |= {
        key: {"name": known[key].name, "email": known[key].email, "role": known[key].role}
        for key in SHOWS
        if key in known
    }
    return tuple(
        Member(
            key=key,
            name=people[key]["name"],
            email=people[key]["email"],
            shows=SHOWS.get(key) or people[key]["role"],
        )
        for key in named
    )


CAST = _cast()
