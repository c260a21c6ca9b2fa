"""Print pages as tagged PDF, where the extra that draws them is installed."""


class NoPdf(Exception):
    """PDF cannot be made here; the message says what to do."""


def as_pdf(page: str) -> bytes:
    """Return a complete HTML page as a tagged PDF (PDF/UA-1); raises NoPdf where WeasyPrint is not installed.

    Nothing is fetched: the page must hold all that it shows.
    """
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as missing:
        words = "PDF needs the extra that draws it: ask your administrator for pip install 'send-optimiser[pdf]'. "
        raise NoPdf(words + "Until then, print the page from your browser.") from missing
    nothing = URLFetcher(allowed_protocols=())
    return bytes(weasyprint.HTML(string=page, url_fetcher=nothing).write_pdf(pdf_variant="pdf/ua-1"))
