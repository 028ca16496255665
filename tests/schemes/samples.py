"""A small framework and a small scheme, complete and in order, for tests to bend."""

from collegium.schemes.documents import CheckedScheme, FrameworkDocument, framework_text, scheme_text

FRAMEWORK = """\
kind: framework
key: lantern
version: 1
title: Lantern framework
published: 2020-05
sources:
  book: {title: The lantern book, url: https://lantern.example/book, accessed: 2026-01-31}
arrangement: sections
components:
  - {key: description, title: Description}
  - {key: evidence, title: Evidence}
  - {key: reflection, title: Reflection}
  - {key: impact, title: Impact, required: no}
principles:
  - {code: P1, title: Be kind, source: book}
  - {code: P2, title: Be curious}
nodes:
  - {code: context, kind: statement, title: Context}
  - code: 1
    kind: group
    title: Light
    nodes:
      - {code: 1a, kind: section, title: Making light, short: Making, guidance: How you make it.}
      - {code: 1b, kind: section, title: Sharing light}
  - {code: 2, kind: section, title: Own light, must refer to principles: yes, components: [description, reflection]}
  - {code: plans, kind: plan, title: Plans, words: {least: 200, most: 500}}
  - {code: declaration, kind: declaration, title: Declaration}
"""

SCHEME = """\
kind: scheme
key: lantern
version: 2024-01
title: Lantern award
short title: Lantern
published: 2024-01-15
framework: {key: lantern, version: 1}
awarding partners:
  - {key: guild, name: Guild of Lanterns, short: Guild, country: GB}
sources:
  book: {title: The lantern book}
pathways:
  - key: small
    title: Small lantern
    post-nominals: SL
    sections:
      - context
      - 1a
      - 1b
      - {code: 2, repeats: yes, most: 3, called: Own light}
      - plans
      - declaration
    requires:
      all:
        - context
        - one of: [1a, 1b]
        - {at least: 2, of: 2}
        - plans
        - declaration
    assessed by: [small, great]
  - key: great
    title: Great lantern
    sections: unset
    requires: unset
    assessed by: [great]
    rules:
      assessors: 3
upgrades:
  - {from: small, to: great, keeps: [context, 1a], adds: unset}
scale:
  - {key: bright, title: Bright, met: yes}
  - {key: dim, title: Dim, met: no}
rules:
  membership: {of: [guild], candidates: no, holders: yes}
  registration validity: 2 years
  registration extension: none
  mentors: none
  submission: rolling
  evidence: [Show it.]
  referees: none
  nominated assessor: yes
  assessors: {value: 2, source: book, note: As ever.}
  lead after: 3
  may not assess: [self, mentor]
  time to outcome: 3 months
  decision: {areas: every, at: [bright]}
  split decision: unset
  attempts:
    - outcomes: {pass: Lit, referral: Flickering}
    - outcomes: {pass: Lit, fail: Out}
  referral deadline: {value: unset, note: Ask the guild.}
  appeals: unset
  award validity: 3 years
  renewal: {asks: [A new wick.], lapse: It goes out.}
  unlisted holders: yes
fees:
  - {key: oil, title: Oil, who: Candidates, amount: unset, currency: GBP, when: once}
  - {key: wick, title: Wick, who: Holders, amount: 12.50, currency: GBP, when: each year}
declaration:
  - {key: own-work, text: This is my own light.}
"""


def bent(text: str, *changes: tuple[str, str]) -> bytes:
    """The text with each change made; a change that finds nothing to change is the test's own mistake."""
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"{old!r} is not in the sample")
        text = text.replace(old, new, 1)
    return text.encode()


def framework(*changes: tuple[str, str]) -> FrameworkDocument:
    return framework_text(bent(FRAMEWORK, *changes), file="lantern-1.yaml")


def checked(*changes: tuple[str, str], over: FrameworkDocument | None = None) -> CheckedScheme:
    return scheme_text(bent(SCHEME, *changes), file="lantern.yaml", framework=over or framework())


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)
