from datetime import datetime
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models

from collegium.foundation import clock


class Blob(models.Model):
    """Content, kept once under its hash, whoever brought it and whatever they called it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    # The last time somebody brought it: what nobody refers to is thrown away some time after that.
    kept_since = models.DateTimeField(default=clock.wall)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"), name="blob_sha256_is_hex"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes, {self.sha256[:12]}"

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256[2:4] / self.sha256

    def read(self) -> bytes:
        """The whole content; for large files open ``path`` instead."""
        return self.path.read_bytes()


class Derived(models.Model):
    """Something made from a blob that can be made again, such as a thumbnail."""

    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="derived")
    variant = models.CharField(max_length=40)
    # Empty when the attempt failed, so that it is not repeated at every look.
    result = models.ForeignKey(Blob, on_delete=models.CASCADE, null=True, related_name="derived_from")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["blob", "variant"], name="derived_once_a_variant"),
        ]

    def __str__(self) -> str:
        return f"{self.variant} of {self.blob_id[:12]}"


class Job(models.Model):
    """A piece of background work that is owed: written in the transaction that wants it, erased when it is done.

    The queue only wakes a worker; what is owed stands here, so neither a lost queue nor a killed worker loses it.
    """

    task = models.CharField(max_length=200)
    arguments = models.JSONField()
    clock_moved_to = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.wall)
    due_at = models.DateTimeField(default=clock.wall)
    queued_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="job_owed", condition=models.Q(failed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.task} ({self.pk})"


class Beat(models.Model):
    """When something that happens again and again last happened: the heartbeat, and each periodic task."""

    name = models.CharField(max_length=200, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"


def last_beat(name: str) -> datetime | None:
    return Beat.objects.filter(name=name).values_list("at", flat=True).first()
