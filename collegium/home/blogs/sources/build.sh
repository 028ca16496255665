#!/bin/sh
# Makes the demo's blogs anew with the Pelican that is named: see pelicanconf.py.
set -e
cd "$(dirname "$0")"
for blog in caverounds statics tagebuch vozenalto ezeanya learningtech; do
    rm -rf "../sites/$blog"
    BLOG=$blog "$1" --quiet --settings pelicanconf.py --output "../sites/$blog" --delete-output-directory "$blog"
    # Only the course's hashtag has a feed that a page names: the others would be as many files as posts.
    find "../sites/$blog/feeds" -name '*.tag.atom.xml' ! -name 'cmaltcmooc.*' -delete
    # Pelican's feeds say nothing of a language, nor of a licence.
    language=$(sed -n 's/.*<html lang="\([a-z]*\)".*/\1/p' "../sites/$blog/index.html")
    sed -i "0,/<feed /s|<feed |<feed xml:lang=\"$language\" |" "../sites/$blog"/feeds/*.atom.xml
    licence=$(sed -n 's/.*rel="license" href="\([^"]*\)".*/\1/p' "../sites/$blog/index.html" | head -n 1)
    if [ -n "$licence" ]; then
        sed -i "0,/<updated>/s|<updated>|<link rel=\"license\" href=\"$licence\"/><updated>|" "../sites/$blog"/feeds/*.atom.xml
    fi
done
