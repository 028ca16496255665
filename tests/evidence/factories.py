"""What the shared factories lack: a small framework to align to, and files."""

from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from collegium.evidence import actions
from collegium.evidence.models import Evidence
from collegium.people.models import Person
from collegium.schemes.models import Framework, Node, Principle, Scheme, SchemeVersion
from tests.foundation import samples

_numbers = count(1)


def make_framework(*, title: str = "A framework", current: bool = True) -> Framework:
    """Group 1 with sections 1a and 1b, section 2 with criterion 2.1, a plan, and the principles P1 and P2."""
    number = next(_numbers)
    framework = Framework.objects.create(
        key=f"f{number}", version="1", title=title, document={}, sha256="0" * 64
    )

    def node(code: str, kind: str, position: int, parent: Node | None = None) -> Node:
        return Node.objects.create(
            framework=framework,
            code=code,
            kind=kind,
            position=position,
            parent=parent,
            title=f"Title {code}",
            assessed=True,
        )

    group = node("1", "group", 1)
    node("1a", "section", 2, group)
    node("1b", "section", 3, group)
    section = node("2", "section", 4)
    node("2.1", "criterion", 5, section)
    node("plans", "plan", 6)
    for position, code in enumerate(["P1", "P2"]):
        Principle.objects.create(framework=framework, code=code, title=f"Title {code}", position=position)
    if current:
        scheme = Scheme.objects.create(key=f"s{number}", title=f"Scheme {number}")
        SchemeVersion.objects.create(
            scheme=scheme, framework=framework, version="1", title="Scheme", document={}, sha256="0" * 64
        )
    return framework


def upload(content: bytes = samples.PDF, name: str = "plan.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def make_image(owner: Person, **facts: Any) -> Evidence:
    facts = {"alt_text": "A board", "upload": upload(samples.photo_with_metadata(), "board.jpg")} | facts
    return actions.capture(by=owner, **facts)
