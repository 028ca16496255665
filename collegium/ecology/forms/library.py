"""What is typed about resources and reading lists."""

import re
from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collegium.ecology.csl import shape
from collegium.ecology.csl.shape import Csl, Reference, Unfit
from collegium.ecology.csl.wires import READERS, format_of
from collegium.ecology.models import Ecology, Resource
from collegium.ecology.queries.library import Offered
from collegium.foundation.fulltext import LONGEST_QUERY
from collegium.schemes.models import Node

MOST_BYTES = 5_000_000
FILE_MOST_BYTES = 100_000_000
_BETWEEN_TAGS = re.compile(r"[,;\n]+")
LICENCES = (
    ("", gettext_lazy("Not known")),
    ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    ("https://creativecommons.org/licenses/by-sa/4.0/", "CC BY-SA 4.0"),
    ("https://creativecommons.org/licenses/by-nc/4.0/", "CC BY-NC 4.0"),
    ("https://creativecommons.org/licenses/by-nc-sa/4.0/", "CC BY-NC-SA 4.0"),
    ("https://creativecommons.org/licenses/by-nd/4.0/", "CC BY-ND 4.0"),
    ("https://creativecommons.org/licenses/by-nc-nd/4.0/", "CC BY-NC-ND 4.0"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
    ("https://creativecommons.org/publicdomain/mark/1.0/", gettext_lazy("Public domain")),
)
# Field of the form -> variable of CSL, for those that are plain texts.
_TEXTS = {
    "title": "title",
    "container": "container-title",
    "volume": "volume",
    "issue": "issue",
    "page": "page",
    "publisher": "publisher",
    "place": "publisher-place",
    "edition": "edition",
    "doi": "DOI",
    "url": "URL",
    "language": "language",
    "abstract": "abstract",
}


class AddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("Address or DOI"),
        max_length=2000,
        help_text=gettext_lazy(
            "Of an article, a page, a video, a post. What is known of it is filled in for you."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}),
    )


