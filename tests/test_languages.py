"""Promises of languages: told from the articles, their grammar in no topic."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topics
from topics.errors import SettingError
from topics.records import Article
from topics.settings import Settings
from topics.text.languages import Languages, _scores, base, detect, joined, known, main_language
from topics.text.terms import Terms, fold, stop_words

SENTENCES = {
    "en": "The prime minister said on Monday that the government will not change its plans for the pensions.",
    "de": "Der Kanzler sagte am Montag, dass die Regierung ihre Pläne für die Renten nicht ändern wird.",
    "fr": "Le Premier ministre a déclaré lundi que le gouvernement ne changerait pas ses plans pour les retraites.",
    "es": "El primer ministro dijo el lunes que el gobierno no cambiará sus planes para las pensiones.",
    "it": "Il primo ministro ha detto lunedì che il governo non cambierà i suoi piani per le pensioni.",
    "pt": "O primeiro-ministro disse na segunda-feira que o governo não vai mudar os seus planos para as pensões.",
    "nl": "De minister-president zei maandag dat de regering haar plannen voor de pensioenen niet zal veranderen.",
    "sv": "Statsministern sade på måndagen att regeringen inte kommer att ändra sina planer för pensionerna.",
    "fi": "Pääministeri sanoi maanantaina, että hallitus ei aio muuttaa suunnitelmiaan, vaikka se on nyt mahdollista.",
    "pl": "Premier powiedział w poniedziałek, że rząd nie zmieni swoich planów, które są już dla nas gotowe.",
    "ru": "Премьер-министр сказал в понедельник, что правительство не будет менять свои планы.",
    "uk": "Прем'єр-міністр сказав у понеділок, що уряд не буде змінювати свої плани для людей, які вже там.",
    "ar": "قال رئيس الوزراء يوم الاثنين إن الحكومة لن تغير خططها في هذا العام من أجل المعاشات.",
    "fa": "نخست وزیر روز دوشنبه گفت که دولت برنامه های خود را برای این سال تغییر نخواهد داد.",
    "zh": "总理周一表示，政府不会改变养老金的计划。",
    "ja": "首相は月曜日、政府は年金の計画を変更しないと述べた。",
    "ko": "총리는 월요일 정부가 연금 계획을 변경하지 않을 것이라고 말했다.",
    "th": "นายกรัฐมนตรีกล่าวเมื่อวันจันทร์ว่ารัฐบาลจะไม่เปลี่ยนแผน",
    "el": "Ο πρωθυπουργός είπε τη Δευτέρα ότι η κυβέρνηση δεν θα αλλάξει τα σχέδιά της.",
    "he": "ראש הממשלה אמר ביום שני כי הממשלה לא תשנה את תוכניותיה.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_tells_its_language(language: str) -> None:
    """By its function words, or its letters."""
    assert detect(SENTENCES[language]) == language


@pytest.mark.parametrize("text", ["", "   ", "12 : 3", "Xyzzy", "Lorem ipsum", "😀"])
def test_what_does_not_tell_is_none(text: str) -> None:
    """Rather than a guess."""
    assert detect(text) is None


WORDS = ["don't", "İK", "'tis", "d’or", "l''eau", "der's", "die'", "x7y", "a_b", "que", "'n'", "’", "ß", "הוא"]


@settings(max_examples=200, deadline=None)
@given(st.text() | st.lists(st.sampled_from(WORDS) | st.text()).map(" ".join))
def test_scores_are_the_sums_over_words(text: str) -> None:
    """Counted word by word with fractions, the words found by a pattern."""
    languages = known()
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower().replace("’", "'"))
    expected = dict.fromkeys(languages, Fraction(0))
    for word in words:
        owners = [language for language in languages if word in stop_words(language)]
        for language in owners:
            expected[language] += Fraction(1, len(owners))
    n_words, unit, scores = _scores(text)
    assert n_words == len(words)
    assert [Fraction(score, unit) for score in scores] == list(expected.values())


def test_tags_of_sources() -> None:
    """With countries, in capitals, old ones; "english" and other words are no tags."""
    assert [base(tag) for tag in ("en-GB", "DE_at", "nb", "iw", "xx", "", None)] == [
        "en",
        "de",
        "no",
        "he",
        None,
        None,
        None,
    ]


def test_languages_of_a_corpus_do_not_hang_on_the_order() -> None:
    """The same articles in any order give the same languages; what is in the text goes before the tag."""
    articles = [Article(str(i), text=SENTENCES["de" if i % 3 else "fr"], lang="en") for i in range(90)]
    found = []
    for seed in range(3):
        random.Random(seed).shuffle(articles)
        languages = Languages()
        for article in [*articles, Article("x", text="Xyzzy", lang="es")]:
            languages.add(main_language(article, None))
        found.append(languages.shares())
    assert found[0] == found[1] == found[2]
    assert list(found[0]) == ["de", "fr"]
    assert joined(found[0]) == "de+fr"
    assert (joined({}), Languages().shares()) == ("en", {})


def test_every_list_is_of_folded_words() -> None:
    """A stop word is met in the form that words are folded to."""
    for language in known():
        words = stop_words(language)
        assert len(words) > 20
        odd = {word for word in words if fold(word, language) not in words and fold(word, language)}
        assert len(odd) <= 0.02 * len(words), (language, odd)


def test_spellings_of_arabic_and_persian_are_one() -> None:
    """Forms of alef, short vowels, tatweel, the Persian kaf and yeh."""
    assert len({fold(word, "ar") for word in ("أحمد", "احمد", "أَحْمَد", "احـمد")}) == 1
    assert fold("کتاب", "fa") == fold("كتاب", "ar")


def test_grammar_of_chinese_and_japanese_is_no_term() -> None:
    """Pairs with a particle, pairs of hiragana; other pairs are terms."""
    assert [fold(pair) for pair in ("的计", "して", "政府", "年金", "カナ")] == ["", "", "政府", "年金", "カナ"]


def test_several_languages_have_their_stop_words_and_stemmers_by_script() -> None:
    """Of one script the first language's."""
    terms = Terms("ru+de+en")
    assert {"und", "the", "и"} <= terms.stop
    assert terms.term("правительства") == Terms("ru").term("правительства")
    assert terms.term("Regierungen") == Terms("de").term("Regierungen")


