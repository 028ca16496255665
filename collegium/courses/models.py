"""Course, iteration and week; who takes part and how; the project bank; pairs of critical friends; nudges."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collegium.communities.models import Community
from collegium.conversations.models import Forum, Post, Thread
from collegium.ecology.models import Ecology
from collegium.events.models import Occurrence
from collegium.foundation import clock
from collegium.foundation.addresses import address
from collegium.foundation.models import Blob
from collegium.people.models import Audience, Circle, CircleMember, Person
from collegium.schemes.models import Node, Pathway


class Course(models.Model):
    """What goes on while its iterations follow each other."""

    class Shape(models.TextChoices):
        OPEN = "open", _("Open course (cMOOC)")
        GROUP = "group", _("Writing group")

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    shape = models.CharField(max_length=8, choices=Shape, default=Shape.OPEN)
    summary = models.TextField(_("what it is, in a few sentences"))  # plain text
    community = models.ForeignKey(
        Community, null=True, blank=True, on_delete=models.PROTECT, related_name="courses"
    )  # where its people stay when an iteration ends
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class IterationQuerySet(models.QuerySet["Iteration"]):
    def visible_to(self, person: Person | int | None) -> Self:
        """Public ones that are no draft; all in whose circles one is; drafts for those who run them. A person's key will do."""
        shown = ~Q(state=Iteration.State.DRAFTED)
        if person is None:
            return self.filter(shown, audience=Audience.PUBLIC)
        circles = CircleMember.objects.filter(person=person).values("circle")
        return self.filter(
            (shown & (Q(audience__in=[Audience.PUBLIC, Audience.SIGNED_IN]) | Q(circle__in=circles)))
            | Q(facilitators__in=circles)
        )

    def for_display(self) -> Self:
        return self.select_related("course", "pathway__scheme_version__scheme").defer(
            "pathway__scheme_version__document"
        )


