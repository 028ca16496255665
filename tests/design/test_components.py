"""Components are strict, documented where they stand, and safe."""

import re
from pathlib import Path

import jinja2
import pytest
from django.template import engines

from collegium.design import gallery, icons

FRAME = Path(gallery.TEMPLATES)
APPS = FRAME.parents[2]


def templates() -> list[Path]:
    return sorted(APPS.glob("*/templates/**/*.jinja"))


@pytest.mark.parametrize("name", sorted(gallery.macros()))
def test_an_unknown_parameter_is_an_error(name, jinja):
    # One that needs what it wraps is given it first, so that it is the parameter that fails.
    source = f"{{% call ui.{name}(surprise=1) %}}{{% endcall %}}"
    with pytest.raises(TypeError, match=r"surprise|caller"):
        jinja(source)
    with pytest.raises(TypeError, match="surprise"):
        jinja(f"{{{{ ui.{name}(surprise=1) }}}}")


def test_an_unknown_component_is_an_error(jinja):
    with pytest.raises(jinja2.UndefinedError):
        jinja("{{ ui.carousel() }}")


def test_a_forgotten_parameter_is_an_error(jinja):
    with pytest.raises(jinja2.UndefinedError):
        jinja("{{ ui.link_button('Go') }}")


def test_the_gallery_shows_every_macro():
    shown = {
        name for chapter in gallery.chapters() for specimen in chapter.specimens for name in specimen.macros
    }
    used = {
        name
        for chapter in gallery.chapters()
        for specimen in chapter.specimens
        for name in re.findall(r"\bui\.(\w+)\(", specimen.source)
    }
    assert shown == set(gallery.macros())
    # `toasts` stands once on every page, so a specimen of it would be a second.
    assert used == shown - {"toasts"}


def test_the_list_at_the_head_is_true():
    """Every macro with its parameters, as the people who write pages read them."""
    text = (FRAME / "components.jinja").read_text()
    head, _, _rest = text.partition("-#}")
    declared = {f"{name}({parameters})" for name, parameters in gallery.macros().items()}
    assert {each for each in declared if each not in head} == set()


def test_what_people_write_is_inert(jinja):
    evil = '"><script>alert(1)</script>'
    for source in (
        "{{ ui.person(evil, href=evil, role=evil) }}",
        "{{ ui.row(evil, href=evil, meta=evil) }}",
        "{% call ui.card(title=evil, href=evil) %}{{ evil }}{% endcall %}",
        "{{ ui.evidence_card(evil, evil, 'image', evil, thumbnail=evil, thumbnail_alt=evil) }}",
        "{{ ui.table(evil, [evil], [[evil]]) }}",
        "{{ ui.button(evil, attrs={'data-x': evil}) }}",
        "{{ icon('lock', label=evil) }}",
        "{{ _('You: %(name)s', name=evil) }}",
    ):
        html = jinja(source, evil=evil)
        assert "<script" not in html, source
        assert evil not in html, source


def test_attributes_that_the_content_policy_blocks_are_refused(jinja):
    for name in ("onclick", "style"):
        with pytest.raises(ValueError, match=name):
            jinja("{{ ui.button('Go', attrs=attrs) }}", attrs={name: "x"})


def test_htmx_attributes_pass(jinja):
    html = jinja("{{ ui.button('Go', attrs={'hx-get': '/a?b=1&c=2', 'hidden': True, 'data-no': None}) }}")
    assert 'hx-get="/a?b=1&amp;c=2" hidden>' in html


def is_letter(path: Path) -> bool:
    """A letter has no content policy, and mail programs know no style sheets."""
    return "email" in path.parts or "letters" in path.parts or path.name == "letter.jinja"


@pytest.mark.parametrize(
    "path",
    [path for path in templates() if not is_letter(path)],
    ids=lambda path: str(path.relative_to(APPS)),
)
def test_templates_keep_to_the_content_policy(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"<[^>{]*\sstyle=", text) == []
    assert re.findall(r"<[^>{]*\son[a-z]+=", text) == []
    for script in re.findall(r"<script\b[^>]*>", text):
        assert "src=" in script or "nonce=" in script or "application/json" in script, script


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(APPS)))
def test_templates_name_only_what_there_is(path):
    """Components and icons named in a template exist, so that no page finds out too late."""
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    used = set(re.findall(r"\bui\.(\w+)\(", text))
    assert used - set(gallery.macros()) == set()
    drawn = set(re.findall(r"""\b(?:icon|glyph)\(["']([\w-]+)["']""", text)) | set(
        re.findall(r"""\bicon=["']([\w-]+)["']""", text)
    )
    assert drawn - set(icons.names()) == set()


def test_templates_compile():
    environment = engines["jinja"].env
    for path in templates():
        name = str(path).split("/templates/", 1)[1]
        environment.get_template(name)


def test_an_icon_with_a_label_is_read_and_one_without_is_passed_over(jinja):
    assert 'aria-hidden="true"' in jinja("{{ icon('lock') }}")
    assert 'role="img" aria-label="Private"' in jinja("{{ icon('lock', label='Private') }}")


def test_an_unknown_icon_is_an_error(jinja):
    with pytest.raises(LookupError, match="unicorn"):
        jinja("{{ icon('unicorn') }}")


def test_icons_keep_their_licence():
    assert "ISC License" in (icons.FOLDER / "LICENSE").read_text()


@pytest.mark.parametrize(
    ("words", "state"), [(10, "under"), (200, "within"), (500, "within"), (501, "over")], ids=str
)
def test_words_against_their_bounds(jinja, words, state):
    assert f"wordcount--{state}" in jinja("{{ ui.wordcount(words, low=200, high=500) }}", words=words)


def test_a_spine_says_in_words_what_its_fill_shows(jinja):
    html = jinja("{{ ui.spine('1a', 'Constraints', state='started', fill=33) }}")
    assert 'data-fill="35"' in html
    assert "33% there" in html
    assert 'data-fill="100"' in jinja("{{ ui.spine('1a', 'Constraints', state='ready') }}")


def test_table_cells_know_their_column(jinja):
    """On a narrow screen the table is a list, and each value needs its name."""
    html = jinja("{{ ui.table('People', ['Name', {'title': 'Words', 'number': True}], [['Ada', 3]]) }}")
    assert '<th role="rowheader" scope="row" data-label="Name">Ada</th>' in html
    assert '<td role="cell" class="number" data-label="Words">3</td>' in html


def test_the_same_reader_has_the_same_tint(jinja):
    assert jinja("{{ ui.avatar('Ada Okafor') }}") == jinja("{{ ui.avatar('Ada Okafor') }}")
