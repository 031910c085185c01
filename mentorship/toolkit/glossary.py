"""Short words explained on each page that uses them, for readers with another first language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from markupsafe import Markup

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "AAMC": "Association of American Medical Colleges, which runs the ERAS application",
        "ABIM": "American Board of Internal Medicine",
        "ABMS": "American Board of Medical Specialties: the boards that certify specialists",
        "ACGME": "Accreditation Council for Graduate Medical Education: it accredits residencies",
        "AMA": "American Medical Association",
        "AOA": "American Osteopathic Association",
        "CME": "continuing medical education",
        "CV": "curriculum vitae: your studies and work on one or two pages",
        "DACA": "Deferred Action for Childhood Arrivals: protects some who came as children",
        "DEA": "Drug Enforcement Administration: gives the number needed to prescribe some drugs",
        "DO": "doctor of osteopathic medicine, a US degree beside the MD",
        "E-3": "a work visa for citizens of Australia",
        "EAD": "employment authorization document: a work permit",
        "EB": "employment-based: green cards given for work, as in EB-2",
        "ECFMG": "Educational Commission for Foreign Medical Graduates: it certifies IMGs",
        "EEOC": "Equal Employment Opportunity Commission: takes complaints of unfair treatment",
        "EPIC": "Electronic Portfolio of International Credentials: checks your medical papers",
        "ERAS": "Electronic Residency Application Service: sends applications to programs",
        "F-1": "a visa for students",
        "FCVS": "Federation Credentials Verification Service: keeps checked papers for licenses",
        "FREIDA": "the AMA's list of residency programs",
        "FSMB": "Federation of State Medical Boards",
        "GME": "graduate medical education: residency and fellowship",
        "H-1B": "a work visa for a job that needs a degree; the employer asks for it",
        "HHS": "US Department of Health and Human Services",
        "HRSA": "Health Resources and Services Administration: names areas short of physicians",
        "IMG": "international medical graduate: studied medicine outside the US and Canada",
        "IMGS": "the International Medical Graduates Section of the AMA",
        "IMLC": "Interstate Medical Licensure Compact: a shorter way to licenses of other states",
        "J-1": "a visa for exchange visitors; ECFMG sponsors it for residents",
        "MD": "doctor of medicine",
        "MSPE": "Medical Student Performance Evaluation: a letter from your medical school",
        "NBME": "National Board of Medical Examiners: writes the USMLE",
        "NPI": "National Provider Identifier: the number of each physician in billing",
        "NRMP": "National Resident Matching Program: it runs the Match",
        "O-1": "a visa for people of extraordinary ability",
        "OET": "Occupational English Test: the English test for certification",
        "OPT": "optional practical training: work allowed after studies on an F-1 visa",
        "PGY": "postgraduate year: PGY-1 is the first year of residency",
        "SEVIS": "the government's register of students and exchange visitors",
        "SOAP": "Supplemental Offer and Acceptance Program: open places in Match Week",
        "SPEX": "an exam some boards ask of physicians who have been licensed before",
        "TN": "a work visa for citizens of Canada and Mexico",
        "USCE": "US clinical experience",
        "USCIS": "US Citizenship and Immigration Services",
        "USMG": "graduate of a US medical school",
        "USMLE": "United States Medical Licensing Examination: Step 1, Step 2 CK and Step 3",
        "WFME": "World Federation for Medical Education: recognizes who accredits schools",
    }
)
_WORD = re.compile(
    rf"(?<![\w-])({'|'.join(sorted(map(re.escape, MEANINGS), key=len, reverse=True))})s?(?![\w])"
)
_TAG = re.compile(r"<[^>]*>")
_HEADER = '<div class="page-header">'
_DIV = re.compile(r"<(/?)div\b")


def short_words(html: str) -> tuple[str, ...]:
    """Return the short words that the text of a page holds, in the order of the alphabet."""
    return tuple(sorted(set(_WORD.findall(_TAG.sub(" ", html)))))


def explain(html: str) -> Markup:
    """Add what the short words of a page mean, right below its header; none where it has none."""
    words, place = short_words(html), _end_of_header(html)
    if not words:
        return Markup(html)  # noqa: S704  # nosec B704  a page that was rendered with escaping
    rows = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(word, MEANINGS[word]) for word in words
    )
    block = Markup(
        '<details class="disclosure glossary no-print"><summary>Short words on this page</summary>'
        '<div class="disclosure__body"><dl class="known">{}</dl></div></details>'
    ).format(rows)
    return Markup(html[:place]) + block + Markup(html[place:])  # noqa: S704  # nosec B704  same page


def _end_of_header(html: str) -> int:
    """Return where the header of a page ends; 0 for a page without one."""
    start, depth = html.find(_HEADER), 0
    for tag in _DIV.finditer(html, max(start, 0)):
        depth += -1 if tag.group(1) else 1
        if start >= 0 and depth == 0:
            return html.index(">", tag.end()) + 1
    return 0