class Iteration(models.Model):
    """One run of a course, from its plan to its archive."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Being planned")
        OPEN = "open", _("Open for enrolment")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Ended")
        ARCHIVED = "archived", _("Archived")
        CANCELLED = "cancelled", _("Cancelled")

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="iterations")
    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFTED)
    about = models.TextField(_("about it"), blank=True)  # safe HTML
    starts_on = models.DateField(_("starts on"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    # PUBLIC and SIGNED_IN: whoever may see it may enrol. CIRCLE: closed, and people are taken in.
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.CIRCLE)
    enrol_until = models.DateField(
        _("enrolment closes on"), null=True, blank=True
    )  # None: late-comers are welcome
    hashtag = models.CharField(_("hashtag"), max_length=60, blank=True)  # without the sign
    pathway = models.ForeignKey(
        Pathway, null=True, blank=True, on_delete=models.PROTECT, related_name="iterations"
    )  # towards which its weeks lead
    circle = models.OneToOneField(
        Circle, on_delete=models.PROTECT, related_name="iteration"
    )  # all who take part
    facilitators = models.OneToOneField(
        Circle, on_delete=models.PROTECT, related_name="facilitated_iteration"
    )
    forum = models.OneToOneField(Forum, on_delete=models.PROTECT, related_name="iteration")
    ecology = models.OneToOneField(Ecology, on_delete=models.PROTECT, related_name="iteration")
    entry_survey = models.JSONField(default=list, blank=True)  # list[Question]: see courses.surveys
    exit_survey = models.JSONField(default=list, blank=True)
    rubric = models.JSONField(default=list, blank=True)  # list[{"key", "question"}] for the project bank
    information_sheet = models.TextField(
        _("information for those who are asked to take part in research"), blank=True
    )
    weeks_for_participation = models.PositiveSmallIntegerField(default=3)  # contributed to so many: took part
    weeks_for_completion = models.PositiveSmallIntegerField(default=0)  # 0: all of them
    pair_rule = models.CharField(max_length=12, default="round")  # see courses.pairs
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="copies"
    )
    closing_words = models.TextField(blank=True)  # safe HTML, for the end report
    made_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=clock.now)
    cancelled_because = models.CharField(max_length=300, blank=True)

    objects = IterationQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="courses_iteration_has_audience", condition=~Q(audience=Audience.PRIVATE)
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("courses:iteration", slug=self.slug)


class DesignDecision(models.Model):
    """What was changed for an iteration and why: the log of design-based research."""

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="decisions")
    what = models.TextField(_("what you changed"))
    why = models.TextField(_("why: what you saw that led to it"))
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.what


class Week(models.Model):
    """A week of a course; a meeting of a writing group."""

    class Kind(models.TextChoices):
        KICK_OFF = "kick_off", _("Kick-off: plan and gaps")
        WEEK = "week", _("Week")
        MEETING = "meeting", _("Meeting on a section")
        CATCH_UP = "catch_up", _("Time to catch up")
        SHOWCASE = "showcase", _("Showcase")

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="weeks")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.WEEK)
    title = models.CharField(_("title"), max_length=200)
    starts_on = models.DateField(_("begins on"))
    summary = models.TextField(_("in a sentence or two"), blank=True)  # plain text, announced ahead
    # The triggering event: at its moment it is posted in the forum, pinned, and sent, once.
    trigger_title = models.CharField(_("triggering event"), max_length=200, blank=True)
    trigger_html = models.TextField(_("what it asks"), blank=True)  # safe HTML
    trigger_at = models.DateTimeField(_("goes out"), null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    triggered_at = models.DateTimeField(null=True, blank=True)
    trigger_post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    activity_html = models.TextField(_("activity"), blank=True)  # safe HTML
    prompts = models.JSONField(default=list, blank=True)  # list[str], for the section, in our own words
    draft_node = models.ForeignKey(
        Node, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the section of which the week yields a draft
    drafts_due_on = models.DateField(_("drafts by"), null=True, blank=True)
    meeting = models.ForeignKey(
        Occurrence, null=True, blank=True, on_delete=models.SET_NULL, related_name="weeks"
    )  # the live session; one may serve weeks of several courses
    thread = models.OneToOneField(
        Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="week"
    )
    # Its part of the course's ecology, from its first day to that of the next; a meeting of a writing group has none.
    ecology = models.OneToOneField(
        Ecology, null=True, blank=True, on_delete=models.SET_NULL, related_name="week"
    )

    class Meta:
        ordering = ["iteration", "number"]
        constraints = [models.UniqueConstraint(fields=["iteration", "number"], name="courses_week_once")]
        indexes = [
            models.Index(
                fields=["trigger_at"],
                condition=Q(trigger_at__isnull=False, triggered_at__isnull=True),
                name="courses_triggers_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return address("courses:week", slug=self.iteration.slug, number=self.number)


class Mapping(models.Model):
    """What a week's activity speaks for, and how strongly (strengths as in ALT's ocTEL map, 2013)."""

    class Strength(models.IntegerChoices):
        MAY_ALSO = 1, _("may also be relevant")
        PRIMARILY = 2, _("primarily relevant")
        DIRECTLY = 3, _("directly relevant")

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="mappings")
    node = models.ForeignKey(Node, on_delete=models.CASCADE, related_name="+")
    strength = models.PositiveSmallIntegerField(choices=Strength, default=Strength.PRIMARILY)

    class Meta:
        ordering = ["-strength", "node__position"]
        constraints = [models.UniqueConstraint(fields=["week", "node"], name="courses_mapping_once")]

    def __str__(self) -> str:
        return f"{self.week} for {self.node}"


class Enrolment(models.Model):
    """There while somebody takes part; who left keeps the row with ``left_at``, and is in no circle any more."""

    class Role(models.TextChoices):
        PARTICIPANT = "participant", _("Participant")
        MENTOR = "mentor", _("Mentor")
        FACILITATOR = "facilitator", _("Facilitator")

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="enrolments")
    role = models.CharField(max_length=12, choices=Role, default=Role.PARTICIPANT)
    enrolled_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)
    guides = models.BooleanField(_("was here before, and helps others find their way"), default=False)
    hashtag_names = models.JSONField(default=list, blank=True)  # list[str], under which they post elsewhere
    shows_outcome = models.BooleanField(
        _("the report of the group may say how my submission ended"), default=False
    )  # taken back at any time, and gone from the report at once
    took_part_at = models.DateTimeField(null=True, blank=True)  # reached the iteration's own threshold
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["iteration", "person"], name="courses_enrolment_once")]
        indexes = [models.Index(fields=["person", "-id"], name="courses_enrolments_of")]

    def __str__(self) -> str:
        return f"{self.person} in {self.iteration}"


class Address(models.Model):
    """A blog, profile or channel that a participant named on signing up; the river follows it later."""

    class Kind(models.TextChoices):
        BLOG = "blog", _("Blog or portfolio")
        PROFILE = "profile", _("Profile")
        CHANNEL = "channel", _("Channel")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BLOG)
    url = models.URLField(_("address"), max_length=2000)
    in_public = models.BooleanField(_("shown to all who take part"), default=True)

    def __str__(self) -> str:
        return self.url


class Goal(models.Model):
    """What somebody wants from it, in their own words."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="goals")
    words = models.CharField(_("a goal of yours"), max_length=300)
    reached_at = models.DateTimeField(null=True, blank=True)
    shown = models.BooleanField(_("shown to all who take part"), default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.words


class SurveyAnswers(models.Model):
    """Answers to the entry or the exit survey; seen by nobody but their writer unless they consented to research."""

    class Survey(models.TextChoices):
        ENTRY = "entry", _("What you bring along")
        EXIT = "exit", _("Looking back")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="survey_answers")
    survey = models.CharField(max_length=8, choices=Survey)
    questions = models.JSONField()  # as they were asked
    answers = models.JSONField()  # {question key: answer}
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "survey"], name="courses_surveyanswers_once")
        ]

    def __str__(self) -> str:
        return f"{self.survey}: {self.enrolment}"


