"""Questions that get people writing, in our own words: for a section where we have some, else for what it is made of.

They are kept with a meeting as they stand here, so that a mentor can change them, and are shown in the reader's language
where nobody has changed them. Keys are those of the framework's own file: a framework that is not named here gets the
general ones, so nothing in the code knows a scheme.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext, gettext_noop

# By framework, then by the code of a node. A code of a group speaks for what stands under it.
OF_NODES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cmalt": {
        "context": (
            gettext_noop(
                "If a colleague from another country read this, what would they need to know about your place to follow the rest?"
            ),
            gettext_noop(
                "Which turn in your working life brought you to technology for learning, and who or what was behind it?"
            ),
            gettext_noop("Why do you apply now, and not two years ago or in two years?"),
        ),
        "1a": (
            gettext_noop("Think of a time when you decided against a technology. What tipped the scales?"),
            gettext_noop(
                "Whose time, money or access did your choice cost, and how do you know that it was worth it?"
            ),
            gettext_noop("Which limit did you only notice once people used it, and what did you do then?"),
        ),
        "1b": (
            gettext_noop(
                "What can you do today that you could not do three years ago? Which problem made you learn it?"
            ),
            gettext_noop("Where do you go when you are stuck, and when did that last help?"),
            gettext_noop("What could you show, rather than say, so that a stranger sees that you can do it?"),
        ),
        "1c": (
            gettext_noop("Who can now do without you what they came to you for at first?"),
            gettext_noop(
                "What went wrong on the first day of something you introduced, and what did you change for the second?"
            ),
            gettext_noop("How did you find out whether people went on using it after the training was over?"),
        ),
        "2a": (
            gettext_noop(
                "Which idea about how people learn do you believe in so much that it shows in what you make?"
            ),
            gettext_noop(
                "Choose one activity or assessment: why is it in this order, this long, with this kind of feedback?"
            ),
            gettext_noop(
                "When did learners do something other than you had planned for, and what did that teach you?"
            ),
        ),
        "2b": (
            gettext_noop(
                "Describe one learner, or one colleague whom you support, whose needs surprised you."
            ),
            gettext_noop(
                "What did you ask or look up about them before you began? What did you only learn by watching?"
            ),
            gettext_noop("Name one thing that you would have built differently had you not known them."),
        ),
        "3a": (
            gettext_noop(
                "Which law made you do something more, or something else, last year? Tell of that one thing."
            ),
            gettext_noop("Skip what the law says: who is better off because you took it seriously?"),
            gettext_noop("Where did the law leave a judgement to you, and how did you decide?"),
        ),
        "3b": (
            gettext_noop(
                "Which policy or standard did you have to translate into something that people can actually do?"
            ),
            gettext_noop(
                "Where did a policy and good practice pull in different directions, and what did you do?"
            ),
            gettext_noop(
                "Have you ever helped to write one, or to change one? What did you bring from your practice?"
            ),
        ),
        "4": (
            gettext_noop("Whose language did you have to learn in order to work with them?"),
            gettext_noop(
                "Why did you choose that way of communicating for these people, and how do you know that it reached them?"
            ),
            gettext_noop("What did you do yourself within the team? Try the sentence with “I”."),
        ),
        "5": (
            gettext_noop("What do people ask you, of all people, about?"),
            gettext_noop(
                "What is left on your list of examples that fits nowhere else? What do those have in common?"
            ),
            gettext_noop(
                "Which of the principles does it speak to most, and in which sentence can a reader see that?"
            ),
        ),
        "6": (
            gettext_noop("What changed for people whom you have never met, because of your work?"),
            gettext_noop("When did you lead without being in charge?"),
            gettext_noop(
                "What did it cost to change that, whom did you have to win over, and what would you do sooner today?"
            ),
        ),
        "plans": (
            gettext_noop(
                "In three years somebody reads this with you. What do you want to be able to tell them?"
            ),
            gettext_noop("Which gap did writing this portfolio show you that you want to fill?"),
            gettext_noop("What is the first step, and when is it?"),
        ),
    },
    "psf": {
        "context": (
            gettext_noop("Whom do you teach or support, in what setting, and what in it is up to you?"),
            gettext_noop(
                "What must a reader from another discipline know so that your choices make sense to them?"
            ),
        ),
        "account": (
            gettext_noop(
                "Choose one piece of practice in which something was at stake. What did you do, and what made you do it that way?"
            ),
            gettext_noop("What happened for learners, and how do you know?"),
            gettext_noop("Which dimensions does it truly show? Take away those that are only mentioned."),
        ),
        "V": (gettext_noop("In which of your choices can a stranger see what you value?"),),
        "V1": (
            gettext_noop("When did knowing who your learners are make you change what you had always done?"),
        ),
        "V2": (gettext_noop("Who would have been left out, and what did you do so that they were not?"),),
        "V3": (
            gettext_noop(
                "What did you read, measure or ask before you chose, and what did it make you choose?"
            ),
        ),
        "V4": (gettext_noop("What changed around you, and what did you give up or begin because of it?"),),
        "V5": (
            gettext_noop("With whom is your practice better than alone, and what did each of you bring?"),
        ),
        "K": (gettext_noop("Leave out what you know; tell what you did because you know it."),),
        "K1": (gettext_noop("What is hard to learn in your subject, and what do you do about just that?"),),
        "K2": (gettext_noop("Why this approach, for these learners at this level, and not the usual one?"),),
        "K3": (
            gettext_noop(
                "What did an evaluation tell you that you did not want to hear? What followed from it?"
            ),
        ),
        "K4": (
            gettext_noop(
                "Which resource or technology did you choose or refuse, and what did that open to learners?"
            ),
        ),
        "K5": (
            gettext_noop(
                "Where did a requirement of quality make your teaching better, and where did you have to make it so?"
            ),
        ),
        "A": (gettext_noop("Which of these do you do on an ordinary Tuesday? Begin with that one."),),
        "A1": (gettext_noop("Lay a plan of yours beside what happened: where do they part, and why?"),),
        "A2": (gettext_noop("Describe ten minutes with learners so that a reader can see them."),),
        "A3": (gettext_noop("What can learners do with your feedback that they could not do without it?"),),
        "A4": (
            gettext_noop(
                "Whom did you guide through something difficult, and how did you know when to step back?"
            ),
        ),
        "A5": (
            gettext_noop("What have you learned about teaching this year, and where can learners notice it?"),
        ),
    },
}

# What a section is made of, for frameworks and sections that have no questions of their own.
OF_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "description": (
        gettext_noop("What did you do, with whom, when and why? Five sentences that begin with “I”."),
        gettext_noop("Which one or two examples carry this section? Leave the list of all the others out."),
    ),
    "evidence": (
        gettext_noop("What could you lay on the table so that nobody has to take your word for it?"),
    ),
    "reflection": (
        gettext_noop("What would you do otherwise today, and what has taught you that?"),
        gettext_noop("What surprised you?"),
    ),
    "impact": (gettext_noop("For whom is something different now, and who else says so?"),),
    "text": (gettext_noop("What should a reader know after this page that they did not know before?"),),
}

# By the kind of meeting.
OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "kick_off": (
        gettext_noop(
            "Lay out the headings and put one or two titles of examples under each. Where is it empty, and where is it crowded?"
        ),
        gettext_noop("Which section would be easiest to begin with? Begin with that one."),
        gettext_noop("What has kept you from writing so far, and what would help?"),
    ),
    "showcase": (
        gettext_noop(
            "Show us one thing that you are proud of, in five minutes: what it is, why it matters to you, what it changed."
        ),
        gettext_noop(
            "What do the others know now about your specialist area that you would like them to pass on?"
        ),
        gettext_noop("What is still to be done before you submit, and who asks you about it in a month?"),
    ),
}

AGENDAS: Mapping[str, tuple[str, ...]] = {
    "kick_off": (
        gettext_noop("Who we are, and what each of us wants to have at the end"),
        gettext_noop("What the scheme asks for, section by section, and which questions that raises"),
        gettext_noop("Gap board: titles of examples under each section, what is crowded, what is empty"),
        gettext_noop("How we read each other: who reads whom, by when, and what stays among us"),
        gettext_noop("A first paragraph, written here and now"),
    ),
    "meeting": (
        gettext_noop("How it went since we last met, one sentence each"),
        gettext_noop("What the section asks for, and what practice shows it best"),
        gettext_noop(
            "In pairs: what you read in each other’s draft, what is clear, what you want to know more about"
        ),
        gettext_noop("In the group: one passage each, read aloud"),
        gettext_noop("Gaps: what is missing, and where it could come from"),
        gettext_noop("The next section, and who reads whom"),
    ),
    "showcase": (
        gettext_noop("Specialist areas: five minutes each, and questions"),
        gettext_noop("Where each portfolio stands, and what is still to be done"),
        gettext_noop("Who submits when, and who asks whom how it goes"),
        gettext_noop("Looking back: what helped, what we would do otherwise"),
        gettext_noop("How we stay in touch"),
    ),
}


def of_kind(kind: str) -> tuple[str, ...]:
    return OF_KINDS.get(kind, ())


def agenda(kind: str) -> tuple[str, ...]:
    return AGENDAS.get(kind, AGENDAS["meeting"])


def of_sections(
    framework: str, codes: Iterable[str], components: Sequence[str], *, most: int = 8
) -> list[str]:
    """For the sections or dimensions of one meeting: their own, else the general ones for their components.

    Where several come together each gets its first questions before any gets a second.
    """
    own = OF_NODES.get(framework, {})
    heaps = [own[code] for code in codes if code in own]
    if not heaps:
        heaps = [OF_COMPONENTS[key] for key in components if key in OF_COMPONENTS] or [OF_COMPONENTS["text"]]
    found: list[str] = []
    for turn in range(max(len(heap) for heap in heaps)):
        found += [heap[turn] for heap in heaps if turn < len(heap)]
    return list(dict.fromkeys(found))[:most]


def shown(line: str) -> str:
    """In the reader's language if it is one of ours, as it was written otherwise."""
    return gettext(line) if line.strip() else ""


def every_line() -> list[str]:
    heaps = [heap for of_framework in OF_NODES.values() for heap in of_framework.values()]
    heaps += [*OF_COMPONENTS.values(), *OF_KINDS.values(), *AGENDAS.values()]
    return [line for heap in heaps for line in heap]
