"""Lines that are furniture on any page, by their wording and shape.

The wording is English, with the commonest labels of other languages; what other languages say is learned.  Each rule
matches a whole line.  A rule that names no zone holds anywhere in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from topics.corpus.cleaning.lines import QUOTES, STOPS, ends_sentence

TAIL, EDGE, ANY = "tail", "edge", "any"
_ENDS = STOPS | QUOTES


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
_NAME = r"(?:[^\W\d_a-zà-öø-ÿ][\w'’.-]*|(?:de|da|di|van|von|der|den|bin|ibn|al|el|la|le|du|dos|y)(?=\s))"
_PERSON = rf"{_NAME}(?:\s+{_NAME}){{1,5}}"
_PICTURE = (
    r"(?:pictures?|photos?|photographs?|photography|images?|illustrations?|graphics?|(?:file|stock|main|top|cover) "
    r"(?:photo|picture|image)|(?:photo|picture|image|video)(?: credit| caption| source| courtesy)?|credit|caption|"
    r"fotos?|bild(?:er)?|imagen|photographie|foto(?:grafie|grafía))"
)
_AD = r"(?:advert(?:isement|ising|ising feature)?|ads?|sponsored(?: content)?|promoted(?: content)?|anzeige|publicidad|publicité)"

RULES = (
    Rule("furniture", "points to another article", ANY, _whole(
        r"(?:read|see|watch|listen|also read|read also|see also|find out|learn|discover|more|related)"
        r"(?: more| next| also| on| now| the full (?:story|article|report))?"
        r"(?: (?:about|on) (?:this|the) (?:story|topic|subject))?\s*[:»›>→|].*"
        r"|(?:read|see|learn|find out) more(?: here| about .*| at .*)?"
        r"|related(?: (?:articles?|stor(?:y|ies)|content|links?|coverage|news|posts?|topics?))?"
        r"|(?:recommended|most (?:read|popular|viewed|watched)|trending(?: now)?|latest news|editor['’]s picks?|top stories"
        r"|you (?:may|might) (?:also )?(?:like|be interested in)|more on this(?: story)?|more from .{1,40}|up next"
        r"|don['’]t miss|more (?:stories|news|like this))\s*:?.{0,0}"
        r"|(?:lesen sie auch|mehr zum thema|à lire aussi|lire aussi|lee también|lea también|leia também|leggi anche"
        r"|lees ook|læs også|läs också|les også|читайте также|читайте також|اقرأ أيضا|اقرأ أيضًا)\s*[:»›>→|].*"
    ), True),
    Rule("furniture", "an advertisement's place", ANY, _whole(
        rf"(?:{_AD}|skip (?:past )?{_AD}|{_AD} (?:below|above)|(?:skip|jump) to (?:main )?content|back to top|loading"
        rf"|(?:this )?{_STORY} continues (?:below|after)(?: (?:this |the )?(?:{_AD}|video|image|photo|gallery))?"
        r"|continue reading(?: (?:the )?(?:main|full|this) (?:story|article)| below| here)?"
        r"|scroll (?:down )?(?:to continue|for more).{0,40})[.:…]{0,3}"
    )),
    Rule("newsletter", "an invitation to a newsletter", ANY, _whole(
        r"(?:sign[ -]up|subscribe|get|join|register|receive|want|enter your|stay|never miss|don['’]t miss|delivered|for more|to get"
        r"|click here)\b.{0,200}\b(?:newsletters?|inbox|mailing list|email (?:alerts?|updates?|briefing|address)"
        r"|daily (?:email|briefing|digest)|breaking news alerts?)\b.{0,160}"
    )),
    Rule("newsletter", "an appeal to subscribe", ANY, _whole(
        r"(?:subscribe (?:now|today|here|free|for|to (?:our|the|us|continue|read|unlock|get))\b.{0,200}"
        r"|support (?:(?:our|local|independent|quality|free|fearless|public|community|investigative|public-interest) )+"
        r"(?:journalism|news|newsroom|reporting|media|newspaper)\b.{0,240}"
        r"|(?:please )?(?:consider )?(?:becom(?:e|ing) an? |donat(?:e|ing)|contribut(?:e|ing)|mak(?:e|ing) an? )"
        r"(?:(?:paid|paying|digital|regular|monthly|small|one-off) )*"
        r"(?:member|subscriber|supporter|patron|donation|contribution|now|today|to (?:support|keep)).{0,200}"
        r"|already (?:a|an) (?:subscriber|member|supporter).{0,120}|this (?:article|story|content) is (?:for|only available to) "
        r"(?:paying |premium )?(?:subscribers|members).{0,160})"
    )),
    Rule("share", "a prompt to share or follow", ANY, _whole(
        rf"(?:share (?:this|via|on|the)\b.{{0,60}}|(?:follow|like|find|join) (?:us|@\w+)\b.{{0,120}}"
        rf"|follow .{{1,50}} on {_NETWORK}\b.{{0,80}}|click to (?:share|print|email).{{0,60}}|tweet(?: this)?"
        r"|(?:download|get) (?:our|the) (?:free )?(?:new )?(?:\w+ ){0,2}app\b.{0,100}"
        rf"|listen to (?:this|the) {_STORY}\b.{{0,60}}|listen to this .{{0,30}} in the .{{1,30}} app\W?"
        r"|(?:leave|post|add|write|view|show|hide|read|join|see) (?:a |the |all |your )?(?:comments?|conversation|reply)(?: below)?\W?"
        r"|comments (?:are closed|have been disabled|\(\d+\))\W?|\d+ (?:comments?|shares?|min(?:ute)?s? read)"
        r"|have your say\W?|follow .{1,60} for (?:live|the latest|more|breaking|all the|daily)\b.{0,100}"
        rf"|{_NETWORK}(?:(?:\s*[,|/•·]\s*|\s+(?:and )?){_NETWORK})+)"
    )),
    Rule("share", "a call for readers' tips", EDGE, _whole(
        r"(?:(?:do you have|have you got|got) (?:a|any) (?:news )?(?:story|tip|tips|information|news)\b.{0,40}\?.{0,160}"
        r"|(?:contact|email|call|reach) (?:the |our )?(?:author|reporter|newsroom|newsdesk|news desk|editor|us)\b.{0,120}"
        r"|(?:get in touch|contact us)\b.{0,120})"
    )),
    Rule("cookie", "a cookie notice", ANY, _whole(
        r"(?=.*\bcookies?\b)(?:we(?: and our partners)? use|(?:this|our) (?:web)?site uses|by (?:continuing|using|clicking|browsing)"
        r"|accept|reject|manage|cookie (?:policy|settings|preferences|notice)|to (?:give|improve|provide)|please (?:accept|enable)).*"
    )),
    Rule("update", "tells when the article was changed", ANY, _whole(
        rf"(?:(?:editor['’]s note|note|correction|clarification|update)\s*:\s*)?(?:this|the) {_STORY} (?:was|has been|is being|will be) "
        r"(?:first |last |originally |since |most recently )?(?:updated|corrected|amended|published|clarified|revised|edited"
        r"|changed|modified)\b[^.!?]{0,100}(?:[ap]\.m\.)?[^.!?]{0,40}\.?"
    )),
    Rule("update", "tells when the article was changed", EDGE, _whole(
        r"(?:last |first |originally )?(?:updated|published|posted|modified)(?: (?:on|at))?\s*:?\s*"
        r"(?=.*\d)[\w ,.:/|+()-]{4,60}"
    ), True),
    Rule("caption", "a caption, by its label", ANY, _whole(rf"{_PICTURE}\s*:\s*\S.{{0,200}}|{_PICTURE} (?:by|from|courtesy of|via) .{{2,80}}"
    ), True),
    Rule("caption", "a caption, by the credit at its end", ANY, _whole(
        r".*[(\[](?:(?:file|ap|afp|reuters|handout|pool|stock) ?(?:photo|picture|image)s?\b[^()\[\]]*|(?:photo|picture|image|foto|bild)s?\s*(?::|by\b|/|via\b|courtesy)"
        r"[^()\[\]]*|[^()\[\]]*\b(?:getty images|shutterstock|via reuters|via ap|via getty|epa-efe|alamy|istock)[^()\[\]]*)[)\]]\.?"
    )),
    Rule("agency", "an agency's tag", TAIL, _whole(
        r"\([A-Za-z][A-Za-z.]{1,11}\)(?:\s+[a-zà-ÿ]{1,5}(?:[/.-][a-zà-ÿ]{1,5}){0,4})?"
        r"|[-–—]{1,2}\s*(?:reuters|afp|ap|dpa|upi|pti|ani|ians|xinhua|tass|efe|ansa|bernama|kyodo|agencies)\W?"
    )),
    Rule("agency", "names those who worked on it", TAIL, _whole(
        r"\(?(?:(?:additional |with )?(?:reporting|writing|editing)(?: and (?:writing|editing))? by|with (?:additional )?(?:reporting|inputs?|files|material)s? (?:by|from))\b.{2,250}"
    )),
    Rule("furniture", "a copyright notice", EDGE, _whole(
        r"(?:©|\(c\) ?\d{4}|copyright\b(?= ?(?:©|\(c\)|\d{4}))).{0,200}|.{0,120}\ball rights reserved\b.{0,120}"
    )),
    Rule("byline", "a byline", EDGE, re.compile(
        rf"(?:(?:[Ww]ritten |[Ww]ords |[Rr]eported )?[Bb]y|BY|Von|Par|Por|Door|Di|Af|Av)\s+(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Royal)"
        rf"{_PERSON}(?:(?:,| and| &| und| et| y| e| en)\s+{_PERSON})*(?:\s*[,|•·–—-]\s*[^.!?:]{{2,60}}|\s+in\s+{_NAME}(?:\s{_NAME})?)?$"
    ), True),
)  # fmt: skip

# With these a line may begin that ends as a sentence does and is furniture all the same; others are not looked at.
FIRST_WORDS = frozenset(
    "© (c) accept add advertisement already also an article back become becoming by call click clarification comments "
    "consider contact continue cookie correction copyright credit delivered discover do don't don’t donate download "
    "editor's editor’s email enter file find follow for get got have image join learn leave like listen loading make "
    "manage never note photo photo: picture picture: please post posted published reach read receive register reject "
    "related reporting scroll see share sign sign-up skip stay story subscribe support sponsored this to tweet "
    "update: updated view want watch we with write writing (additional (editing (reporting (with (writing additional "
    "correction: note: clarification: our".split()
)


def is_suspicious(line: str) -> bool:
    """Is it worth trying the rules?  True for a line that does not end as a sentence, or begins with a telling word."""
    return line[-1] not in _ENDS or line.partition(" ")[0].lower() in FIRST_WORDS


def rule_for(line: str, *, head: bool, tail: bool) -> Rule | None:
    """The first rule that matches a stripped line.  head, tail : is it among the first or last of its text?"""
    is_open = not ends_sentence(line)
    for rule in RULES:
        if rule.open_end and not is_open and ":" not in line[:30]:
            continue
        if rule.zone != ANY and not tail and not (head and rule.zone == EDGE):
            continue
        if rule.pattern.match(line):
            return rule
    return None


# Weaker: alone it only looks so, but it needs fewer articles to be learned.
_HINT = re.compile(
    r"\bwww\.|https?://|\b[\w.]+@[\w-]+\.\w|\b(?:newsletter|inbox|subscri(?:be|ption)|sign up|follow us|our app|app store|"
    r"click here|download|alternate addresses|all rights|read more|listeners|donat(?:e|ions)|podcast|copyright|©)\b",
    re.IGNORECASE,
)


def hints_at_furniture(line: str) -> bool:
    """Does the line speak of the outlet and not of the world?"""
    return _HINT.search(line) is not None
