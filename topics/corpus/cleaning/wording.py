"""Lines that are furniture on any page, by their wording and shape.

The wording is English, with the commonest labels of other languages; what other languages say is learned.  Each rule
matches a whole line.  A rule that names no zone holds anywhere in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from topics.corpus.cleaning.lines import ends_sentence

TAIL, EDGE, ANY = "tail", "edge", "any"


class Rule(NamedTuple):
    """kind : of the cut.  why : in words.  zone : where in the text it holds.  pattern : of the whole line."""

    kind: str
    why: str
    zone: str
    pattern: re.Pattern[str]
    open_end: bool = False  # holds only for a line that does not end as a sentence does


def _whole(pattern: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})$", flags)


_STORY = r"(?:article|story|report|post|piece|page|item|live ?blog|interview|column)"
_NETWORK = (
    r"(?:facebook|twitter|x|instagram|whatsapp|linkedin|telegram|youtube|tiktok|reddit|pinterest|threads|mastodon|"
    r"bluesky|google news|flipboard|email|e-mail|mail|print|copy link|share|tweet|messenger|truth social|gab|vk|signal)"
)
_NAME = r"(?:[^\W\d_a-zà-öø-ÿ][\w'’.-]*|(?:de|da|di|van|von|der|den|bin|ibn|al|el|la|le|du|dos)(?=\s))"
_MORE = rf"(?:\s+{_NAME})"
# "Ortega y Gasset" and "Ana Ruiz y Luis Mora" are read in one way: with "y" a name as well as what joins two people, a
# line of forty of them took 14 s.
_PERSON = rf"{_NAME}(?:{_MORE}{{1,5}}(?:\s+y{_MORE}{{1,6}})*|(?:\s+y{_MORE}{{1,6}})+)"
_PICTURE = (
    r"(?:pictures?|photos?|photographs?|photography|images?|illustrations?|graphics?|(?:file|stock|main|top|cover) "
    r"(?:photo|picture|image)|(?:photo|picture|image|video) (?:credit|caption|source|courtesy)|"
    r"fotos?|bild(?:er)?|imagen|photographie|foto(?:grafie|grafía))"
)
_AD = (
    r"(?:advert(?:isement|ising|ising feature)?|ads?|sponsored(?: content)?|promoted(?: content)?|anzeige|publicidad"
    r"|publicité)"
)

_WIRE = r"(?:reuters|afp|ap|dpa|upi|pti|ani|ians|xinhua|tass|efe|ansa|apa|belga|bernama|kyodo|yonhap|agencies)"
_MOMENT = (
    r"(?:\d{1,2}[:.]\d{2}|(?:19|20)\d{2}|\d{1,2} ?[ap]m"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d|(?:minutes?|hours?|days?) ago)"
)

READ_MORE = Rule(
    "furniture",
    "points to another article",
    ANY,
    _whole(
        r"(?:read|see|watch|listen|find out|learn|discover|more|related|also (?:read|see))"
        r"(?: more| next| also| on| now| the full (?:story|article|report))?"
        r"(?: (?:about|on) (?:this|the) (?:story|topic|subject))?\s*[:»›>→|]\s*\S.*"
        r"|(?:read|see|learn|find out) more(?: here| about .*| at .*)?"
        r"|related(?: (?:articles?|stor(?:y|ies)|content|links?|coverage|news|posts?|topics?))?"
        r"|(?:recommended|most (?:read|popular|viewed|watched)|trending(?: now)?|latest news|editor['’]s picks?"
        r"|top stories|you (?:may|might) (?:also )?(?:like|be interested in)|more on this(?: story)?|more from .{1,40}"
        r"|up next|don['’]t miss|more (?:stories|news|like this))\s*:?"
        r"|(?:lesen sie auch|mehr zum thema|à lire aussi|lire aussi|lee también|lea también|leia também|leggi anche"
        r"|lees ook|læs også|läs också|les også|читайте также|читайте також|اقرأ أيضا|اقرأ أيضًا)\s*[:»›>→|].*"
    ),
    open_end=True,
)
ADVERTISEMENT = Rule(
    "furniture",
    "an advertisement's place",
    ANY,
    _whole(
        rf"(?:{_AD}|skip (?:past )?{_AD}|{_AD} (?:below|above)|(?:skip|jump) to (?:main )?content|back to top|loading"
        rf"|(?:this )?{_STORY} continues (?:below|after)(?: (?:this |the )?(?:{_AD}|video|image|photo|gallery))?"
        r"|continue reading(?: (?:the )?(?:main|full|this) (?:story|article)| below| here)?"
        r"|scroll (?:down )?(?:to continue|for more).{0,40})[.:…]{0,3}"
    ),
)
NEWSLETTER = Rule(
    "newsletter",
    "an invitation to a newsletter",
    ANY,
    _whole(
        r"(?:sign[ -]up|subscribe|get|join|register|receive|want|enter your|stay|never miss|don['’]t miss|delivered"
        r"|for more|to get|click here)\b.{0,200}\b(?:newsletters?|inbox|mailing list|daily (?:email|briefing|digest)"
        r"|email (?:alerts?|updates?|briefing|address)|breaking news alerts?)\b.{0,160}"
    ),
)
SUBSCRIPTION = Rule(
    "newsletter",
    "an appeal to subscribe",
    ANY,
    _whole(
        r"subscribe (?:now|today|here|free|for|to (?:our|the|us|continue|read|unlock|get))\b.{0,200}"
        r"|support (?:(?:our|local|independent|quality|free|fearless|public|community|investigative|public-interest) )+"
        r"(?:journalism|news|newsroom|reporting|media|newspaper)\b.{0,240}"
        r"|(?:please )?(?:consider )?(?:becom(?:e|ing) an? |donat(?:e|ing)|contribut(?:e|ing)|mak(?:e|ing) an? )"
        r"(?:(?:paid|paying|digital|regular|monthly|small|one-off) )*"
        r"(?:member|subscriber|supporter|patron|donation|contribution|now|today|to (?:support|keep))\b.{0,200}"
        r"|already (?:a|an) (?:subscriber|member|supporter).{0,120}"
        r"|this (?:article|story|content) is (?:for|only available to) (?:paying |premium )?(?:subscribers|members)"
        r".{0,160}"
    ),
)
SHARE = Rule(
    "share",
    "a prompt to share or follow",
    ANY,
    _whole(
        rf"share (?:this|via|on|the)\b.{{0,60}}|(?:follow|like|find|join) (?:us|@\w+)\b.{{0,120}}"
        rf"|follow .{{1,50}} on {_NETWORK}\b.{{0,80}}|click to (?:share|print|email).{{0,60}}|tweet(?: this)?"
        r"|(?:download|get) (?:our|the) (?:free )?(?:new )?(?:\w+ ){0,2}app\b.{0,100}"
        rf"|listen to (?:this|the) {_STORY}\b.{{0,60}}"
        r"|(?:leave|post|add|write|view|show|hide|read|join|see) (?:(?:a|the|all|your) )?"
        r"(?:comments?|conversation|reply)(?: below)?\W?"
        r"|comments (?:are closed|have been disabled|\(\d+\))\W?|\d+ (?:comments?|shares?|min(?:ute)?s? read)"
        r"|have your say\W?|follow .{1,60} for (?:live|the latest|more|breaking|all the|daily)\b.{0,100}"
        rf"|{_NETWORK}(?:(?:\s*[,|/•·]\s*|\s+(?:and )?){_NETWORK})+"
    ),
)
TIPS = Rule(
    "share",
    "a call for readers' tips",
    EDGE,
    _whole(
        r"(?:do you have|have you got|got) (?:a|any) (?:news )?(?:story|tips?|information|news)\b.{0,40}\?.{0,160}"
        r"|(?:contact|email|call|reach) (?:the |our )?(?:author|reporter|newsroom|news ?desk|editor|us)\b.{0,120}"
        r"|(?:get in touch|contact us)\b.{0,120}"
    ),
)
COOKIES = Rule(
    "cookie",
    "a cookie notice",
    ANY,
    _whole(
        r"(?=we(?: and our partners)? use|(?:this|our) (?:web)?site uses"
        r"|by (?:continuing|using|clicking|browsing)|accept|reject|manage|cookie (?:policy|settings|preferences|notice)"
        r"|to (?:give|improve|provide)|please (?:accept|enable))(?=.*\bcookies?\b).*"
    ),
)
CHANGED = Rule(
    "update",
    "tells when the article was changed",
    ANY,
    _whole(
        rf"(?:(?:editor['’]s note|note|correction|clarification|update)\s*:\s*)?this {_STORY} "
        r"(?:was|has been|is being|will be) (?:first |last |originally |since |most recently )?"
        r"(?:updated|corrected|amended|published|clarified|revised|edited|changed|modified)\b"
        r"[^.!?]{0,100}(?:[ap]\.m\.)?[^.!?]{0,40}\.?"  # one sentence: what a correction goes on to say is news
    ),
)
DATED = Rule(
    "update",
    "tells when the article was changed",
    EDGE,
    _whole(
        r"(?:last |first |originally )?(?:updated|published|posted|modified)(?: (?:on|at))?\s*:?\s*"
        rf"(?=.*{_MOMENT})[\w ,.:/|+()-]{{4,60}}"
    ),
    open_end=True,
)
CAPTION = Rule(
    "caption",
    "a caption, by its label",
    ANY,
    _whole(rf"{_PICTURE}\s*:\s*\S.{{0,200}}|{_PICTURE} (?:by|from|courtesy of|via) .{{2,80}}"),
    open_end=True,
)
CREDIT = Rule(
    "caption",
    "a caption, by the credit at its end",
    ANY,
    _whole(
        r".*[(\[](?:(?:file|ap|afp|reuters|handout|pool|stock) ?(?:photo|picture|image)s?\b[^()\[\]]*"
        r"|(?:photo|picture|image|foto|bild)s?\s*(?::|by\b|/|via\b|courtesy)[^()\[\]]*"
        r"|[^()\[\]]*\b(?:getty images|shutterstock|via (?:reuters|ap|getty)|epa-efe|alamy|istock)[^()\[\]]*)[)\]]\.?"
    ),
)
TAG = Rule(
    "agency",
    "an agency's tag",
    TAIL,
    _whole(
        rf"\({_WIRE}\)|\([a-z][a-z.]{{1,11}}\)\s+[a-zà-ÿ]{{1,4}}(?:[/-][a-zà-ÿ]{{1,4}}){{1,4}}|[-–—]{{1,2}}\s*{_WIRE}\W?"
    ),
)
CREW = Rule(
    "agency",
    "names those who worked on it",
    TAIL,
    _whole(
        r"\(?(?:(?:additional |with )?(?:reporting|writing|editing)(?: and (?:writing|editing))? by"
        r"|with (?:additional )?(?:reporting|inputs?|files|material)s? (?:by|from))\b.{2,250}"
    ),
)
COPYRIGHT = Rule(
    "furniture", "a copyright notice", EDGE, _whole(r"(?:©|\(c\) ?\d{4}|copyright\b(?= ?(?:©|\(c\)|\d{4}))).{0,200}")
)
RIGHTS = Rule("furniture", "a copyright notice", EDGE, _whole(r".{0,120}\ball rights reserved\b.{0,120}"))
BYLINE = Rule("byline", "a byline", EDGE, re.compile(
    r"(?:(?:[Ww]ritten |[Ww]ords |[Rr]eported )?[Bb]y|BY|Von|Par|Por|Door|Di|Af|Av)\s+"
    r"(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Royal)"
    rf"{_PERSON}(?:(?:,| and| &| und| et| e| en)\s+{_PERSON})*"
    rf"(?:\s*[,|•·–—-]\s*[^.!?:]{{2,60}}|\s+in\s+{_NAME}(?:\s{_NAME})?)?$"
), open_end=True)  # fmt: skip

# By the first word of a line, without case and colon: nearly all lines of an article are done with after one look-up.
_BEGINNINGS: dict[Rule, str] = {
    READ_MORE: "read see watch listen find learn discover more related also recommended most trending latest editor's "
    "editor’s top you up don't don’t lesen mehr à lire lee lea leia leggi lees læs läs les читайте اقرأ",
    ADVERTISEMENT: "advertisement advertising advert ad ads sponsored promoted anzeige publicidad publicité skip jump "
    "back loading this article story report post continue scroll loading... loading…",
    NEWSLETTER: "sign sign-up subscribe get join register receive want enter stay never don't don’t delivered for to "
    "click",
    SUBSCRIPTION: "subscribe support please consider become becoming donate donating contribute contributing make "
    "already this",
    SHARE: "share follow like find join click tweet download get listen leave post add write view show hide read see "
    "comments have facebook twitter x instagram whatsapp linkedin telegram youtube tiktok reddit pinterest threads "
    "mastodon bluesky google flipboard email e-mail mail print copy messenger truth signal facebook, twitter, email,",
    TIPS: "do have got contact email call reach get",
    COOKIES: "we this our by accept reject manage cookie to please",
    CHANGED: "editor's editor’s note correction clarification update this",
    DATED: "last first originally updated published posted modified",
    CAPTION: "picture pictures photo photos photograph photographs photography image images illustration illustrations "
    "graphic graphics file stock main top cover video credit caption foto fotos bild bilder imagen photographie "
    "fotografie fotografía",
    CREW: "additional with reporting writing editing (additional (with (reporting (writing (editing",
    COPYRIGHT: "© copyright (c)",
    BYLINE: "by written words reported von par por door di af av",
}
BY_WORD: dict[str, tuple[Rule, ...]] = {}
for _rule, _words in _BEGINNINGS.items():
    for _word in _words.split():
        for _form in (_word, f"{_word}:"):
            BY_WORD[_form] = (*BY_WORD.get(_form, ()), _rule)
_BY_SIGN = {"(": (TAG,), "-": (TAG,), "–": (TAG,), "—": (TAG,), "©": (COPYRIGHT,)}
_DIGITS = frozenset("0123456789")
_CLOSING = frozenset(")].")


_LONGEST_RIGHTS = 260  # what its pattern takes


def rule_for(line: str, *, head: bool, tail: bool) -> Rule | None:
    """The first rule that matches a stripped line.  head, tail : is it among the first or last of its text?"""
    end = line.find(" ")
    rules = BY_WORD.get((line if end < 0 else line[:end]).lower(), ())
    sign = line[0]
    if sign in _BY_SIGN:
        rules += _BY_SIGN[sign]
    elif sign in _DIGITS and len(line) < 30:
        rules += (SHARE,)
    if line[-1] in _CLOSING and line.endswith((")", "]", ").", "].")):
        rules += (CREDIT,)
    if (head or tail) and len(line) <= _LONGEST_RIGHTS and "ights reserved" in line:
        rules += (RIGHTS,)
    for rule in rules:
        if rule.zone != ANY and not tail and not (head and rule.zone == EDGE):
            continue
        if rule.open_end and ends_sentence(line) and ":" not in line[:30]:
            continue
        if rule.pattern.match(line):
            return rule
    return None


# Weaker: alone it only looks so, but it needs fewer articles to be learned.
_HINTS = (
    "www.", "http://", "https://", "newsletter", "inbox", "subscri", "sign up", "follow us", "our app", "app store",
    "click here", "alternate addresses", "all rights", "read more", "listeners", "donat", "podcast", "copyright", "©",
    "@",
)  # fmt: skip


def hints_at_furniture(line: str) -> bool:
    """Does the line speak of the outlet and not of the world?"""
    lower = line.lower()
    return any([hint in lower for hint in _HINTS])  # noqa: C419 - a list takes half the time for so few
