"""Kept only in demo mode: the letters that the demo would have sent."""

from django.db import models

from collegium.foundation import clock


class DemoLetter(models.Model):
    to = models.CharField(max_length=500)
    subject = models.CharField(max_length=500)
    text = models.TextField()
    html = models.TextField(blank=True)
    raw = models.TextField()
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.subject
