"""A QR code as a drawing within the page: no other request, nothing that the policy forbids."""

import segno

#: The quiet zone that readers need around a code, in modules.
QUIET = 4


def qr_code(text: str) -> str:
    """Draw a code of level M or better as SVG, which stands in the page as it is."""
    code = segno.make_qr(text, error="m")
    return code.svg_inline(border=QUIET, omitsize=True, svgclass="qr", lineclass=None)
