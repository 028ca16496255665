"""Whom one can be with one click in the demo, and what each of them shows."""

from dataclasses import dataclass

from collegium.home.world import words


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
    "kwame": "Leads an assessment: two sealed judgements that differ, to be reconciled",
    "annelie": "Assesses a language teacher’s portfolio: half a judgement is written, the other one is sealed",
    "theodora": "Assesses a resubmission: sees what a librarian changed after a referral",
    "maeve": "A learning technologist with a fresh award, a published portfolio and a credential to share",
    "imran": "A chemist who was referred in two areas: only those are open, with what the assessors said",
    "nadia": "Just begun: one note, one whiteboard, and an almost empty portfolio",
    "margaret": "Head of a service: mentor of two writers, coordinator of her university, Senior by upgrade",
    "blessing": "A nurse educator who waits for her outcome: two assessors have read and are agreeing",
    "lindiwe": "A librarian who has revised two areas and waits for a second reading",
    "tomasz": "A language teacher whose portfolio is with its assessors",
    "joanna": "An accessibility lead who submitted three days ago",
    "kawing": "A staff developer in Hong Kong, going for Senior: assessors are being found",
    "darren": "A trainer of electricians on CMALT Australasia: two assessors are asked, one could not",
    "elodie": "Sent back at screening with three reasons",
    "carmen": "Nearly ready: what is missing is her plans and the declaration",
    "oksana": "Half way, with a registration that was extended when her daughter was born",
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
    "ingrid": "Site administrator",
}


def _cast() -> tuple[Member, ...]:
    people = {person["key"]: person for person in words.read("people")}
    named = [*SHOWS, *(key for key in people if key not in SHOWS)]
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