class Consent(models.Model):
    """To the use of one's data of one iteration in research: apart from enrolment, and withdrawn at any time."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="consents")
    sheet = models.TextField()  # the information as it was read
    given_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(withdrawn_at__isnull=True),
                name="courses_consent_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return str(self.enrolment)


class PlannedWeek(models.Model):
    """One's own plan for a week: no row means with everybody. A date of one's own is the catch-up lane."""

    class State(models.TextChoices):
        TO_DO = "to_do", _("Ahead")
        DONE = "done", _("Done")
        LEFT_OUT = "left_out", _("Left out")

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="plan")
    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="plans")
    due_on = models.DateField(_("by"), null=True, blank=True)  # None: with everybody
    state = models.CharField(max_length=8, choices=State, default=State.TO_DO)
    note = models.TextField(_("a note for yourself"), blank=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enrolment", "week"], name="courses_plannedweek_once")]

    def __str__(self) -> str:
        return f"{self.week}: {self.state}"


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, person: Person | None) -> Self:
        return self.filter(
            iteration__in=Iteration.objects.visible_to(person).values("pk"), removed_at__isnull=True
        )

    def for_display(self) -> Self:
        return self.select_related("person__photo", "week", "thread", "picture").prefetch_related("nodes")


class Project(models.Model):
    """An entry of the project bank: what somebody made or did, for peers to see, comment and appreciate."""

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="projects")
    week = models.ForeignKey(Week, null=True, blank=True, on_delete=models.SET_NULL, related_name="projects")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="projects")
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("address"), max_length=2000, blank=True)
    description = models.TextField(_("what it is"))  # plain text
    picture = models.ForeignKey(Blob, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    alt_text = models.CharField(_("text alternative"), max_length=1000, blank=True)
    nodes: models.ManyToManyField[Node, Project] = models.ManyToManyField(Node, blank=True, related_name="+")
    thread = models.OneToOneField(
        Thread, null=True, blank=True, on_delete=models.SET_NULL, related_name="project"
    )
    made_at = models.DateTimeField(default=clock.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["iteration", "-id"], name="courses_projects_latest"),
            # Whether somebody has made something in a week in which ten thousand others have.
            models.Index(fields=["week", "person"], name="courses_project_of_person"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address("courses:project", project_id=self.pk)


class Appreciation(models.Model):
    """A peer's marks on the iteration's own small rubric, with words. No sum and no rank is made of it."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="appreciations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="appreciations")
    marks = models.JSONField()  # {rubric key: 1 to 4}
    words = models.TextField(_("what you take from it"), blank=True)
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "person"], name="courses_appreciation_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} on {self.project}"


