"""Who edits a newsletter: of the whole house, named and released here; of a community or course, those who look after it."""

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collegium.design.shortcuts import render
from collegium.foundation.refusal import require
from collegium.newsletters import actions, queries, rules
from collegium.newsletters.forms import WhoForm
from collegium.newsletters.models import Newsletter
from collegium.newsletters.views.loading import desk_frame, load, trying
from collegium.people.models import Person
from collegium.people.queries import faces
from collegium.people.requests import SignedInRequest, signed_in

_DIGITS = 18


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def manage_editors(request: SignedInRequest, slug: str) -> HttpResponseBase:
    """POST ``do``: find somebody by ``who``, add or remove a ``person``."""
    newsletter = load(request.person, slug)
    edits = rules.may_edit(request.person, newsletter)
    may_name = rules.may_name_editors(request.person, newsletter)
    require(allowed=edits or may_name, because=_("Only its editors look after this newsletter."))
    form, found = WhoForm(), []
    if request.method == "POST":
        require(allowed=may_name, because=_("Its editors are those who look after what it draws from."))
        do = request.POST.get("do")
        if do in {"add", "remove"}:
            return _change(request, newsletter, do)
        form = WhoForm(request.POST)
        if form.is_valid():
            found = queries.who_could_edit(newsletter, form.cleaned_data["who"], request.person)
            if not found:
                form.add_error(
                    "who", _("Nobody else whom you can see here is called so, or uses this address.")
                )
    editors = queries.all_editors_of(newsletter)
    context = {
        **desk_frame(newsletter, "editors", edits=edits),
        "editors": editors,
        "found": found,
        "faces": faces([*editors, *found], request.person),
        "form": form,
        "may_name": may_name,
    }
    return render(request, "newsletters/editors.jinja", context, status=422 if form.errors else 200)


def _change(request: SignedInRequest, newsletter: Newsletter, do: str) -> HttpResponseBase:
    typed = request.POST.get("person", "")
    key = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _DIGITS else 0
    here = Person.objects.filter(circle_memberships__circle=newsletter.editors_id)
    among = Person.objects.visible_to(request.person) if do == "add" else here
    person = get_object_or_404(among.select_related("account"), pk=key)
    back = reverse("newsletters:editors", args=[newsletter.slug])

    def answer() -> HttpResponseBase:
        if do == "add":
            actions.add_editor(newsletter=newsletter, by=request.person, person=person)
            messages.success(request, _("%(name)s edits it from now on.") % {"name": person.name})
            return redirect(back)
        actions.remove_editor(newsletter=newsletter, by=request.person, person=person)
        if person == request.person and not person.is_site_administrator:
            messages.success(request, _("You do not edit it any more. Thank you for what you did."))
            return redirect(newsletter)
        messages.success(request, _("%(name)s does not edit it any more.") % {"name": person.name})
        return redirect(back)

    return trying(request, answer, back=back)
