from io import StringIO

import pytest
from babel.messages import checkers
from django.core.management import CommandError, call_command
from django.utils import translation
from django.utils.translation import trans_real

from collegium.design import catalogs


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A package with one page and one function, and catalogues of its own."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.jinja").write_text(
        '{{ _("Hello %(name)s", name=name) }}{% do x.append(1) %}'
    )
    (tmp_path / "words.py").write_text('ngettext_lazy("one", "many", 2)\n_("Bye")\n')
    monkeypatch.setattr(catalogs, "PACKAGE", tmp_path)
    monkeypatch.setattr(catalogs, "LOCALES", tmp_path / "locale")
    return tmp_path


def test_texts_are_gathered_from_python_and_templates(elsewhere):
    call_command("makemessages", "-l", "de", stdout=StringIO())
    text = catalogs.po_file("de").read_text()
    assert 'msgid "Hello %(name)s"' in text
    assert 'msgid_plural "many"' in text
    assert 'msgid "Bye"' in text


def test_gathering_again_changes_nothing_and_keeps_what_is_translated(elsewhere):
    call_command("makemessages", "-l", "de", stdout=StringIO())
    path = catalogs.po_file("de")
    path.write_text(path.read_text().replace('msgid "Bye"\nmsgstr ""', 'msgid "Bye"\nmsgstr "Tschüss"'))
    call_command("makemessages", stdout=StringIO())
    before = path.read_bytes()
    call_command("makemessages", stdout=StringIO())
    assert path.read_bytes() == before
    assert "Tschüss" in before.decode()


def test_the_check_says_what_is_behind(elsewhere):
    call_command("makemessages", "-l", "de", stdout=StringIO())
    call_command("makemessages", "--check")
    (elsewhere / "words.py").write_text('_("Something new")\n')
    with pytest.raises(CommandError, match="Something new"):
        call_command("makemessages", "--check")


def test_a_template_that_cannot_be_read_is_an_error(elsewhere):
    (elsewhere / "templates" / "broken.jinja").write_text("{% if %}")
    with pytest.raises(Exception, match="Expected an expression"):
        call_command("makemessages", "-l", "de", stdout=StringIO())


def test_compiled_catalogues_count_what_is_translated(elsewhere):
    call_command("makemessages", "-l", "de", stdout=StringIO())
    path = catalogs.po_file("de")
    path.write_text(path.read_text().replace('msgid "Bye"\nmsgstr ""', 'msgid "Bye"\nmsgstr "Tschüss"'))
    told = StringIO()
    call_command("compilemessages", stdout=told)
    assert told.getvalue() == "de: 1 texts\n"
    assert path.with_suffix(".mo").is_file()


def test_every_text_of_the_frame_is_translated(monkeypatch):
    monkeypatch.setattr(catalogs, "PACKAGE", catalogs.PACKAGE / "design")
    german = catalogs.read("de")
    untranslated = [
        message.id
        for message in catalogs.gather()
        if message.id and not catalogs.is_translated(german.get(message.id, message.context))
    ]
    assert untranslated == []


@pytest.mark.parametrize("language", catalogs.languages())
def test_translations_keep_the_places_for_names_and_numbers(language):
    catalog = catalogs.read(language)
    for message in catalog:
        if message.id and message.string and message.python_format:
            checkers.num_plurals(catalog, message)
            checkers.python_format(catalog, message)


def test_the_frame_speaks_german(jinja):
    list(catalogs.compile_all())
    trans_real._translations.pop("de", None)
    with translation.override("de"):
        assert "Reflexion" in jinja("{{ ui.component_mark('reflection') }}")
    assert "Reflection" in jinja("{{ ui.component_mark('reflection') }}")
