from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.renderers import get_default_renderer

from collegium.design.forms import Day, DayAndTime, Renderer
from collegium.design.gallery import SampleForm


class Everything(forms.Form):
    line = forms.CharField(help_text="Short.")
    secret = forms.CharField(widget=forms.PasswordInput)
    hidden = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(widget=forms.Textarea, required=False)
    number = forms.IntegerField(required=False)
    one = forms.ChoiceField(choices=[("a", "A"), ("Group", [("b", "B")])])
    many = forms.MultipleChoiceField(choices=[("a", "A")], required=False)
    radio = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    boxes = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.CheckboxSelectMultiple)
    yes = forms.BooleanField(required=False)
    maybe = forms.NullBooleanField(required=False)
    day = forms.DateField(widget=Day)
    moment = forms.DateTimeField(widget=DayAndTime)
    split = forms.SplitDateTimeField()
    selected = forms.DateField(widget=forms.SelectDateWidget(years=[2026]))
    file = forms.FileField(required=False)
    files_hidden = forms.MultipleChoiceField(choices=[("a", "A")], widget=forms.MultipleHiddenInput)


def test_ours_is_the_renderer():
    assert isinstance(get_default_renderer(), Renderer)


def test_every_widget_of_django_renders():
    html = str(Everything(initial={"day": "2026-03-10", "files_hidden": ["a"]}))
    for piece in (
        '<input type="text" name="line"',
        '<input type="password" name="secret"',
        '<input type="hidden" name="hidden"',
        '<textarea name="text"',
        '<optgroup label="Group"><option value="b">B</option></optgroup>',
        '<select name="many" id="id_many" multiple',
        '<input type="radio" name="radio" value="a"',
        '<input type="checkbox" name="boxes" value="a"',
        '<input type="checkbox" name="yes"',
        '<input type="date" name="day" value="2026-03-10"',
        '<input type="datetime-local" name="moment"',
        'name="split_0"',
        'name="selected_year"',
        '<input type="file" name="file"',
        '<input type="hidden" name="files_hidden" value="a"',
    ):
        assert piece in html, piece


def test_help_and_errors_are_tied_to_the_field(jinja):
    form = SampleForm({"title": ""})
    html = jinja("{{ ui.field(form['title']) }}", form=form)
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<label class="field__label" for="id_title">Title</label>' in html


def test_help_that_the_page_adds_is_tied_too(jinja):
    html = jinja("{{ ui.field(form['story'], help='One paragraph.') }}", form=SampleForm())
    assert 'aria-describedby="id_story_helptext"' in html


def test_a_group_of_choices_has_its_question_as_legend(jinja):
    html = jinja("{{ ui.field(form['audience']) }}", form=SampleForm())
    assert '<legend class="field__label">Who can see it</legend>' in html
    assert "<label" in html


def test_what_is_optional_says_so_and_what_is_required_does_not(jinja):
    assert "optional" in jinja("{{ ui.field(form['story']) }}", form=SampleForm())
    assert "optional" not in jinja("{{ ui.field(form['title']) }}", form=SampleForm())


def test_the_summary_names_each_field_once_and_links_to_it(jinja):
    form = SampleForm({"title": "", "kind": "document", "audience": "public"})
    html = jinja("{{ ui.error_summary(form) }}", form=form)
    assert '<a href="#id_title">Title</a>: This field is required.' in html
    assert "One thing needs another look" in html
    assert "What you typed is still here." in html


def test_a_form_with_a_file_is_sent_as_one(jinja):
    source = "{% call ui.form(csrf_input, of=form, submit='Keep') %}{% endcall %}"
    assert 'enctype="multipart/form-data"' in jinja(source, form=SampleForm(), csrf_input="")


def test_a_file_that_is_there_can_be_taken_away():
    class Kept(forms.Form):
        photo = forms.FileField(required=False)

    there = SimpleUploadedFile("face.png", b"png")
    there.url = "/media/face.png"
    html = str(Kept(initial={"photo": there})["photo"])
    assert '<a href="/media/face.png">face.png</a>' in html
    assert 'name="photo-clear"' in html


def test_what_was_typed_comes_back_unharmed():
    html = str(Everything({"line": '"><script>', "text": "</textarea><script>"}))
    assert "<script>" not in html
