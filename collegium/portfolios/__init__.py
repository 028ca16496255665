"""One person's case for one pathway: sections with their components, the evidence placed in them, who may read.

Words: portfolio, section, part (one component of a section), placement (evidence used in a section), principle mark,
readiness, declaration, share, licence. Leaves judging to ``accreditation``.
"""