class Pair(models.Model):
    """For one meeting: ``reader`` is critical friend to ``writer``, and reads their draft."""

    week = models.ForeignKey(Week, on_delete=models.CASCADE, related_name="pairs")
    reader = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    writer = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["week", "reader", "writer"], name="courses_pair_once"),
            models.CheckConstraint(name="courses_pair_of_two", condition=~Q(reader=F("writer"))),
        ]

    def __str__(self) -> str:
        return f"{self.reader} reads {self.writer}"


class Nudge(models.Model):
    """What somebody asks to be reminded of, or asks a buddy to remind them of. Nobody else can set it."""

    class Kind(models.TextChoices):
        DATE = "date", _("On a day")
        WEEKLY = "weekly", _("Every week")
        BUDDY = "buddy", _("By a buddy, on a day")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="nudges")
    iteration = models.ForeignKey(
        Iteration, null=True, blank=True, on_delete=models.CASCADE, related_name="nudges"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    words = models.CharField(_("what you want to be reminded of"), max_length=300)
    on = models.DateField(_("on"), null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)  # 0: Monday
    buddy = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="asked_to_nudge"
    )
    buddy_agreed_at = models.DateTimeField(null=True, blank=True)
    next_on = models.DateField(null=True, blank=True)  # None: over
    last_sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [
            models.Index(fields=["next_on"], condition=Q(ended_at__isnull=True), name="courses_nudges_due")
        ]

    def __str__(self) -> str:
        return self.words


class Saying(models.Model):
    """What a member says of a writing group for its end report, with leave to be quoted or not."""

    enrolment = models.OneToOneField(Enrolment, on_delete=models.CASCADE, related_name="saying")
    words = models.TextField(_("what the group was to you"))
    by_name = models.BooleanField(_("with your name"), default=False)
    given_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.words


# Writing groups -------------------------------------------------------------------------------------------------------


class Rhythm(models.Model):
    """When a writing group meets: what its meetings were generated from, kept while it is planned and for each that is added."""

    class Every(models.IntegerChoices):
        WEEK = 1, _("Every week")
        FORTNIGHT = 2, _("Every second week")

    iteration = models.OneToOneField(Iteration, on_delete=models.CASCADE, related_name="rhythm")
    every = models.PositiveSmallIntegerField(_("how often"), choices=Every, default=Every.FORTNIGHT)
    weekday = models.PositiveSmallIntegerField(_("day"))  # 0: Monday
    hour = models.TimeField(_("time"))  # by the clocks of the iteration's time zone
    minutes = models.PositiveSmallIntegerField(_("lasts, in minutes"), default=60)
    skipped = models.JSONField(default=list, blank=True)  # list[str], ISO dates on which nobody meets
    days_for_reading = models.PositiveSmallIntegerField(_("drafts so many days before"), default=3)
    meeting_url = models.URLField(_("meeting address"), max_length=2000, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="courses_rhythm_weekday", condition=Q(weekday__lte=6)),
            models.CheckConstraint(name="courses_rhythm_lasts", condition=Q(minutes__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.iteration}: {self.get_every_display()}"


class GroupInvitationQuerySet(models.QuerySet["GroupInvitation"]):
    def open(self) -> Self:
        return self.filter(
            accepted_at__isnull=True,
            declined_at__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=clock.now(),
        )


class GroupInvitation(models.Model):
    """To a writing group: somebody who is here, or an address. It goes out when the group opens, and is for one person."""

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=12, choices=Enrolment.Role, default=Enrolment.Role.PARTICIPANT)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.CASCADE, related_name="group_invitations"
    )
    email = models.EmailField(blank=True)
    token_hash = models.CharField(max_length=64, blank=True)  # sha256 hex; the token is only in the letter
    words = models.TextField(_("a word with it"), blank=True)
    invited_by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # None while the group is being planned
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = GroupInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="courses_groupinvitation_to_one",
                condition=Q(person__isnull=False, email="") | (Q(person__isnull=True) & ~Q(email="")),
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="courses_groupinvitation_token_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email or self.person} to {self.iteration}"


class GroupReport(models.Model):
    """What a writing group has come to, in numbers, as it stood on its end. It names people by their ids alone."""

    iteration = models.OneToOneField(Iteration, on_delete=models.CASCADE, related_name="report")
    facts = models.JSONField()  # see courses.reports
    words_until = models.DateTimeField()  # until then closing words and what members say can still be added
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.iteration)
