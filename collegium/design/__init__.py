"""The page: its frame, its components, its tokens, and nothing of the field.

A page is `{% extends "design/page.jinja" %}` and puts itself together from the macros of
`design/components.jinja`, which every template and every htmx fragment knows as `ui`:

    {{ ui.button(_("Save"), kind="primary") }}
    {% call ui.card(title=evidence.title, href=evidence.get_absolute_url()) %}…{% endcall %}

Macros take named parameters only as they are declared: a parameter that does not exist is an error.
All of them stand in every state at `/design/`, and are listed at the head of `components.jinja`.

What a higher app adds to a lower page goes through `places`: panels, items of the bar, the reader's name.
Other rooms know the field; this one leaves it to them.
"""
