"""Addresses of newsletters: lists, issues, the desk of their editors, subscribing."""

from django.urls import URLPattern

app_name = "newsletters"
urlpatterns: list[URLPattern] = []
