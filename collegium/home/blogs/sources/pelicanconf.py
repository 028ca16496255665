"""The settings with which Pelican makes each blog of the demo. To make them all anew, from the root of the repository:

    python3 -m venv /tmp/pelican && /tmp/pelican/bin/pip install pelican markdown
    sh collegium/home/blogs/sources/build.sh /tmp/pelican/bin/pelican

Addresses and days are those of nowhere and of a course that begins on FIRST_DAY of ``serving.py``: the demo puts its
own in their place when it serves the pages. No other code of the demo needs Pelican.
"""

import os

BLOG = os.environ["BLOG"]
_ALL = {
    "caverounds": ("Cave rounds", "Chidi Nwachukwu", "en", "by", "Music with a delay of a fifth of a second"),
    "statics": ("Beams by post", "Priya Venkataraghavan", "en", "by-sa", "Statics on four campuses, and one laboratory"),
    "tagebuch": ("Tagebuch aus dem Umkleideraum", "Jonas Pfennigwerth", "de", "by-sa", "E-Learning an einer Schule für Pflege"),
    "vozenalto": ("Voz en alto", "Nuria Beltrán Ochoa", "es", "", "Hablar, escuchar y corregir menos"),
    "ezeanya": ("One page", "Obinna Ezeanya", "en", "", "From a unit of two, and one inverter"),
    "learningtech": ("The back half of the cupboard", "Rhodri Penhaligon-Evans", "en", "by", "Learning technology in Swansea"),
}  # fmt: skip
_DAYS = {"en": "%-d %B %Y", "de": "%d.%m.%Y", "es": "%d/%m/%Y"}

SITENAME, AUTHOR, DEFAULT_LANG, LICENCE, SITESUBTITLE = _ALL[BLOG]
LICENCE_URL = f"https://creativecommons.org/licenses/{LICENCE}/4.0/" if LICENCE else ""
DAY = _DAYS[DEFAULT_LANG]
SITEURL = f"http://{BLOG}.demo.invalid"
HUB = "http://collegium.demo.invalid"
SAYS_WHOSE_IT_IS = BLOG in {"caverounds", "vozenalto", "learningtech"}  # of the others nobody can be sure
TIMEZONE = "UTC"
THEME = "theme"
DEFAULT_PAGINATION = False
ARTICLE_URL, ARTICLE_SAVE_AS = "{slug}/", "{slug}/index.html"
TAG_URL, TAG_SAVE_AS = "tag/{slug}/", "tag/{slug}/index.html"
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = ARCHIVES_SAVE_AS = AUTHORS_SAVE_AS = CATEGORIES_SAVE_AS = TAGS_SAVE_AS = (
    ""
)
DIRECT_TEMPLATES = ["index"]
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = "notes"
FEED_ALL_ATOM = "feeds/all.atom.xml"
TAG_FEED_ATOM = "feeds/{slug}.tag.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml" if BLOG == "vozenalto" else None
CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None
RSS_FEED_SUMMARY_ONLY = False
MARKDOWN = {"output_format": "html5"}