def test_a_language_is_a_code() -> None:
    """And the error says so."""
    for language in ("", "German", "de,en", "de+", 5):
        with pytest.raises(SettingError, match='a code such as "de"'):
            Settings(language=language)  # type: ignore[arg-type]


NOUNS = {
    "de": [
        ["Hafen", "Schiff", "Fähre", "Kapitän", "Ladung", "Werft"],
        ["Spiel", "Trainer", "Tor", "Mannschaft", "Stadion", "Liga"],
        ["Gericht", "Richter", "Urteil", "Anklage", "Zeuge", "Verteidiger"],
    ],
    "en": [
        ["harbour", "vessel", "ferry", "captain", "cargo", "shipyard"],
        ["match", "coach", "goal", "squad", "stadium", "league"],
        ["court", "judge", "verdict", "charge", "witness", "lawyer"],
    ],
}
FRAMES = {
    "de": "Der {} und die {} sind nach dem {} in der Stadt, aber das {} ist nicht für den {} da.",
    "en": "The {} and the {} are after the {} in the town, but that {} is not for the {} there.",
}


def corpus(*languages: str) -> list[dict[str, str]]:
    """Forty articles a language, each of one of three subjects."""
    draw = random.Random(0)
    return [
        {
            "id": f"{language}{i}",
            "text": " ".join(FRAMES[language].format(*draw.choices(NOUNS[language][i % 3], k=5)) for _ in range(6)),
        }
        for language in languages
        for i in range(40)
    ]


GRAMMAR = {word.lower() for frame in FRAMES.values() for word in frame.replace(",", "").replace(".", "").split()}
GRAMMAR -= {"{}", "stadt", "town"}


def grammar_in(model: Any) -> set[str]:
    return {term.term.lower() for topic in model.topics() for term in topic.keywords[:10]} & GRAMMAR


@pytest.mark.parametrize("languages", [("de",), ("en",), ("de", "en")])
def test_no_topic_is_made_of_grammar(languages: tuple[str, ...]) -> None:
    """Whatever the languages; told wrongly, topics are full of it."""
    model = topics.train(corpus(*languages), n_topics=6)
    assert model.settings.language == "+".join(languages)
    assert grammar_in(model) == set()
    if "de" in languages:
        assert grammar_in(topics.train(corpus(*languages), n_topics=6, language="en", max_df=1.0))


