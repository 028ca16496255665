"""References as data: CSL-JSON is what is kept; BibTeX, RIS and Zotero RDF are read into it and written from it.

    for read in bibtex.read(text): read.csl, read.beyond, read.key, read.tags, read.faults
    text = bibtex.write([Reference(key, csl, beyond, tags), …])

What a format says and CSL-JSON has no word for stands in ``beyond`` under the name of the format, and goes out again the way
it came when it is written in that format. Nothing here knows a database.
"""