class ResourceForm(forms.Form):
    """A description in the words that people use; ``csl()`` is what it comes to, over what was known before."""

    type = forms.ChoiceField(label=gettext_lazy("What it is"), choices=())
    title = forms.CharField(label=gettext_lazy("Title"), max_length=1000)
    people = forms.CharField(
        label=gettext_lazy("By whom"),
        required=False,
        max_length=20_000,
        help_text=gettext_lazy("One name a line: “Salmon, Gilly”. A body as it is called."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    issued = forms.CharField(
        label=gettext_lazy("When"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("2019, 2019-05 or 2019-05-14."),
    )
    container = forms.CharField(
        label=gettext_lazy("In"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("The journal, book or site that it appeared in."),
    )
    volume = forms.CharField(label=gettext_lazy("Volume"), required=False, max_length=60)
    issue = forms.CharField(label=gettext_lazy("Issue"), required=False, max_length=60)
    page = forms.CharField(label=gettext_lazy("Pages"), required=False, max_length=60)
    publisher = forms.CharField(label=gettext_lazy("Publisher"), required=False, max_length=300)
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=200)
    edition = forms.CharField(label=gettext_lazy("Edition"), required=False, max_length=60)
    doi = forms.CharField(label=gettext_lazy("DOI"), required=False, max_length=300)
    url = forms.URLField(
        label=gettext_lazy("Address"), required=False, max_length=2000, assume_scheme="https"
    )
    language = forms.CharField(
        label=gettext_lazy("Language"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("As a short code: en, de, pt-BR."),
    )
    abstract = forms.CharField(
        label=gettext_lazy("Abstract"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    licence_url = forms.ChoiceField(label=gettext_lazy("Licence"), required=False, choices=LICENCES)
    rights = forms.CharField(
        label=gettext_lazy("Or in your words: who may use it, and how"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("“I wrote it; use it in your teaching.” A file needs this, or a licence."),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("With commas between."),
    )
    upload = forms.FileField(label=gettext_lazy("File"), required=False)
    why = forms.CharField(
        label=gettext_lazy("Why do you recommend it?"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, known: Csl | None = None, is_new: bool = True, **kwargs: Any) -> None:
        if known is not None:
            kwargs["initial"] = _filled(known) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.known = known or {}
        kinds = sorted(((key, str(title)) for key, title in shape.TYPES.items()), key=lambda pair: pair[1])
        self.fields["type"].choices = kinds  # type: ignore[attr-defined]  # a ChoiceField
        given = self.initial.get("licence_url", "")
        if given and given not in dict(LICENCES):
            self.fields["licence_url"].choices = [*LICENCES, (given, given)]  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["upload"], self.fields["why"]

    def clean_doi(self) -> str:
        typed = self.cleaned_data["doi"].strip()
        doi = shape.doi(typed)
        if typed and not doi:
            raise forms.ValidationError(_("A DOI begins with 10., as in 10.1000/182."))
        return doi

    def clean_tags(self) -> list[str]:
        return _tags(self.cleaned_data["tags"])

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("upload") and not said.get("licence_url") and not said.get("rights", "").strip():
            self.add_error(
                "rights", _("Say under which licence the file is, or in your words who may use it.")
            )
        return said

    def csl(self) -> Csl:
        said = self.cleaned_data
        csl = {**self.known, "type": said["type"]}
        csl |= {theirs: said[ours] for ours, theirs in _TEXTS.items()}
        role = next((each for each in ("author", "editor") if self.known.get(each)), "author")
        # A name that stands as it stood keeps what the form has no field for, such as its particle.
        before = {shape.written(each): each for each in self.known.get(role, [])}
        names = [line.strip() for line in said["people"].splitlines() if line.strip()]
        csl[role] = [before.get(each) or shape.name(each) for each in names]
        if said["issued"].strip() != shape.iso(self.known.get("issued")):
            csl["issued"] = shape.date(said["issued"])
        return shape.cleaned(csl)


def _tags(typed: str) -> list[str]:
    return [each.strip() for each in _BETWEEN_TAGS.split(typed) if each.strip()]


def _filled(csl: Csl) -> dict[str, Any]:
    filled = {ours: csl.get(theirs, "") for ours, theirs in _TEXTS.items()}
    people = csl.get("author") or csl.get("editor") or []
    return filled | {
        "type": csl.get("type", "webpage"),
        "people": "\n".join(shape.written(each) for each in people),
        "issued": shape.iso(csl.get("issued")),
    }


class EcologyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A library by whose it is, and who may read what stands in it."""

    def label_from_instance(self, obj: Ecology) -> str:
        return _("%(title)s, read by: %(audience)s") % {
            "title": obj.title,
            "audience": obj.members.name if obj.audience == "circle" else obj.get_audience_display(),
        }


class WhereForm(forms.Form):
    """Into which of the libraries that somebody may keep things in. With a single one nothing is asked."""

    ecology = EcologyField(
        label=gettext_lazy("Library"),
        queryset=Ecology.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a library.")},
    )

    def __init__(self, *args: Any, among: "QuerySet[Ecology]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("EcologyField", self.fields["ecology"]).queryset = among


class KeepForm(WhereForm):
    """An item of the river into a library: what is known of it is not asked for."""

    why = forms.CharField(
        label=gettext_lazy("Why do you recommend it?"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("With commas between."),
    )
    licence_url = forms.ChoiceField(label=gettext_lazy("Licence"), required=False, choices=LICENCES)
    nodes = forms.MultipleChoiceField(
        label=gettext_lazy("What it helps with"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, criteria: Sequence[Node], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = {str(node.pk): node for node in criteria}
        if self.criteria:
            grouped: dict[str, list[tuple[str, str]]] = {}
            for key, node in self.criteria.items():
                grouped.setdefault(node.framework.title, []).append((key, str(node)))
            choices = list(grouped.items()) if len(grouped) > 1 else next(iter(grouped.values()))
            self.fields["nodes"].choices = choices  # type: ignore[attr-defined]  # a MultipleChoiceField
        else:
            del self.fields["nodes"]
        given = self.initial.get("licence_url", "")
        if given and given not in dict(LICENCES):
            self.fields["licence_url"].choices = [*LICENCES, (given, given)]  # type: ignore[attr-defined]

    def clean_tags(self) -> list[str]:
        return _tags(self.cleaned_data["tags"])

    def helps_with(self) -> list[Node]:
        return [self.criteria[key] for key in self.cleaned_data.get("nodes", [])]


class LinkForm(WhereForm):
    """Which of the links of a post, or its thread: "thread"."""

    address = forms.ChoiceField(
        label=gettext_lazy("What do you want to keep?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you want to keep.")},
    )

    def __init__(self, *args: Any, links: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].choices = links  # type: ignore[attr-defined]  # a ChoiceField


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why do you recommend it?"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BringForm(forms.Form):
    upload = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("BibTeX, RIS, CSL-JSON or Zotero RDF. Which it is, is found out."),
    )
    name = ""  # of the file that was sent

    def clean_upload(self) -> list[Reference]:
        upload = self.cleaned_data["upload"]
        self.name = upload.name or ""
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large: 5 MB at most. Bring it in parts."))
        try:
            text = upload.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            upload.seek(0)
            text = upload.read().decode("cp1252", errors="replace")  # what older programs write
        try:
            return READERS[format_of(text)](text)
        except Unfit as fault:
            raise forms.ValidationError(str(fault)) from fault


class NodeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Node) -> str:
        return f"{obj.framework.title}: {obj}"


class ListForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    words = forms.CharField(
        label=gettext_lazy("A word before it"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    node = NodeField(
        label=gettext_lazy("For the section"),
        queryset=Node.objects.none(),
        required=False,
        empty_label=gettext_lazy("None in particular"),
    )

    def __init__(self, *args: Any, nodes: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if nodes is not None:
            cast("NodeField", self.fields["node"]).queryset = nodes


class EntryForm(forms.Form):
    resource = forms.ModelChoiceField(
        label=gettext_lazy("From the library"),
        queryset=Resource.objects.none(),
        empty_label=gettext_lazy("Choose…"),
    )
    is_core = forms.BooleanField(label=gettext_lazy("To be read by all"), required=False)
    # Enter in it begins a line, and does not send the form to look for something else.
    words = forms.CharField(
        label=gettext_lazy("Why, or which part"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, ecology: Ecology, offered: Offered | None = None, **kwargs: Any) -> None:
        """All that the library keeps is allowed, whatever is offered to choose from."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["resource"]
        field.queryset = ecology.resources.filter(removed_at__isnull=True)
        if offered is not None:
            field.choices = [
                ("", field.empty_label),
                *((each.pk, each.title[:90]) for each in offered.resources),
            ]

    def clean_words(self) -> str:
        return " ".join(self.cleaned_data["words"].split())


def looked_for(given: Any) -> str:
    """The words by which something is found for a list."""
    return str(given.get("find", "")).replace("\x00", "").strip()[:LONGEST_QUERY]