def test_topics_keep_to_one_language() -> None:
    """In a corpus of two."""
    model = topics.train(corpus("de", "en"), n_topics=6)
    german = {noun.lower() for subject in NOUNS["de"] for noun in subject}
    for topic in model.topics():
        terms = [term.term.lower() in german for term in topic.keywords[:5]]
        assert len(set(terms)) == 1, topic


NOUNS["fr"] = [
    ["port", "navire", "ferry", "capitaine", "cargaison", "chantier"],
    ["match", "entraîneur", "filet", "équipe", "stade", "ligue"],
    ["tribunal", "juge", "verdict", "accusation", "témoin", "avocat"],
]
NOUNS["es"] = [
    ["puerto", "barco", "transbordador", "capitán", "carga", "astillero"],
    ["partido", "entrenador", "gol", "equipo", "estadio", "liga"],
    ["tribunal", "juez", "veredicto", "acusación", "testigo", "abogado"],
]
FRAMES["fr"] = "Le {} et la {} sont dans la ville avec les {}, mais le {} n'est pas là pour cette {} qui est à nous."
FRAMES["es"] = "El {} y la {} están en la ciudad con los {}, pero el {} no es para esta {} que está con nosotros."
EVERY = ("en", "de", "fr", "es")


def test_four_languages_have_topics_of_one_each() -> None:
    """English, German, French, Spanish: no keyword is grammar of any of them, and each article knows its language."""
    model = topics.train(corpus(*EVERY), n_topics=12)
    assert set(model.settings.language.split("+")) == set(EVERY)
    grammar = {word for frame in FRAMES.values() for word in frame.lower().replace(",", "").replace(".", "").split()}
    grammar -= {"{}", "stadt", "town", "ville", "ciudad"}
    for topic in model.topics():
        terms = [term.term.lower() for term in topic.keywords[:5]]
        assert grammar.isdisjoint(terms)
        homes = [
            {language for language in EVERY if term in {n.lower() for s in NOUNS[language] for n in s}}
            for term in terms
        ]
        assert set.intersection(*(home for home in homes if home)), topic
    assert {article.lang for article in model.reader.scan()} == set(EVERY)
    assert all(article.id.startswith(article.lang) for article in model.reader.scan())


def test_a_few_articles_in_another_language_bring_no_topic_of_its_grammar() -> None:
    """Too few to count as a language of the corpus; the words of theirs that are grammar still go."""
    rows = [*corpus("en") * 4, *corpus("de")[:6]]
    for number, row in enumerate(rows):
        row = rows[number] = {**row, "id": f"{number}"}
    model = topics.train(rows, n_topics=8)
    assert model.settings.language == "en"
    assert grammar_in(model) == set()
    assert grammar_in(topics.train(rows, n_topics=8, language="en")) != set()


def test_words_keep_the_sense_of_their_article() -> None:
    """War is grammar in German and a subject in English; stems are those of the article's language."""
    english = (
        "The war in the town is not over, and the war will go on after this, they said on the day of the war there."
    )
    german = (
        "Es war nicht so, dass der Hafen da war, aber die Regierungen und der Hafen sind nach wie vor in der Stadt."
    )
    rows = [{"id": f"e{i}", "text": f"{english} Number {i} of the armies."} for i in range(6)]
    rows += [{"id": f"d{i}", "text": f"{german} Nummer {i} der Werften."} for i in range(6)]
    model = topics.train(rows, n_topics=2, max_df=1.0)
    assert model.settings.language in ("de+en", "en+de")
    known = set(model.vocabulary.names)
    assert {"war", Terms("de").term("Regierungen")} <= known
    assert {match.article.id[0] for match in model.search("war")} == {"e"}
    assert {match.article.id[0] for match in model.search("Regierung")} == {"d"}
    assert {match.article.id[0] for match in model.similar(text="Die Regierung ist in der Stadt und nicht da.")} == {
        "d"
    }


@pytest.mark.parametrize(
    ("given", "language", "stored"), [(None, None, "de"), ("de-AT", None, "de-AT"), (None, "en", "en")]
)
def test_an_article_keeps_its_language(given: str | None, language: str | None, stored: str) -> None:
    """As its source gives it, as it tells itself, or as it is forced; one too short to tell has none."""
    rows = [{"text": SENTENCES["de"] * 3 + str(i), "lang": given} for i in range(3)] + [{"text": "Kurz."}]
    model = topics.train(rows, n_topics=1, **({"language": language} if language else {}))
    assert [article.lang for article in model.reader.scan()] == [stored] * 3 + [language]
