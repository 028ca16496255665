from django.apps import AppConfig


class CoursesConfig(AppConfig):
    name = "collegium.courses"
    label = "courses"
