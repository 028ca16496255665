"""Frameworks, pathways and rules as data: what is asked, who may judge it, and what nobody has decided yet.

A *framework* is a versioned tree of nodes with principles across it; a *scheme* says how an award over a
framework is won, judged and kept. Both are files that people write (`documents`), and a loaded version
never changes. A rule that a scheme has not published is *unset*: shown as such, and asked of its coordinator.

No scheme's name or rule is in this code. Portfolios and decisions are left to the apps above.
"""
