"""Texts whose charset is not declared, or declared as UTF-8 that it is not: found out by what they say."""

import pytest

from hostdesk.mail.reading.charsets import decode

pytestmark = pytest.mark.db_free

WESTERN = {
    "af": "Goeiemôre, ek sê weer: die webwerf lê sedert gister plat. Ons het die wêreld se moeite om reëlings te tref; die brûe, die môre en die geleë tyd help nie. Sê asseblief wanneer dit weer reg sal wees, want ons kliënte bel die hele dag. Die geïnstalleerde weergawe is oud.",
    "nl": "Goedemorgen, onze cliënten kunnen geen e-mail meer versturen. De coördinatie van de reünie ligt stil, en de geïnstalleerde versie is één jaar oud. Ruïneert dit onze gegevens? Graag één reactie per vóór vrijdag, met daarin wat wíj kunnen doen. België en Oekraïne ook.",
    "de": "Für größere Postfächer können wir keine Grüße mehr schicken, die Übermittlung lässt sich nicht prüfen. Bitte prüfen Sie das möglichst bald; außerdem hätte ich gern eine Erklärung über die Störung. Schöne Grüße",
    "fr": "Bonjour, notre site est tombé en panne depuis hier à midi. Le problème a été signalé déjà, mais aucune réponse n’est arrivée. Où en êtes-vous ? Les boîtes reçoivent l’erreur « accès refusé ». Merci d’avance, à bientôt, ça presse.",
    "pt": "Olá, não conseguimos enviar mensagens há três dias. A configuração está correta, a caixa não está cheia, e os usuários já tentaram várias vezes. Poderão verificar a situação? As ações não foram concluídas. Atenção: é urgente.",
    "es": "Buenos días, el correo no funciona desde ayer. ¿Pueden revisar la configuración? Mañana tenemos una reunión y necesitamos enviar la documentación; además, la contraseña no sirve después del último cambio. Está bloqueado aquí también.",
    "it": "Buongiorno, il sito non è più raggiungibile. Può verificare perché? La velocità è già calata lunedì, e la società perderà clienti; così non si può lavorare. Chissà se c’è già una novità, è così da più giorni.",
    "da": "Hej, vores hjemmeside er gået ned, og vi kan ikke få adgang til mailen. Kan I hjælpe os så hurtigt som muligt? Vi har prøvet på flere måder, men får en fejl. Det er værre end i går. Undskyld ulejligheden, på forhånd tak.",
    "sv": "Hej, vår hemsida går inte att nå längre och vi får felmeddelanden på alla ställen. Kan ni hjälpa oss så fort som möjligt? Vi försökte återställa lösenordet också, men det går inte. Hälsningar från Göteborg",
}  # fmt: skip
OTHERS = {
    "cs": ("cp1250", "Dobrý den, naše stránky nefungují od včerejška. Můžete prosím zkontrolovat server? Příchozí pošta se také zdržuje a uživatelé si stěžují. Děkuji za rychlou odpověď, s přáním hezkého dne"),
    "pl": ("cp1250", "Dzień dobry, nasza strona nie działa od wczoraj. Proszę sprawdzić serwer, ponieważ użytkownicy się skarżą. Poczta również przychodzi z opóźnieniem. Dziękuję i pozdrawiam serdecznie, życzę miłego dnia"),
    "tr": ("cp1254", "İyi günler, sitemiz dünden beri çalışmıyor. Lütfen sunucuyu kontrol eder misiniz? Kullanıcılar şikâyet ediyor, postalar geç geliyor. Şimdiden teşekkür ederim, saygılarımla"),
    "ru": ("cp1251", "Здравствуйте, наш сайт не работает со вчерашнего дня. Проверьте, пожалуйста, сервер"),
    "ro": ("cp1250", "Bună ziua, site-ul nostru nu funcţionează de ieri. Vă rog să verificaţi serverul, deoarece utilizatorii se plâng. Şi poşta întârzie. Mulţumesc anticipat"),
    "el": ("cp1253", "Καλημέρα, η ιστοσελίδα μας δεν λειτουργεί από χθες"),
}  # fmt: skip


@pytest.mark.parametrize("declared", [None, "utf-8", "unknown-8bit"])
@pytest.mark.parametrize("language", WESTERN)
def test_a_western_text_is_read_as_one_whatever_was_declared(language, declared):
    assert decode(WESTERN[language].encode("cp1252"), declared) == WESTERN[language]


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_of_another_part_of_the_world_is_not_taken_for_a_western_one(language):
    charset, text = OTHERS[language]

    assert decode(text.encode(charset)) == text
